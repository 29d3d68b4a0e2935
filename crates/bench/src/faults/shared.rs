//! A `portholed` with its config, one display, and links to it.

use std::{fs, net::SocketAddr, path::Path};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::{
    peers::porthole_vnc::{door, portholed, with_display},
    process::Process,
    viewer::Door,
};

/// A running `portholed` whose display is `target`, as a person shares it.
pub struct Shared {
    pub process: Process,
    /// The owner's own way in.
    pub owner: Door,
    // Behind the process, so that it goes after it.
    folder: TempDir,
}

impl Shared {
    /// With the limits that hold when the config says nothing of them.
    pub fn start(program: &Path, target: SocketAddr) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let place = format!("target = \"{target}\"\npicture = false");
        let (process, owner) = with_display(program, &place, "", folder.path())?;
        Ok(Self {
            process,
            owner,
            folder,
        })
    }

    /// A link for others, with `rights` as an option of the command line has them.
    pub fn link(&self, program: &Path, rights: &str) -> Result<Door> {
        let mut command = portholed(program, self.folder.path());
        command.args(["link", "bench", rights, "--for", "24h"]);
        let made = command.output().context("no link can be made")?;
        let (said, errors) = (
            String::from_utf8(made.stdout)?,
            String::from_utf8_lossy(&made.stderr),
        );
        ensure!(made.status.success(), "no link is made: {errors}");
        let (_, token) = said.trim_end().rsplit_once('#').context("that is no link")?;
        Ok(door(self.owner.address, token))
    }

    pub fn history_bytes(&self) -> u64 {
        let folder = self.folder.path().join(".local/state/porthole");
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        let history = files.filter(|file| file.file_name().to_string_lossy().contains("history"));
        history
            .filter_map(|file| file.metadata().ok())
            .map(|data| data.len())
            .sum()
    }
}
