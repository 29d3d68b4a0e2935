//! Where the doctor looks: this machine, or for tests one that is made up.

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::{Duration, SystemTime},
};

use porthole_launcher::child_command;
use tokio::{process::Command, time::timeout};

use crate::platform::interfaces::Interfaces;

/// How long a program of the system's may take to answer.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(5);

/// Where programs are looked for besides PATH: an ordinary user's lacks the administrator's.
const SBIN: [&str; 2] = ["/usr/sbin", "/sbin"];

/// The machine that the doctor looks at.
#[derive(Clone, Debug)]
pub struct Machine {
    /// What stands for `/` where the system's own files are looked for.
    pub(crate) root: PathBuf,
    /// The environment, as far as it is text.
    pub(crate) environment: HashMap<String, String>,
    /// Who we are.
    pub(crate) user: u32,
    pub(crate) is_root: bool,
    /// Who owns what belongs to the system.
    pub(crate) system: u32,
    pub(crate) now: SystemTime,
    /// The addresses that other machines may know, with their interfaces.
    pub(crate) addresses: Vec<(String, IpAddr)>,
    /// How much can still be written to the disk of a folder.
    pub(crate) free: fn(&Path) -> io::Result<Free>,
}

/// What can still be written to a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Free {
    pub bytes: u64,
    /// `None` where the file system has no limit of its own.
    pub files: Option<u64>,
}

impl Machine {
    /// This machine, as this process sees it.
    pub fn here() -> Self {
        let variables = std::env::vars_os();
        let interfaces = Interfaces::System.list().into_iter();
        Self {
            root: "/".into(),
            environment: variables
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            user: rustix::process::geteuid().as_raw(),
            is_root: rustix::process::geteuid().is_root(),
            system: 0,
            now: SystemTime::now(),
            addresses: interfaces
                .map(|interface| (interface.name, interface.ip))
                .collect(),
            free,
        }
    }

    /// A file of the system's, by its absolute path.
    pub(crate) fn path(&self, absolute: impl AsRef<Path>) -> PathBuf {
        let path = absolute.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// A variable of the environment; one that is empty counts as not set.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let value = self.environment.get(name)?;
        (!value.is_empty()).then_some(value)
    }

    /// The program of that name, if it is installed.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        std::env::split_paths(self.variable("PATH").unwrap_or_default())
            .filter(|folder| folder.is_absolute())
            .chain(SBIN.map(|folder| self.path(folder)))
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    }

    /// Runs a program of the system's and collects what it says; `NotFound` if it is not installed.
    pub(crate) async fn run(&self, name: &str, args: &[&str]) -> io::Result<Output> {
        let program = self.program(name).ok_or(io::ErrorKind::NotFound)?;
        let mut command = child_command(program);
        // The session's own programs find it by its variables, like DBUS_SESSION_BUS_ADDRESS.
        command.args(args).envs(&self.environment).env("LC_ALL", "C");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = Command::from(command).kill_on_drop(true).output();
        timeout(COMMAND_TIMEOUT, output)
            .await
            .unwrap_or(Err(io::ErrorKind::TimedOut.into()))
    }
}

fn free(folder: &Path) -> io::Result<Free> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(Free {
        bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
        files: (disk.f_files > 0).then_some(disk.f_favail),
    })
}
