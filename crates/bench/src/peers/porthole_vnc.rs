//! Porthole on a VNC route, where it reads every message of the viewer: in control by `portholed` and its config, in
//! view-only by a gateway that this benchmark brings, since the config has no word for rights.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use super::{Peer, START, Setting, free_port, wait_for};
use crate::{
    pause,
    process::Process,
    viewer::{Door, WebSocket},
};

/// The viewer may use keyboard and mouse.
pub struct Control(pub PathBuf);

/// The viewer may only look.
pub struct View(pub PathBuf);

impl Peer for Control {
    fn name(&self) -> &str {
        "Porthole, VNC route"
    }

    fn is_vnc(&self) -> bool {
        true
    }

    fn start(&self, target: SocketAddr, _: Setting, folder: &Path) -> Result<(Option<Process>, Door)> {
        let (process, door) = with_display(&self.0, &format!("target = \"{target}\""), MANY, folder)?;
        Ok((Some(process), door))
    }
}

impl Peer for View {
    fn name(&self) -> &str {
        "Porthole, view-only"
    }

    fn is_vnc(&self) -> bool {
        true
    }

    fn start(&self, target: SocketAddr, _: Setting, folder: &Path) -> Result<(Option<Process>, Door)> {
        let address = free_port()?;
        let mut command = Command::new(&self.0);
        command.args([address.to_string(), target.to_string()]);
        let mut process = Process::start(&mut command, folder)?;
        wait_for(address, &mut process, folder)?;
        Ok((Some(process), door(address, "any")))
    }
}

/// Nobody but a benchmark has thousands of viewers for one display.
pub const MANY: &str = "[limits]\nsessions_per_link = 100000\nsessions_per_display = 100000\n";

/// Starts `portholed` with one display, called `bench`, and gives the door that its link opens.
/// `limits` stands where the config has them.
pub fn with_display(program: &Path, place: &str, limits: &str, folder: &Path) -> Result<(Process, Door)> {
    let address = free_port()?;
    let port = address.port();
    let config = format!("port = {port}\n{limits}[[display]]\nname = \"bench\"\n{place}\n");
    fs::write(folder.join("config.toml"), config)?;
    let mut process = Process::start(&mut portholed(program, folder), folder)?;
    let token = link(&mut process, folder)?;
    Ok((process, door(address, &token)))
}

/// A command for `portholed` with the config of that folder, and nothing of the caller's own.
pub fn portholed(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--config", "config.toml"])
        .env("HOME", folder)
        .current_dir(folder);
    for variable in [
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_DATA_HOME",
        "XDG_RUNTIME_DIR",
    ] {
        command.env_remove(variable);
    }
    command
}

/// The door that a link opens.
pub fn door(address: SocketAddr, token: &str) -> Door {
    let websocket = WebSocket {
        resource: "/websockify".into(),
        protocols: format!("binary, porthole.token.{token}"),
    };
    Door {
        address,
        tls: false,
        websocket: Some(websocket),
        vnc: true,
    }
}

/// Waits until the link is printed, and takes the token out of it.
fn link(process: &mut Process, folder: &Path) -> Result<String> {
    let deadline = Instant::now() + START;
    loop {
        let said = fs::read_to_string(folder.join("stdout"))?;
        let whole = said.rsplit_once('\n').map_or("", |(lines, _)| lines);
        if let Some((_, token)) = whole.rsplit_once("/v#") {
            return Ok(token.to_owned());
        }
        let log = fs::read_to_string(folder.join("stderr")).unwrap_or_default();
        ensure!(process.runs(), "it ended at once: {log}");
        (Instant::now() < deadline)
            .then_some(())
            .with_context(|| format!("it printed no link: {log}"))?;
        pause();
    }
}
