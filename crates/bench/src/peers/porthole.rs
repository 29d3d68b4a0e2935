//! `portholed` in websockify's stead, with a token file.

use std::{net::SocketAddr, path::Path, path::PathBuf, process::Command};

use anyhow::Result;

use super::{PORTHOLE, Peer, Setting, token_file};
use crate::{process::Process, viewer::Door};

pub struct Porthole {
    pub name: &'static str,
    pub program: PathBuf,
    /// How many descriptors it may have, if not as many as there are.
    pub descriptors: Option<u32>,
}

impl Peer for Porthole {
    fn name(&self) -> &str {
        self.name
    }

    fn has_tokens(&self) -> bool {
        true
    }

    fn speaks_tls(&self) -> bool {
        true
    }

    fn start(&self, target: SocketAddr, setting: Setting, folder: &Path) -> Result<(Option<Process>, Door)> {
        let mut command = Command::new(&self.program);
        if let Some(descriptors) = self.descriptors {
            command = Command::new("sh");
            let limited = format!("ulimit -n {descriptors}; exec \"$0\" \"$@\"");
            command.args(["-c", &limited]).arg(&self.program);
        }
        if self.name == PORTHOLE {
            // Nobody but a benchmark has thousands of viewers for one target. (An older one knows no limits.)
            command.arg("--max-sessions=100000");
        }
        token_file::start(command, target, setting, folder)
    }
}
