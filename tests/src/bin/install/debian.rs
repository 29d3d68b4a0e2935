//! A Debian in a folder.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use porthole_tests::{home::Home, process::run};

use crate::packages::name;

/// What a small Debian is lacking to boot, with a place for each user's own services.
const TO_BOOT: &str = "systemd,systemd-sysv,dbus,libpam-systemd,libnss-systemd";

/// A clean Debian. Its folder is not removed here: parts of this machine may be mounted in it.
pub struct Debian {
    root: PathBuf,
}

impl Debian {
    /// Makes one like this machine's, from where this machine's packages come.
    pub fn new(root: PathBuf) -> Result<Self> {
        let debian = Self { root };
        let sources = run(Command::new("apt-get").args([
            "indextargets",
            "--format",
            "deb $(SITE) $(RELEASE) $(COMPONENT)",
            "Created-By: Packages",
            "Origin: Debian",
        ]))?;
        let [_, site, release, ..] = sources.split_whitespace().collect::<Vec<_>>()[..] else {
            bail!("this machine's packages do not come from Debian");
        };
        run(Command::new("debootstrap")
            .args(["--variant=minbase", "--include", TO_BOOT, release])
            .arg(debian.path())
            .arg(site))?;
        fs::write(debian.path().join("etc/apt/sources.list"), &sources)?;
        debian.apt(&["update"])?;
        Ok(debian)
    }

    /// The one that was made there.
    pub fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The same once more, in another folder.
    pub fn copy(&self, root: PathBuf) -> Result<Self> {
        run(Command::new("cp")
            .args(["--archive", "--reflink=auto"])
            .args([&self.root, &root]))?;
        Ok(Self { root })
    }

    /// Lets programs run in it that find themselves on this machine, with its processes and its screens.
    pub fn furnish(&self) -> Result<()> {
        // No service is started by being installed.
        let refusal = self.path().join("usr/sbin/policy-rc.d");
        fs::write(&refusal, "#!/bin/sh\nexit 101\n")?;
        fs::set_permissions(&refusal, fs::Permissions::from_mode(0o755))?;
        for folder in ["proc", "sys", "dev", "tmp"] {
            let there = self.path().join(folder);
            run(Command::new("mount")
                .args(["--rbind", &format!("/{folder}")])
                .arg(there))?;
        }
        Ok(())
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// A command in it.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("chroot");
        command.arg(self.path()).arg(program);
        command
    }

    /// Runs apt-get, and gives what it says.
    pub fn apt(&self, words: &[&str]) -> Result<String> {
        run(self.command("env").args(APT).args(words))
    }

    /// Installs a package with what it depends on and recommends.
    pub fn install(&self, package: &Path) -> Result<String> {
        self.apt(&["install", &self.take(package)?])
    }

    /// Copies a package into it, and tells where to.
    pub fn take(&self, package: &Path) -> Result<String> {
        let inside = format!("/var/{}", name(package)?);
        fs::copy(package, self.path().join(&inside[1..]))
            .with_context(|| format!("copying {}", package.display()))?;
        Ok(inside)
    }

    /// A program outside that runs the one inside.
    pub fn gate(&self, home: &Home, program: &str) -> Result<PathBuf> {
        let script = format!(
            "#!/bin/sh\nexec chroot '{}' /usr/bin/{program} \"$@\"\n",
            self.path().display()
        );
        let gate = home.write(&format!("gates/{program}"), &script)?;
        fs::set_permissions(&gate, fs::Permissions::from_mode(0o755))?;
        Ok(gate)
    }

    /// The processes that run inside, as `PID NAME`.
    pub fn inhabitants(&self) -> Result<Vec<String>> {
        processes(|process| fs::read_link(process.join("root")).is_ok_and(|root| root == self.path()))
    }
}

/// apt-get without questions, by way of `env`.
pub const APT: [&str; 4] = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "--quiet"];

/// Those processes of which this holds, as `PID NAME`. One that has ended is none.
pub fn processes(wanted: impl Fn(&Path) -> bool) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let process = entry?.path();
        if wanted(&process) {
            let number = process.file_name().unwrap_or_default().to_string_lossy();
            let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
            found.push(format!("{number} {}", name.trim_end()));
        }
    }
    Ok(found)
}
