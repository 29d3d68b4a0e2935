//! Displays that outlive the program that started them.

use std::{os::unix::net::UnixStream, path::PathBuf};

use porthole_launcher::{Launched, Launcher, Reason, State};

use super::{
    again::{Again, role},
    ear::Ear,
    stage::{
        Stage, assert_no_stale, assert_nothing_left, ended, is_gone, kill, kill_if_there, launch, running,
        server_pid, within,
    },
    wire::desktop_name,
};

/// Where the other program finds the stage.
const DISPLAYS: &str = "PORTHOLE_TEST_DISPLAYS";
const USER: &str = "PORTHOLE_TEST_USER";
const SESSION: &str = "PORTHOLE_TEST_SESSION";

/// The other program: starts a display, says so by the display's own session, and stays until it is killed.
#[tokio::test]
async fn another_program() {
    if role().is_some() {
        let displays = PathBuf::from(std::env::var_os(DISPLAYS).unwrap());
        let home = displays.with_file_name("home");
        let launcher = Launcher::at(displays).with_home(home);
        let user = std::env::var(USER).unwrap();
        let user = Some(user.as_str()).filter(|user| !user.is_empty());
        let launched = launcher.start(launch("Alice's desk", user, &std::env::var(SESSION).unwrap()));
        ended(&launched).await;
    }
}

pub struct Left {
    pub stage: Stage,
    pub session: i32,
}

/// A display whose program was killed once its session ran. (That it is on record as complete by then is not said; an
/// adoption before that is `a_start_that_was_interrupted`.)
pub async fn left_behind() -> Left {
    left_behind_of("").await
}

/// The same, of that user.
pub async fn left_behind_of(user: &str) -> Left {
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    let session = format!("{}; exec sleep 1000", ear.saying("echo $$"));
    let other = Again::new("adoption::another_program", "start")
        .set(DISPLAYS, stage.displays())
        .set(SESSION, session);
    let other = other.set(USER, user).spawn();
    let session = ear.hear_number().await;
    complete(&stage).await;
    kill(other.pid());
    other.over().await;
    Left { stage, session }
}

/// Waits until the display's record says that all of it was started.
async fn complete(stage: &Stage) {
    let is_complete = || {
        let record = std::fs::read_to_string(only_folder(stage).join("record"));
        record.is_ok_and(|text| text.contains("\"complete\":true"))
    };
    within(async {
        while !is_complete() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// The folder of the only display.
pub fn only_folder(stage: &Stage) -> PathBuf {
    let mut folders = stage.displays().read_dir().unwrap();
    folders.next().unwrap().unwrap().path()
}

pub async fn adopt_one(stage: &Stage) -> Launched {
    let mut adopted = within(stage.launcher.adopt()).await;
    assert_eq!(adopted.len(), 1);
    adopted.remove(0)
}

#[tokio::test]
async fn a_display_outlives_its_program_and_is_adopted() {
    let Left { stage, session } = left_behind().await;
    let launched = adopt_one(&stage).await;
    assert!(
        matches!(&*launched.state().borrow(), State::Running(_)),
        "at once"
    );
    assert_eq!(launched.launch().name, "Alice's desk");
    let running = running(&launched).await;
    assert_eq!(
        desktop_name(&running.socket, running.password.clone())
            .await
            .unwrap(),
        "Alice's desk"
    );
    assert!(!is_gone(session), "its programs still run");
    assert!(running.memory() > 5 << 20);
    assert!(
        within(stage.launcher.adopt()).await.is_empty(),
        "it is adopted once"
    );

    assert_eq!(within(launched.stop()).await.reason, Reason::Stopped);
    assert_nothing_left(&running);
    assert!(is_gone(session) && stage.is_empty());
}

#[tokio::test]
async fn an_adopted_display_is_watched() {
    let Left { stage, .. } = left_behind().await;
    let launched = adopt_one(&stage).await;
    let running = running(&launched).await;
    kill(server_pid(&running));
    assert!(matches!(ended(&launched).await.reason, Reason::ServerEnded(_)));
    assert_nothing_left(&running);
}

#[tokio::test]
async fn what_ended_meanwhile_is_cleared_away() {
    let Left { stage, session } = left_behind().await;
    kill(session);
    let end = ended(&adopt_one(&stage).await).await;
    // Whether the system has ended it by the time we look, or a moment later, is chance.
    assert!(
        matches!(end.reason, Reason::WhileAway | Reason::SessionEnded(_)),
        "{}",
        end.reason
    );
    assert!(stage.is_empty());
}

/// Killed without a chance to clear up, the server leaves its sockets; they are in nobody's way.
#[tokio::test]
async fn stale_sockets_are_cleared_away() {
    let Left { stage, session } = left_behind().await;
    let folder = only_folder(&stage);
    let record = std::fs::read_to_string(folder.join("record")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let number = |value: &serde_json::Value| i32::try_from(value.as_i64().unwrap()).unwrap();
    let server = number(&record["server"]["pid"]);
    kill(server);
    let _ = kill_if_there(session);
    within(async {
        while !is_gone(server) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let socket = folder.join("desk/rfb.sock");
    let x_socket = PathBuf::from(format!("/tmp/.X11-unix/X{}", number(&record["x_display"])));
    let refused = UnixStream::connect(&socket).unwrap_err();
    assert_eq!(
        refused.kind(),
        std::io::ErrorKind::ConnectionRefused,
        "a stale socket"
    );

    let end = ended(&adopt_one(&stage).await).await;
    assert_eq!(end.reason.to_string(), "It ended while Porthole was not running");
    assert!(stage.is_empty() && !socket.exists());
    assert_no_stale(&x_socket);
    let launched = stage.start("exec sleep 1000");
    let running = running(&launched).await;
    within(launched.stop()).await;
    assert_nothing_left(&running);
}

/// A process that has got the number of one of ours is neither adopted nor harmed.
#[tokio::test]
async fn a_number_that_was_used_again_is_somebody_else() {
    let Left { stage, session } = left_behind().await;
    let mut stranger = std::process::Command::new("setsid")
        .args(["sleep", "1000"])
        .spawn()
        .unwrap();
    let folder = only_folder(&stage);
    let record = std::fs::read_to_string(folder.join("record")).unwrap();
    let mut record: serde_json::Value = serde_json::from_str(&record).unwrap();
    record["session"]["pid"] = stranger.id().into();
    std::fs::write(folder.join("record"), record.to_string()).unwrap();

    assert_eq!(ended(&adopt_one(&stage).await).await.reason, Reason::WhileAway);
    assert!(stranger.try_wait().unwrap().is_none(), "it was harmed");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    assert!(stage.is_empty());
    // The session itself is no longer on record; that is this test's doing.
    kill(session);
}

#[tokio::test]
async fn a_start_that_was_interrupted_is_cleared_away() {
    let Left { stage, session } = left_behind().await;
    let folder = only_folder(&stage);
    let record = std::fs::read_to_string(folder.join("record")).unwrap();
    std::fs::write(
        folder.join("record"),
        record.replace("\"complete\":true", "\"complete\":false"),
    )
    .unwrap();
    assert_eq!(ended(&adopt_one(&stage).await).await.reason, Reason::Interrupted);
    assert!(stage.is_empty() && is_gone(session));

    // Killed before anything was on record, or half of it written.
    for record in ["", "{", "{}"] {
        let folder = stage.displays().join("x-00000000");
        std::fs::create_dir_all(folder.join("desk/run")).unwrap();
        std::fs::write(folder.join("record"), record).unwrap();
        assert!(within(stage.launcher.adopt()).await.is_empty());
        assert!(stage.is_empty());
    }
}

/// What versions of before have left: no id, logs that the programs write by themselves, nothing that opened the session.
#[tokio::test]
async fn a_display_of_an_earlier_version_is_adopted() {
    let Left { stage, session } = left_behind().await;
    make_older(&stage);
    let launched = adopt_one(&stage).await;
    assert!(matches!(&*launched.state().borrow(), State::Running(_)));
    let launch = launched.launch();
    assert_eq!((launch.name.as_str(), launch.id.as_str()), ("Alice's desk", ""));
    let running = running(&launched).await;
    let name = desktop_name(&running.socket, running.password.clone()).await;
    assert_eq!(name.unwrap(), "Alice's desk");
    assert!(!is_gone(session));
    assert!(
        within(stage.launcher.adopt()).await.is_empty(),
        "it is adopted once"
    );
    assert_eq!(within(launched.stop()).await.reason, Reason::Stopped);
    assert_nothing_left(&running);
    assert!(is_gone(session) && stage.is_empty());
}

/// Makes the record of the only display as versions of before wrote it.
pub fn make_older(stage: &Stage) {
    let record = only_folder(stage).join("record");
    let text = std::fs::read_to_string(&record).unwrap();
    let mut older: serde_json::Value = serde_json::from_str(&text).unwrap();
    let all = older.as_object_mut().unwrap();
    let writers = all.remove("log_writers").unwrap();
    assert!(all.remove("opener").is_some());
    assert!(all["launch"].as_object_mut().unwrap().remove("id").is_some());
    std::fs::write(&record, older.to_string()).unwrap();
    for writer in writers.as_array().unwrap() {
        let group = rustix::process::Pid::from_raw(writer["pid"].as_i64().unwrap() as i32).unwrap();
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
    }
}
