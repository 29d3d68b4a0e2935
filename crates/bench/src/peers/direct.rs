//! Nothing in between: what this machine and the load generator can do.

use std::{net::SocketAddr, path::Path};

use anyhow::Result;

use super::{Peer, Setting};
use crate::{process::Process, viewer::Door};

pub struct Direct;

impl Peer for Direct {
    fn name(&self) -> &str {
        "direct TCP"
    }

    fn is_direct(&self) -> bool {
        true
    }

    fn start(&self, target: SocketAddr, _: Setting, _: &Path) -> Result<(Option<Process>, Door)> {
        let door = Door {
            address: target,
            tls: false,
            websocket: None,
            vnc: false,
        };
        Ok((None, door))
    }
}
