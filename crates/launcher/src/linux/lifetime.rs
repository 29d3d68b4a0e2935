//! How long a desktop lasts once its session command has ended.
//!
//! A command that ends after a while was logged out of, and takes the desktop with it, whatever helpers it leaves. One
//! that ends within [`EARLY_END_TIME`] may have left its programs in the background (`startxfce4 &` at the end of an
//! xstartup): then the desktop lasts as long as they do. A shell waits for that, as the display's user and inside of the
//! session's bus: so the bus outlives the command, and all is the same while Porthole is not running.

use std::{ffi::OsString, time::Duration};

/// Nobody has logged out of a session that lasted less than this.
pub(super) const EARLY_END_TIME: Duration = Duration::from_secs(20);

const SCRIPT: &str = include_str!("lifetime.sh");

/// A command that runs `command`, and lasts as long as the desktop should.
pub(super) fn lasting(command: Vec<OsString>) -> Vec<OsString> {
    lasting_after(EARLY_END_TIME, command)
}

fn lasting_after(at_once: Duration, command: Vec<OsString>) -> Vec<OsString> {
    let words = ["sh".into(), "-c".into(), SCRIPT.into(), "sh".into()];
    let seconds = at_once.as_secs().to_string().into();
    words.into_iter().chain([seconds]).chain(command).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// How a session that runs this script ends, and what it says.
    fn run(at_once: u64, script: &str) -> (Option<i32>, String) {
        let command = ["sh", "-c", script].map(OsString::from).into();
        let words = lasting_after(Duration::from_secs(at_once), command);
        let mut session = Command::new("setsid");
        session.arg("-w").args(words).env("DISPLAY", ":nowhere");
        let output = session.output().unwrap();
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    #[test]
    fn a_session_ends_as_its_command_does() {
        assert_eq!(run(20, "exit 0"), (Some(0), String::new()));
        assert_eq!(run(20, "exit 3"), (Some(3), String::new()));
        assert_eq!(run(20, "kill -9 $$").0, Some(128 + 9));
    }

    #[test]
    fn programs_in_the_background_are_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        // Who reads from the pipe stays until somebody writes to it; that comes from a daemon, which is not waited for.
        let script = format!(
            "mkfifo {pipe}; (read word <{pipe}; echo $word >&2) & setsid sh -c 'sleep 3; echo go >{pipe}; sleep 20' >&- 2>&- & exit 1",
            pipe = pipe.display()
        );
        let (code, said) = run(20, &script);
        assert_eq!(code, Some(0));
        assert!(
            said.contains("remove the &") && said.trim_end().ends_with("go"),
            "{said}"
        );
    }

    /// That is a log-out.
    #[test]
    fn helpers_do_not_outlast_a_command_that_has_lasted() {
        let (code, said) = run(0, "sleep 20 >&- 2>&- & exit 0");
        assert_eq!((code, said.as_str()), (Some(0), ""));
    }
}
