//! What can go wrong at a start: each has its own words, and leaves nothing.

use std::os::unix::fs::PermissionsExt;

use porthole_launcher::{Desktop, Launch, LaunchError, Launcher, What};

use super::{
    again::{Again, role},
    stage::{Stage, last_words, launch},
};

#[tokio::test]
async fn a_user_who_does_not_exist() {
    let stage = Stage::new();
    let launched = stage.launcher.start(launch("X", Some("no-such-user"), "true"));
    let (reason, _) = last_words(&launched).await;
    assert!(reason.contains("There is no user `no-such-user`"), "{reason}");
    assert!(stage.is_empty());
}

#[tokio::test]
async fn a_path_that_is_too_long_for_a_socket() {
    let stage = Stage::new();
    let launcher = Launcher::at(stage.path().join("x".repeat(90)));
    let (reason, _) = last_words(&launcher.start(launch("X", None, "true"))).await;
    assert!(
        reason.contains("is too long") && reason.contains("107"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_folder_that_others_may_write_to() {
    let stage = Stage::new();
    std::fs::create_dir(stage.displays()).unwrap();
    std::fs::set_permissions(stage.displays(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let (reason, _) = last_words(&stage.start("true")).await;
    assert!(reason.contains("others can write to it"), "{reason}");
}

#[tokio::test]
async fn a_machine_without_tigervnc() {
    let name = "failures::a_machine_without_tigervnc";
    if role().is_none() {
        // All that a start needs but the VNC server.
        let stage = Stage::new();
        return Again::new(name, "there").set("PATH", stage.path()).passes().await;
    }
    let launcher = Launcher::new();
    let what = What::Desktop(Desktop::default());
    let check = launcher.check(&what).unwrap_err();
    assert!(matches!(check, LaunchError::NotInstalled { .. }));
    let launch = Launch {
        id: String::new(),
        name: "X".to_owned(),
        what,
    };
    let (reason, _) = last_words(&launcher.start(launch)).await;
    assert!(
        reason.starts_with("TigerVNC is not installed: Xtigervnc was not found. "),
        "{reason}"
    );
    assert!(reason.contains("nstall"), "{reason}");
}

/// A geometry is bounded here; but a server can fail for reasons that only it knows.
#[tokio::test]
async fn a_server_that_fails_says_why() {
    let name = "failures::a_server_that_fails_says_why";
    if role().is_none() {
        let stage = Stage::new();
        let fake = stage.path().join("Xtigervnc");
        std::fs::write(
            &fake,
            "#!/bin/sh\necho 'Fatal server error: no fonts today' >&2\nexit 1\n",
        )
        .unwrap();
        std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", stage.path().display(), std::env::var("PATH").unwrap());
        return Again::new(name, "there").set("PATH", path).passes().await;
    }
    let stage = Stage::new();
    let (reason, log) = last_words(&stage.start("true")).await;
    assert!(
        reason.contains("VNC server ended before it was ready (Fatal server error: no fonts today)"),
        "{reason}"
    );
    assert!(log.contains("no fonts today"));
    assert!(stage.is_empty());
}
