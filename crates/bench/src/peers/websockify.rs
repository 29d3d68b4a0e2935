//! websockify, the Python program whose place Porthole takes, with a token file.

use std::{net::SocketAddr, path::Path, path::PathBuf, process::Command};

use anyhow::Result;

use super::{Peer, Setting, token_file};
use crate::{process::Process, viewer::Door};

pub struct Websockify {
    pub program: PathBuf,
}

impl Peer for Websockify {
    fn name(&self) -> &str {
        "websockify"
    }

    fn missing(&self) -> Option<String> {
        let found = self.program.is_file();
        (!found).then(|| format!("there is no {}", self.program.display()))
    }

    fn has_tokens(&self) -> bool {
        true
    }

    fn speaks_tls(&self) -> bool {
        true
    }

    /// Each has a process of its own.
    fn most_idle(&self) -> usize {
        200
    }

    fn start(&self, target: SocketAddr, setting: Setting, folder: &Path) -> Result<(Option<Process>, Door)> {
        token_file::start(Command::new(&self.program), target, setting, folder)
    }
}
