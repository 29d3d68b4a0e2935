//! Programs that run once more, in namespaces of their own.

use std::{env, process::Command};

use anyhow::{Result, ensure};

use crate::{people::as_root, process::run};

/// Shell words, as root in a mount namespace of its own: the account with the number `$account` has an empty home, and
/// nothing that it does at login on this machine is done.
///
/// Not by a file that is mounted over `/etc/passwd`: when somebody elsewhere puts another in its place, as `useradd` does,
/// it is uncovered. A folder is not. Files that come and go while it is copied do not matter.
const OWN_HOME: &str = r#"
    mount -t tmpfs none /mnt
    mkdir /mnt/home /mnt/etc
    cp -a /etc/. /mnt/etc || :
    awk -F: -v OFS=: -v uid="$account" '$3 == uid { $6 = "/mnt/home" } { print }' /etc/passwd > /mnt/passwd
    cat /mnt/passwd > /mnt/etc/passwd
    chown "$account" /mnt/home
    mount --bind /mnt/etc /etc
    "#;

/// The shell words that give whoever runs this an empty home (`/mnt/home`), as root in a mount namespace of its own.
pub(crate) fn own_home() -> String {
    format!("account={}{OWN_HOME}", rustix::process::getuid().as_raw())
}

/// A place to run in.
pub(crate) struct Place<'a> {
    /// The namespaces that it has for itself, as `unshare` calls them.
    pub namespaces: &'a [&'a str],
    /// The shell script that furnishes it, as root, and then runs the command that `"$@"` ends with.
    pub script: &'a str,
    /// What the script finds in `$0` and, before the command to run, in `"$@"`.
    pub arguments: &'a [&'a str],
}

impl Place<'_> {
    /// Runs the test of that name (`module::function`) in a process there.
    ///
    /// # Errors
    ///
    /// When it fails there, or there is no such test, or this test may not make namespaces: it must run as root, or be
    /// allowed sudo without a password.
    pub fn run(&self, test: &str) -> Result<()> {
        let output = run(self.command()?.args(["--exact", test]))?;
        ensure!(output.contains("1 passed"), "there is no test {test}: {output}");
        Ok(())
    }

    /// This very program there, without arguments yet.
    pub fn command(&self) -> Result<Command> {
        let mut command = as_root("unshare");
        command
            .args(self.namespaces)
            .args(["--", "sh", "-ec", self.script])
            .args(self.arguments);
        leave_root(&mut command);
        // By `env`, because sudo takes the environment away.
        let kept = ["PATH", "LANG", "PORTHOLE_BIN_DIR"].into_iter();
        let kept = kept.filter_map(|name| Some(format!("{name}={}", env::var(name).ok()?)));
        command.arg("env").args(kept).arg(env::current_exe()?);
        Ok(command)
    }
}

/// Lets what follows on the command line be run by whoever runs this.
fn leave_root(command: &mut Command) {
    if rustix::process::geteuid().is_root() {
        return;
    }
    let ids = [
        rustix::process::getuid().as_raw(),
        rustix::process::getgid().as_raw(),
    ]
    .map(|id| id.to_string());
    command.args([
        "setpriv",
        "--reuid",
        &ids[0],
        "--regid",
        &ids[1],
        "--clear-groups",
    ]);
}
