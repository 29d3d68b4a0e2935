//! Displays that outlive the program that started them.

use porthole_launcher::{Launched, Launcher, Reason, State};

use super::{
    again::{Again, role},
    ear::Ear,
    stage::{Stage, assert_nothing_left, ended, is_gone, kill, launch, root, running, server_pid, within},
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
        let launcher = Launcher::at(std::env::var_os(DISPLAYS).unwrap().into());
        let user = std::env::var(USER).unwrap();
        let user = Some(user.as_str()).filter(|user| !user.is_empty());
        let launched = launcher.start(launch("Alice's desk", user, &std::env::var(SESSION).unwrap()));
        ended(&launched).await;
    }
}

struct Left {
    stage: Stage,
    session: i32,
}

/// A display whose program was killed once its session ran. (That it is on record as complete by then is not said; an
/// adoption before that is `a_start_that_was_interrupted`.)
async fn left_behind() -> Left {
    left_behind_of("").await
}

/// The same, of that user.
async fn left_behind_of(user: &str) -> Left {
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
        let folder = stage.displays().read_dir().ok()?.next()?.ok()?.path();
        std::fs::read_to_string(folder.join("record"))
            .ok()
            .filter(|text| text.contains("\"complete\":true"))
    };
    within(async {
        while is_complete().is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn adopt_one(stage: &Stage) -> Launched {
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

/// A process that has got the number of one of ours is neither adopted nor harmed.
#[tokio::test]
async fn a_number_that_was_used_again_is_somebody_else() {
    let Left { stage, session } = left_behind().await;
    let mut stranger = std::process::Command::new("setsid")
        .args(["sleep", "1000"])
        .spawn()
        .unwrap();
    let folder = stage
        .displays()
        .read_dir()
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
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
    let folder = stage
        .displays()
        .read_dir()
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
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

/// Alice owns the folder that her socket is in, and could put something else there: it is not taken for her server.
#[tokio::test]
async fn a_socket_that_somebody_else_holds_is_refused() {
    if !root() {
        return;
    }
    super::others::users();
    let Left { stage, session } = left_behind_of("alice").await;
    let socket = stage
        .displays()
        .read_dir()
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path()
        .join("desk/rfb.sock");
    std::fs::remove_file(&socket).unwrap();
    let _ours = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let end = ended(&adopt_one(&stage).await).await;
    assert!(
        end.reason.to_string().contains("is not held by the VNC server"),
        "{}",
        end.reason
    );
    assert!(stage.is_empty() && is_gone(session));
}
