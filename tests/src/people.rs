//! OS users, with a home each.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use anyhow::{Context, Result, anyhow};

use crate::{home::Home, process::run};

/// An OS user, in a home of its own.
pub struct Person {
    name: String,
    uid: u32,
    home: Home,
}

impl Person {
    /// Alice.
    ///
    /// # Errors
    ///
    /// When this test may not make OS users: it must run as root, or be allowed sudo without a password.
    pub fn alice() -> Result<Self> {
        Self::sure("porthole-alice")
    }

    /// Bob.
    ///
    /// # Errors
    ///
    /// As for Alice.
    pub fn bob() -> Result<Self> {
        Self::sure("porthole-bob")
    }

    /// The OS user of that name, made if there is none. The prefix keeps real people of that name out of this.
    fn sure(name: &str) -> Result<Self> {
        // Two useradd at a time are one too many.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let turn = ONE_AT_A_TIME
            .lock()
            .map_err(|_| anyhow!("another test failed to make a user"))?;
        if id(name).is_err() {
            run(as_root("useradd").args(["--user-group", "--no-create-home", "--shell", "/bin/sh", name]))?;
        }
        drop(turn);
        let home = Home::new()?;
        run(as_root("chown")
            .args(["--recursive", &format!("{name}:{name}")])
            .arg(home.path()))?;
        run(as_root("chmod").arg("755").arg(home.path()))?;
        let person = Self {
            name: name.to_owned(),
            uid: id(name)?,
            home,
        };
        // No desktop starts without it.
        person.account_home()?;
        Ok(person)
    }

    /// The name of the account.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The account's number.
    #[must_use]
    pub fn uid(&self) -> u32 {
        self.uid
    }

    /// The home that the system knows of, where this person's desktops begin. It is made if it is not there; tests
    /// share it.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn account_home(&self) -> Result<PathBuf> {
        let entry = run(Command::new("getent").args(["passwd", &self.name]))?;
        let home = entry.split(':').nth(5).context("an account without a home")?;
        run(as_root("install")
            .args([
                "--directory",
                "--mode=700",
                "--owner",
                &self.name,
                "--group",
                &self.name,
            ])
            .arg(home))?;
        Ok(home.into())
    }

    /// The home, which others may look into.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// A command that this person runs, at home and with nothing of ours in its environment.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = as_root("setpriv");
        command
            .args([
                "--reuid",
                &self.name,
                "--regid",
                &self.name,
                "--init-groups",
                "--pdeathsig",
                "TERM",
                "env",
                "--ignore-environment",
            ])
            .arg(format!("HOME={}", self.home.path().display()))
            .args(["PATH=/usr/bin:/bin", "LANG=C.UTF-8", program])
            .current_dir(self.home.path());
        command
    }

    /// Whether this file exists and is this person's.
    ///
    /// # Errors
    ///
    /// When it does not, or is another's.
    pub fn owns(&self, file: &Path) -> Result<()> {
        let owner = std::fs::metadata(file)
            .with_context(|| file.display().to_string())?
            .uid();
        anyhow::ensure!(
            owner == self.uid,
            "{} belongs to user {owner}, not to {}",
            file.display(),
            self.name
        );
        Ok(())
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        // What is in there is not ours to remove.
        let _ = run(as_root("rm")
            .args(["--recursive", "--force"])
            .arg(self.home.path()));
    }
}

/// A command with root's rights.
#[must_use]
pub fn as_root(program: &str) -> Command {
    if rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["--non-interactive", program]);
    command
}

fn id(name: &str) -> Result<u32> {
    Ok(run(Command::new("id").args(["--user", name]))?.trim().parse()?)
}
