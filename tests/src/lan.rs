//! A network of its own, where a server may have another address than 127.0.0.1 and nobody else sees it.

use std::env;

use anyhow::{Result, ensure};

use crate::{people::as_root, process::run};

/// This machine's address on that network.
pub const ADDRESS: &str = "192.168.213.7";

const MARK: &str = "PORTHOLE_TESTS_ON_A_LAN";

const NETWORK: &str = "
    ip link set lo up
    ip address add \"$0/32\" dev lo
    exec \"$@\"";

/// Whether this process is on that network.
#[must_use]
pub fn is_here() -> bool {
    env::var_os(MARK).is_some()
}

/// Runs the test of that name (`module::function`) once more, in a process on that network.
///
/// # Errors
///
/// When it fails there, or there is no such test, or this test may not make a network: it must run as root, or be
/// allowed sudo without a password.
pub fn run_there(test: &str) -> Result<()> {
    let mut command = as_root("unshare");
    command.args(["--net", "--", "sh", "-ec", NETWORK, ADDRESS]);
    if !rustix::process::geteuid().is_root() {
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
    // By `env`, because sudo takes the environment away.
    let kept = ["PATH", "LANG", "PORTHOLE_BIN_DIR"].into_iter();
    let kept = kept.filter_map(|name| Some(format!("{name}={}", env::var(name).ok()?)));
    command
        .arg("env")
        .args(kept)
        .arg(format!("{MARK}=1"))
        .arg(env::current_exe()?)
        .args(["--exact", test]);
    let output = run(&mut command)?;
    ensure!(output.contains("1 passed"), "there is no test {test}: {output}");
    Ok(())
}
