//! HAProxy as a plain TCP relay, with and without splice.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use anyhow::{Context, Result};

use super::{Peer, Setting, free_port, on_path, wait_for};
use crate::{process::Process, secure, viewer::Door};

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

    /// Splice is for bytes that are as they came.
    fn speaks_tls(&self) -> bool {
        !self.splice
    }

    fn start(&self, target: SocketAddr, setting: Setting, folder: &Path) -> Result<(Option<Process>, Door)> {
        let address = free_port()?;
        let splice = if self.splice {
            "option splice-request\n  option splice-response"
        } else {
            ""
        };
        let tls = if setting.tls {
            format!(" ssl crt {}", secure::FILE)
        } else {
            String::new()
        };
        let config = format!(
            "global\n  maxconn 9600\n  maxpipes 100\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n  \
             {splice}\nlisten bench\n  bind {address}{tls}\n  server target {target}\n"
        );
        fs::write(folder.join("haproxy.cfg"), config)?;
        let mut command = Command::new(on_path("haproxy").context("haproxy is not installed")?);
        command.args(["-db", "-f", "haproxy.cfg"]);
        let mut process = Process::start(&mut command, folder)?;
        wait_for(address, &mut process, folder)?;
        let door = Door {
            address,
            tls: setting.tls,
            websocket: None,
            vnc: false,
        };
        Ok((Some(process), door))
    }
}
