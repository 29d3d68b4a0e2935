//! How displays end by themselves, and what is said then.

use porthole_launcher::{Exit, Reason};

use super::{
    ear::Ear,
    stage::{Stage, assert_nothing_left, ended, is_gone, kill, last_words, running, server_pid},
};

#[tokio::test]
async fn a_server_that_is_killed_takes_the_display_with_it() {
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    let launched = stage.start(&format!("{}; exec sleep 1000", ear.saying("echo $$")));
    let session = ear.hear_number().await;
    let running = running(&launched).await;
    let server = server_pid(&running);
    kill(server);
    let end = ended(&launched).await;
    assert_eq!(end.reason, Reason::ServerEnded(Exit::Signal(9)));
    assert!(
        end.reason.to_string().contains("VNC server was killed (signal 9"),
        "{}",
        end.reason
    );
    assert!(end.log.concat().contains("Xvnc TigerVNC"), "{:?}", end.log);
    assert_nothing_left(&running);
    assert!(is_gone(server) && is_gone(session));
}

#[tokio::test]
async fn a_session_that_is_killed_takes_the_display_with_it() {
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    // Where the session has a bus of its own, dbus-run-session leads it, and ends as what it ran.
    let launched = stage.start(&format!("{}; exec sleep 1000", ear.saying("ps -o sid= -p $$")));
    let session = ear.hear_number().await;
    let running = running(&launched).await;
    let server = server_pid(&running);
    kill(session);
    let end = ended(&launched).await;
    assert_eq!(end.reason, Reason::SessionEnded(Exit::Signal(9)));
    assert!(
        end.reason.to_string().contains("session was killed (signal 9"),
        "{}",
        end.reason
    );
    assert_nothing_left(&running);
    assert!(is_gone(server) && is_gone(session));
}

#[tokio::test]
async fn a_session_that_runs_nothing_was_not_logged_out_of() {
    let stage = Stage::new();
    let (reason, _) = last_words(&stage.start("true")).await;
    assert!(reason.contains("ended within seconds"), "{reason}");
    assert!(!reason.contains("logged out"), "{reason}");
    assert!(stage.is_empty());
}

#[tokio::test]
async fn a_session_command_that_fails_says_why() {
    let stage = Stage::new();
    for (command, says, logs) in [
        (
            "echo out of memory >&2; exit 3",
            "failed with status 3",
            "out of memory",
        ),
        (
            "exec no-such-desktop",
            "not found (status 127)",
            "no-such-desktop",
        ),
        ("exec /etc/passwd", "could not be run (status 126)", "/etc/passwd"),
    ] {
        let (reason, log) = last_words(&stage.start(command)).await;
        assert!(reason.contains(says), "{reason}");
        assert!(log.contains(logs), "{log}");
        assert!(stage.is_empty());
    }
}
