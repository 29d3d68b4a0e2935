//! How root opens a session for somebody, as a login does.
//!
//! PAM knows what a login is on this machine: which accounts may, with which limits and variables, that a home is made,
//! and that logind has a session and `/run/user/UID`. `su` asks it, drops all privileges, and stays as a parent of
//! root's that closes the session at the end, also when Porthole has ended before. See
//! docs/decisions/0001-login-sessions.md.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use super::{account::Account, command, environment::Environment, process::Identity};
use crate::child_command;

/// Where systems keep what PAM does for `su`.
const SERVICES: [&str; 3] = ["/etc/pam.d/su", "/usr/lib/pam.d/su", "/usr/etc/pam.d/su"];

/// Run by root: what PAM may change (mask, open files), and a way past what PAM's modules print, who have standard
/// output as well.
const BEFORE: &str = r#"umask "$1"
ulimit -S -n "$2" 2>/dev/null
shift 2
exec "$@" 3>&1 >&2"#;

/// Run by the account's user.
const AFTER: &str = r#"exec "$@" >&3 3>&-"#;

/// Where it is said which mode bits a login's files do not get (login.defs(5)).
const LOGIN_DEFS: &str = "/etc/login.defs";
const FALLBACK_MASK: &str = "022";

/// A `su` that PAM has a service for.
pub(super) fn find_su_with_service() -> Option<PathBuf> {
    let has_service = SERVICES.iter().any(|service| Path::new(service).is_file());
    has_service.then(|| command::find("su")).flatten()
}

/// The `su` that opens sessions with PAM: util-linux's, which the distributions have. `None` where there is no PAM.
pub(super) async fn find_su() -> Option<PathBuf> {
    let su = find_su_with_service()?;
    let mut version = child_command(&su);
    version.arg("--version");
    let version = command::run(version, &[]).await.ok()?;
    String::from_utf8_lossy(&version.stdout)
        .contains("util-linux")
        .then_some(su)
}

/// The start of a command that opens a session of `account` and becomes it; the program follows as its next argument.
/// `limits` is the start of one that sets them.
///
/// It begins in a POSIX session without a terminal, since what runs as the account could type into ours. The variables
/// of the system are there before PAM adds its own, those of the account after that.
pub(super) fn open(su: &Path, account: &Account, limits: Vec<String>, environment: &Environment) -> Command {
    let mut command = child_command("setsid");
    command.arg("-w").args(limits);
    command.args(["sh", "-c", BEFORE, "sh", &mask(), &account.open_files()]);
    command.arg(su).args(["-s", "/bin/sh"]);
    command.arg(format!("--session-command={AFTER}"));
    command.args(["--", &account.name, "sh", "env"]);
    command.args(environment.own_arguments());
    command.env_clear().envs(environment.of_system());
    // What logind and its like want to know of the session (pam_systemd(8)).
    command
        .env("XDG_SESSION_TYPE", "x11")
        .env("XDG_SESSION_CLASS", "user");
    command
}

/// The `su` that has opened the session which `leader` leads, if root's did: it is its parent, also when the leader has been
/// killed and `su` does not know yet.
pub(super) fn opener_of(leader: Identity) -> Option<Identity> {
    let parent = leader.parent()?;
    let su = procfs::process::Process::new(parent.pid).ok()?;
    let stat = su.stat().ok()?;
    // Ours leads a POSIX session. Orphans are the first process's, whatever that is.
    let is_ours = parent.pid != 1 && stat.session == parent.pid && su.uid().ok()? == 0;
    // Who has died meanwhile is nobody's parent any more.
    (is_ours && stat.comm == "su" && leader.parent() == Some(parent)).then_some(parent)
}

/// The file mode mask of a login.
pub(super) fn mask() -> String {
    let text = std::fs::read_to_string(LOGIN_DEFS).unwrap_or_default();
    mask_of(&text).unwrap_or(FALLBACK_MASK).to_owned()
}

fn mask_of(login_defs: &str) -> Option<&str> {
    let mut values = login_defs.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        (words.next()? == "UMASK").then_some(words.next()?)
    });
    values.find(|mask| {
        (1..=4).contains(&mask.len()) && mask.bytes().all(|digit| (b'0'..=b'7').contains(&digit))
    })
}

/// A shell's words for starting `program` with a login's mask and open files, unless PAM has set them.
pub(super) fn settings(account: &Account) -> [OsString; 2] {
    if account.has_pam() {
        ["", ""].map(OsString::from)
    } else {
        [mask().into(), account.open_files().into()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_is_that_of_login_defs() {
        for (text, expected) in [
            ("# UMASK 077\nUMASK\t\t027\n", Some("027")),
            ("UMASK 0022 # x\n", Some("0022")),
            ("HOME_MODE 0700\nUMASK\n", None),
            ("UMASK 8\n", None),
            ("UMASK $(id)\n", None),
            ("", None),
        ] {
            assert_eq!(mask_of(text), expected, "{text}");
        }
    }
}
