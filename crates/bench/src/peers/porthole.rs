//! `portholed` in websockify's stead, with a token file.

use std::{net::SocketAddr, path::Path, path::PathBuf};

use anyhow::Result;

use super::{Peer, token_file};
use crate::{process::Process, viewer::Door};

pub struct Porthole {
    pub name: &'static str,
    pub program: PathBuf,
}

impl Peer for Porthole {
    fn name(&self) -> &str {
        self.name
    }

    fn has_tokens(&self) -> bool {
        true
    }

    fn start(&self, target: SocketAddr, tokens: usize, folder: &Path) -> Result<(Option<Process>, Door)> {
        token_file::start(&self.program, target, tokens, folder)
    }
}
