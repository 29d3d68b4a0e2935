//! What Porthole and websockify have in common: the command line, and the file of tokens.

use std::{fmt::Write, net::SocketAddr, path::Path, process::Command};

use anyhow::Result;

use super::{Setting, free_port, wait_for};
use crate::{
    process::Process,
    secure,
    viewer::{Door, WebSocket},
};

/// Starts a program with tokens that are all for `target`. The door shows the last of them.
pub fn start(
    mut command: Command,
    target: SocketAddr,
    setting: Setting,
    folder: &Path,
) -> Result<(Option<Process>, Door)> {
    let address = free_port()?;
    std::fs::write(folder.join("tokens"), lines(target, setting.tokens)?)?;
    command
        .args(["--token-plugin", "TokenFile", "--token-source", "tokens"])
        .arg(address.to_string());
    if setting.tls {
        command.args(["--cert", secure::FILE]);
    }
    let mut process = Process::start(&mut command, folder)?;
    wait_for(address, &mut process, folder)?;
    let websocket = WebSocket {
        resource: format!("/websockify?token={}", token(setting.tokens)),
        protocols: "binary".into(),
    };
    let door = Door {
        address,
        tls: setting.tls,
        websocket: Some(websocket),
        vnc: false,
    };
    Ok((Some(process), door))
}

fn lines(target: SocketAddr, count: usize) -> Result<String> {
    let mut lines = String::with_capacity(count * 40);
    for number in 1..=count {
        writeln!(lines, "{}: {target}", token(number))?;
    }
    Ok(lines)
}

/// They look random, so that no table profits from their order.
fn token(number: usize) -> String {
    format!("{:016x}", (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
