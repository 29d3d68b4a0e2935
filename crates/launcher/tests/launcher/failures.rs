//! What can go wrong at a start: each has its own words, and leaves nothing.

use std::os::unix::fs::PermissionsExt;

use porthole_launcher::{Desktop, Launch, LaunchError, Launcher, Reason, What};

use super::{
    again::{Again, role},
    stage::{Stage, ended, last_words, launch, mode_and_owner, processes_about, root, running, within},
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
        reason.contains("path would be too long") && reason.contains("107"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_folder_that_others_may_write_to() {
    let stage = Stage::new();
    std::fs::create_dir(stage.displays()).unwrap();
    std::fs::set_permissions(stage.displays(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let (reason, _) = last_words(&stage.start("true")).await;
    assert!(reason.contains("others may write to it"), "{reason}");
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

/// An account with an empty home, on a machine with no desktop: there is nothing to run.
#[tokio::test]
async fn a_machine_without_a_desktop() {
    let name = "failures::a_machine_without_a_desktop";
    match role() {
        // The machine's own desktops and our own ~/.xsession are out of sight.
        None if root() => {
            let hide = "for f in /etc/X11/Xsession /usr/share/xsessions /root; do if [ -d $f ]; then mount -t tmpfs none $f; \
                        elif [ -e $f ]; then mount --bind /dev/null $f; fi; done";
            Again::new(name, "there").behind(hide).passes().await;
        }
        None => {}
        Some(_) => {
            let stage = Stage::new();
            let mut launch = launch("X", None, "");
            launch.what = What::Desktop(Desktop::default());
            let (reason, _) = last_words(&stage.launcher.start(launch)).await;
            assert!(reason.contains("There is no desktop for root"), "{reason}");
            assert!(reason.contains("nstall"), "{reason}");
            assert!(stage.is_empty());
        }
    }
}

#[tokio::test]
async fn a_full_disk() {
    let name = "failures::a_full_disk";
    match role() {
        None if root() => {
            let full = "mount -t tmpfs -o size=16k none /mnt; head -c 16k /dev/zero >/mnt/full || true";
            Again::new(name, "there").behind(full).passes().await;
        }
        None => {}
        Some(_) => {
            let launcher = Launcher::at("/mnt/porthole".into());
            let (reason, _) = last_words(&launcher.start(launch("X", None, "true"))).await;
            assert!(
                reason.contains("no space left on the disk of /mnt/porthole/x-"),
                "{reason}"
            );
            assert_eq!(std::fs::read_dir("/mnt/porthole").unwrap().count(), 0);
        }
    }
}

#[tokio::test]
async fn a_machine_without_the_folder_for_x_sockets() {
    let name = "failures::a_machine_without_the_folder_for_x_sockets";
    let hide = "mount -t tmpfs -o mode=1777 none /tmp";
    match role().as_deref() {
        None if root() => {
            super::others::users();
            Again::new(name, "root").behind(hide).passes().await;
            Again::new(name, "alice").behind(hide).by("alice").passes().await;
        }
        None => {}
        Some("root") => {
            let stage = Stage::new();
            let launched = stage.start("exec sleep 1000");
            running(&launched).await;
            assert_eq!(mode_and_owner("/tmp/.X11-unix".as_ref()), (0o1777, 0, 0));
            within(launched.stop()).await;
            assert_eq!(std::fs::read_dir("/tmp/.X11-unix").unwrap().count(), 0);
        }
        Some(_) => {
            let stage = Stage::new();
            let end = ended(&stage.start("true")).await;
            assert_eq!(end.reason, Reason::NotStarted(LaunchError::NoX11Folder));
            assert!(
                end.reason.to_string().contains("sudo install -d -m 1777"),
                "{}",
                end.reason
            );
            assert!(stage.is_empty());
            assert!(processes_about(stage.path()).is_empty());
        }
    }
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
