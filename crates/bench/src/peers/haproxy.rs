//! HAProxy as a plain TCP relay, with and without splice.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use anyhow::{Context, Result};

use super::{Peer, free_port, on_path, wait_for};
use crate::{process::Process, viewer::Door};

pub struct Haproxy {
    pub splice: bool,
}

impl Peer for Haproxy {
    fn name(&self) -> &str {
        if self.splice { "HAProxy, splice" } else { "HAProxy" }
    }

    fn missing(&self) -> Option<String> {
        on_path("haproxy")
            .is_none()
            .then(|| "haproxy is not installed".into())
    }

    fn start(&self, target: SocketAddr, _: usize, folder: &Path) -> Result<(Option<Process>, Door)> {
        let address = free_port()?;
        let splice = if self.splice {
            "option splice-request\n  option splice-response"
        } else {
            ""
        };
        let config = format!(
            "global\n  maxconn 9600\n  maxpipes 100\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n  \
             {splice}\nlisten bench\n  bind {address}\n  server target {target}\n"
        );
        fs::write(folder.join("haproxy.cfg"), config)?;
        let mut command = Command::new(on_path("haproxy").context("haproxy is not installed")?);
        command.args(["-db", "-f", "haproxy.cfg"]);
        let mut process = Process::start(&mut command, folder)?;
        wait_for(address, &mut process, folder)?;
        let door = Door {
            address,
            websocket: None,
            vnc: false,
        };
        Ok((Some(process), door))
    }
}
