//! Where the config file and the state file are.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use directories::{ProjectDirs, UserDirs};
use porthole_launcher::Launcher;
use sha2::{Digest, Sha256};

use crate::platform::{
    interfaces::{Interface, Interfaces},
    private_file,
};

/// Where the config file is, and the state that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPlace {
    /// The config file.
    pub(crate) file: PathBuf,
    /// Where the program keeps what it must remember.
    pub(crate) state: PathBuf,
    /// The person's folder for downloads, if there is one.
    pub(crate) downloads: Option<PathBuf>,
    /// What starts its displays.
    pub(crate) launcher: Launcher,
    /// Where the addresses are listed that others may use.
    pub(crate) interfaces: Interfaces,
    /// Whether a person named the file, so that it must be there.
    pub(crate) named: bool,
}

/// There is no home folder to look for the config in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no home folder to keep the config in: set HOME, or name a config file with --config FILE")]
pub struct NoHome;

impl ConfigPlace {
    /// The config file that a person named (`--config FILE`), or else `config.toml` in the platform's config folder,
    /// which need not exist.
    ///
    /// # Errors
    /// When the platform knows no home folder.
    pub fn find(named: Option<PathBuf>) -> Result<Self, NoHome> {
        let folders = ProjectDirs::from("", "", "porthole").ok_or(NoHome)?;
        let state = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
        let downloads = UserDirs::new().map(|folders| {
            let downloads = folders.download_dir();
            downloads.unwrap_or(folders.home_dir()).to_owned()
        });
        let usual = folders.config_dir().join("config.toml");
        Ok(match named.map(absolute) {
            Some(file) if file != usual => {
                let id = digest(&file);
                Self {
                    file,
                    state: state.join(format!("state-{id}.json")),
                    downloads,
                    launcher: Launcher::apart(id),
                    interfaces: Interfaces::System,
                    named: true,
                }
            }
            named => Self {
                file: usual,
                state: state.join("state.json"),
                downloads,
                launcher: Launcher::new(),
                interfaces: Interfaces::System,
                named: named.is_some(),
            },
        })
    }

    /// A config file and a state file wherever the caller wants them, the folders of launched displays and for
    /// downloads beside the config file, own desktops that begin beside it, too, and no interfaces that others may use.
    /// For tests.
    pub fn at(file: PathBuf, state: PathBuf) -> Self {
        let launcher = Launcher::at(file.with_file_name("desktops"));
        let home = file.parent().unwrap_or(&file).to_owned();
        Self {
            downloads: Some(file.with_file_name("Downloads")),
            launcher: launcher.with_home(home),
            file,
            state,
            interfaces: Interfaces::Listed(Vec::new()),
            named: false,
        }
    }

    /// What the program locks that serves the config.
    pub(crate) fn lock(&self) -> PathBuf {
        self.state.with_extension("lock")
    }

    /// Where it is kept who came and went.
    pub(crate) fn history(&self) -> PathBuf {
        self.state.with_extension("history.jsonl")
    }

    /// With these interfaces in place of the system's, the likeliest first. For tests.
    #[must_use]
    pub fn with_interfaces(self, interfaces: Vec<Interface>) -> Self {
        Self {
            interfaces: Interfaces::Listed(interfaces),
            ..self
        }
    }

    /// Where a certificate of the program's own is kept: beside the state, and like it one for each config.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.state.with_extension("certificate.json")
    }

    /// The config file.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// Relative paths are made absolute, since a daemon leaves the folder that it was started in.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// What tells a path from others, short and fit for a file's name. Each named config has a state file and a launcher of
/// its own, or two programs at once would forget each other's links, and take over each other's displays.
pub(crate) fn digest(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a config file to begin with, unless there is one. It says what holds without it: the demo display.
pub(crate) fn write_first(file: &Path) -> io::Result<()> {
    if file.try_exists()? {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        private_file::create_folder(folder)?;
    }
    match fs::OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(mut new) => io::Write::write_all(&mut new, FIRST.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

const FIRST: &str = include_str!("first.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_config_says_what_holds_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/config.toml");
        write_first(&file).unwrap();
        let place = ConfigPlace::at(file, folder.path().join("state.json"));
        assert_eq!(
            super::super::load(&place, &mut Vec::new()).unwrap().config,
            super::super::Config::default()
        );
    }

    #[test]
    fn a_config_that_is_there_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        fs::write(&file, "# mine").unwrap();
        write_first(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "# mine");
    }

    #[test]
    fn two_named_configs_do_not_share_their_state() {
        assert_ne!(
            digest(Path::new("/a/config.toml")),
            digest(Path::new("/b/config.toml"))
        );
    }
}
