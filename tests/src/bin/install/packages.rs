//! The packages under test.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Those of one version, in one folder.
pub struct Packages {
    folder: PathBuf,
    names: Vec<String>,
}

impl Packages {
    /// Those that lie there.
    pub fn in_folder(folder: PathBuf) -> Result<Self> {
        let names = fs::read_dir(&folder)
            .with_context(|| folder.display().to_string())?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        Ok(Self { folder, names })
    }

    /// Where they lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The .deb of a program.
    pub fn deb(&self, program: &str) -> Result<PathBuf> {
        self.find(&format!("{program}_"), ".deb")
    }

    /// The .rpm of a program.
    pub fn rpm(&self, program: &str) -> Result<PathBuf> {
        self.find(&format!("{program}-"), ".rpm")
    }

    fn find(&self, start: &str, end: &str) -> Result<PathBuf> {
        let name = self
            .names
            .iter()
            .find(|name| name.starts_with(start) && name.ends_with(end));
        let name = name.with_context(|| format!("{} has no {start}*{end}", self.folder.display()))?;
        Ok(self.folder.join(name))
    }
}

/// The last part of a package's path.
pub fn name(package: &Path) -> Result<&str> {
    let name = package.file_name().and_then(|name| name.to_str());
    name.context("a package has a name")
}
