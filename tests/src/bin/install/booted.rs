//! A Debian that has been booted, with its own systemd and its own users; it shares this machine's network.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use porthole_tests::{
    deadline::{eventually, within},
    process::{Process, run},
};

use crate::debian::{APT, Debian, processes};

/// On a machine that does other work besides.
const BOOT: Duration = Duration::from_secs(120);

/// A running one. It is shut down when dropped.
pub struct Booted<'a> {
    debian: &'a Debian,
    /// The process id of its systemd, as seen from here.
    systemd: String,
    /// Its view of the processes.
    processes: PathBuf,
    _container: Process,
}

impl<'a> Booted<'a> {
    /// Boots it.
    pub async fn start(debian: &'a Debian) -> Result<Self> {
        let mut command = Command::new("systemd-nspawn");
        command
            .args(["--quiet", "--boot", "--console=pipe", "--machine=porthole"])
            // Nobody needs to know of it, and no other systemd to run here.
            .args(["--register=no", "--keep-unit", "--link-journal=no"])
            .arg("--directory")
            .arg(debian.path());
        let container = Process::start(&mut command)?;
        let parent = container.id().to_string();
        let systemd = eventually("systemd starts", async || {
            let child = run(Command::new("pgrep").args(["--parent", &parent, "--exact", "systemd"]));
            Ok(child
                .with_context(|| container.errors().unwrap_or_default())?
                .trim()
                .to_owned())
        })
        .await?;
        let booted = Self {
            processes: fs::read_link(format!("/proc/{systemd}/ns/pid"))?,
            debian,
            systemd,
            _container: container,
        };
        within(BOOT, "it has booted", async || {
            booted.run(&["systemctl", "is-system-running"]).map(drop)
        })
        .await?;
        Ok(booted)
    }

    /// A command in it, as root.
    pub fn command(&self) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["--target", &self.systemd, "--all", "--", "env", "-i"])
            .args(["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]);
        command
    }

    /// Runs a command, and gives what it says.
    pub fn run(&self, words: &[&str]) -> Result<String> {
        run(self.command().args(words))
    }

    /// The same as another of its users, as if logged in.
    pub fn run_as(&self, user: &str, words: &[&str]) -> Result<String> {
        let number = self.run(&["id", "--user", user])?;
        let runtime = format!("XDG_RUNTIME_DIR=/run/user/{}", number.trim());
        let login = [
            "setpriv",
            "--reuid",
            user,
            "--regid",
            user,
            "--init-groups",
            "--reset-env",
        ];
        run(self.command().args(login).args(["env", &runtime]).args(words))
    }

    /// Runs apt-get, and gives what it says.
    pub fn apt(&self, words: &[&str]) -> Result<String> {
        run(self.command().args(APT).args(words))
    }

    /// What systemd knows of a service: one property of it.
    pub fn property(&self, service: &str, property: &str) -> Result<String> {
        let said = self.run(&["systemctl", "show", "--value", "--property", property, service])?;
        Ok(said.trim().to_owned())
    }

    /// Its processes of this name, by the numbers that they have here.
    pub fn inhabitants(&self, name: &str) -> Result<Vec<String>> {
        let all = processes(|process| {
            fs::read_link(process.join("ns/pid")).is_ok_and(|view| view == self.processes)
        })?;
        Ok(all
            .into_iter()
            .filter(|process| process.ends_with(&format!(" {name}")))
            .collect())
    }

    /// Writes one of its files.
    pub fn write(&self, file: &str, content: &str) -> Result<()> {
        let file = self.file(file);
        let folder = file.parent().context("a file is in a folder")?;
        fs::create_dir_all(folder)?;
        fs::write(&file, content).with_context(|| file.display().to_string())
    }

    /// Fails when a file is not as it was written.
    pub fn has_kept(&self, file: &str, content: &str) -> Result<()> {
        let now = fs::read_to_string(self.file(file)).with_context(|| format!("{file} is gone"))?;
        ensure!(now == content, "{file} was changed: {now}");
        Ok(())
    }

    /// Whether there is such a file or folder.
    pub fn has(&self, file: &str) -> bool {
        self.file(file).symlink_metadata().is_ok()
    }

    /// A file on its disk, as seen from here.
    fn file(&self, file: &str) -> PathBuf {
        self.debian.path().join(file.trim_start_matches('/'))
    }
}
