//! Users who stop (SIGSTOP) what runs as them, and starts that are called off: nothing of root's waits for them.

use std::os::unix::fs::PermissionsExt;

use porthole_launcher::{LaunchStep, Reason, State};
use rustix::process::{Pid, Signal, kill_process};

use super::{
    adoption::{Left, adopt_one, left_behind_of, make_older},
    again::{Again, as_root, role},
    ear::Ear,
    others::{Account, users},
    stage::{Stage, is_gone, launch, running, within},
    xstartup::{own_session, write_in_home},
};

fn stat(pid: i32) -> procfs::process::Stat {
    procfs::process::Process::new(pid).unwrap().stat().unwrap()
}

fn send(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

async fn until(mut is_so: impl FnMut() -> bool) {
    within(async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// The `su` that has opened the session which `leader` leads.
fn su_of(leader: i32) -> i32 {
    let su = stat(leader).ppid;
    assert_eq!(stat(su).comm, "su");
    su
}

/// Stops what leads a session, as its user can; then `su` stops itself.
async fn stop_with_su(leader: i32) -> i32 {
    let su = su_of(leader);
    send(leader, Signal::STOP);
    until(|| stat(su).state == 'T').await;
    su
}

#[tokio::test]
async fn whoever_stops_their_own_session_keeps_nothing_of_roots() {
    if !as_root("stopped::whoever_stops_their_own_session_keeps_nothing_of_roots").await {
        return;
    }
    users();
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    let session = format!("{}; exec sleep 1000", ear.saying("ps -o sid= -p $$"));
    let launched = stage.launcher.start(launch("X", Some("alice"), &session));
    let leader = ear.hear_number().await;
    running(&launched).await;
    let su = stop_with_su(leader).await;
    within(launched.stop()).await;
    assert!(is_gone(leader) && is_gone(su) && stage.is_empty());
}

/// Also where another run of the program ends it, where the user has killed what `su` waits for, and where it was started by
/// a version that did not say what has opened the session.
#[tokio::test]
async fn whoever_stops_a_session_that_is_adopted_keeps_nothing_of_roots() {
    if !as_root("stopped::whoever_stops_a_session_that_is_adopted_keeps_nothing_of_roots").await {
        return;
    }
    users();
    for (killed, older) in [(false, false), (true, false), (false, true), (true, true)] {
        let Left { stage, session } = left_behind_of("alice").await;
        if older {
            make_older(&stage);
        }
        let leader = stat(session).session;
        let su = stop_with_su(leader).await;
        if killed {
            send(leader, Signal::KILL);
        }
        within(adopt_one(&stage).await.stop()).await;
        assert!(
            is_gone(session) && is_gone(su) && stage.is_empty(),
            "{killed} {older}"
        );
    }
}

/// What was started to look around as that user.
#[tokio::test]
async fn a_login_that_is_stopped_ends_when_the_start_is_called_off() {
    if !as_root("stopped::a_login_that_is_stopped_ends_when_the_start_is_called_off").await {
        return;
    }
    let stage = Stage::new();
    let user = "porthole-stopped";
    let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
    let mut ear = Ear::new(stage.path(), "ear");
    let profile = format!("{}\nkill -STOP $$\n", ear.saying("echo $$"));
    write_in_home(user, ".profile", &profile, 0o644);
    let launched = stage.launcher.start(own_session(user));
    let shell = ear.hear_number().await;
    until(|| stat(shell).state == 'T').await;
    let su = su_of(shell);
    until(|| stat(su).state == 'T').await;
    assert_eq!(within(launched.stop()).await.reason, Reason::Stopped);
    assert!(stage.is_empty());
    until(|| is_gone(shell) && is_gone(su)).await;
}

/// The question for the limits of a login, which its user stops: calling the start off does not wait for it.
#[tokio::test]
async fn a_start_that_is_not_admitted_yet_is_called_off_at_once() {
    let name = "stopped::a_start_that_is_not_admitted_yet_is_called_off_at_once";
    if role().is_some() {
        let stage = Stage::new();
        let ear_path = std::path::PathBuf::from(std::env::var_os("PORTHOLE_TEST_EAR").unwrap());
        let launched = stage
            .launcher
            .start(launch("X", Some("alice"), "exec sleep 1000"));
        let shell = async {
            loop {
                let said = std::fs::read_to_string(&ear_path).unwrap_or_default();
                if let Some(line) = said.strip_suffix('\n') {
                    return line.parse::<i32>().unwrap();
                }
                tokio::task::yield_now().await;
            }
        };
        let shell = within(shell).await;
        let runuser = stat(shell).ppid;
        until(|| stat(runuser).state == 'T').await;
        assert!(matches!(
            *launched.state().borrow(),
            State::Starting(LaunchStep::Account)
        ));
        assert_eq!(within(launched.stop()).await.reason, Reason::Stopped);
        // Nobody has waited for it to be killed.
        assert!(stage.is_empty());
        until(|| is_gone(shell) && is_gone(runuser)).await;
        return;
    }
    if !as_root(name).await {
        return;
    }
    users();
    let stage = Stage::new();
    let ear = stage.path().join("ear");
    std::fs::write(&ear, "").unwrap();
    std::fs::set_permissions(&ear, std::fs::Permissions::from_mode(0o666)).unwrap();
    let script = format!(
        "#!/bin/sh\nif [ \"$(cat /proc/$PPID/comm)\" = runuser ]; then echo $$ >{}; kill -STOP $$; fi\nexec /usr/bin/sh \"$@\"\n",
        ear.display()
    );
    let file = stage.path().join("sh");
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", stage.path().display());
    Again::new(name, "there")
        .set("PATH", path)
        .set("PORTHOLE_TEST_EAR", &ear)
        .passes()
        .await;
}
