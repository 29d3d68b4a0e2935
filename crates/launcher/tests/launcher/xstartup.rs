//! What people have in their xstartup, as vncserver runs it, and how long a desktop lasts by it.

use std::{
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
};

use porthole_launcher::{Exit, Launch, Launched, Reason, What};

use super::{
    again::as_root,
    ear::Ear,
    others::Account,
    stage::{Stage, assert_nothing_left, ended, is_gone, kill, last_words, launch, running, within},
    wire::x_client,
};

/// A desktop of that user's, with what that user has prepared.
pub fn own_session(user: &str) -> Launch {
    let mut launch = launch("X", Some(user), "");
    let What::Desktop(desktop) = &mut launch.what else {
        panic!("a desktop")
    };
    desktop.session = None;
    launch
}

/// Writes a file into somebody's home, which then belongs to them.
pub fn write_in_home(user: &str, file: &str, text: &str, mode: u32) -> PathBuf {
    let data = nix::unistd::User::from_name(user).unwrap().unwrap();
    let path = data.dir.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    let mut entry = path.as_path();
    while entry != data.dir {
        chown(entry, Some(data.uid.as_raw()), Some(data.gid.as_raw())).unwrap();
        entry = entry.parent().unwrap();
    }
    path
}

/// Waits until a display's session log has this in it.
async fn log_says(displays: &Path, words: &str) {
    let folder = displays.read_dir().unwrap().next().unwrap().unwrap().path();
    within(async {
        loop {
            let log = std::fs::read_to_string(folder.join("session.log")).expect("the display is over");
            if log.contains(words) {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn stop(launched: &Launched) {
    within(launched.stop()).await;
}

/// It ended by itself; whether at once is a matter of how fast this machine is.
fn is_end_of_session(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::SessionEnded(Exit::Status(0)) | Reason::SessionEndedAtOnce
    )
}

/// `startxfce4 &` at the end, as many xstartups have it: the desktop lasts as long as its programs do, and so does
/// their bus.
#[tokio::test]
async fn a_desktop_lasts_as_long_as_programs_in_the_background() {
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    let go = Ear::new(stage.path(), "go");
    let ask = "command -v dbus-run-session >/dev/null || exec echo answers; \
               dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetId >/dev/null && echo answers";
    let program = format!(
        "read word <{}; {}; exec sleep 1000",
        go.path.display(),
        ear.saying(ask)
    );
    let session = format!("({program}) & {}", ear.saying("echo $$; echo $!"));
    let launched = stage.start(&session);
    let said = ear.hear().await;
    let pids: Vec<i32> = said.iter().map(|line| line.parse().unwrap()).collect();
    let running = running(&launched).await;
    log_says(&stage.displays(), "remove the & at the end").await;
    assert!(is_gone(pids[0]), "the command has ended");
    std::fs::write(&go.path, "go\n").unwrap();
    assert_eq!(ear.hear().await, ["answers"], "the session's bus");
    kill(pids[1]);
    assert!(is_end_of_session(&ended(&launched).await.reason));
    assert_nothing_left(&running);
}

/// Agents and services stay when somebody logs out; the desktop does not.
#[tokio::test]
async fn daemons_and_services_of_the_bus_do_not_keep_a_desktop() {
    let name = "xstartup::daemons_and_services_of_the_bus_do_not_keep_a_desktop";
    if !as_root(name).await {
        return;
    }
    let stage = Stage::new();
    let user = "porthole-services";
    let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
    let service = "[D-BUS Service]\nName=org.porthole.Test\nExec=/bin/sleep 1000\n";
    write_in_home(user, ".local/share/dbus-1/services/test.service", service, 0o644);
    let mut ear = Ear::new(stage.path(), "ear");
    let start = "dbus-send --session --type=method_call --dest=org.freedesktop.DBus / \
                 org.freedesktop.DBus.StartServiceByName string:org.porthole.Test uint32:0; \
                 until service=$(pgrep -u $(id -u) -f '^/bin/sleep 1000'); do :; done; echo $service";
    let session = format!("setsid sleep 3 & {}", ear.saying(start));
    let launched = stage.launcher.start(launch("X", Some(user), &session));
    let service = ear.hear_number().await;
    assert_eq!(ended(&launched).await.reason, Reason::SessionEndedAtOnce);
    assert!(is_gone(service) && stage.is_empty());
}

/// Once X clients have been there and are gone, what else runs is no reason to keep an empty screen.
#[tokio::test]
async fn a_desktop_whose_clients_have_gone_is_over() {
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    let go = Ear::new(stage.path(), "go");
    let agent = ear.saying("echo $!");
    let session = format!("sleep 1000 & {agent}; read word <{}", go.path.display());
    let launched = stage.start(&session);
    let agent = ear.hear_number().await;
    let running = running(&launched).await;
    let client = x_client(running.x_display, Some(&running.x_authority))
        .unwrap()
        .unwrap();
    std::fs::write(&go.path, "go\n").unwrap();
    log_says(&stage.displays(), "remove the & at the end").await;
    assert!(!is_gone(agent), "the desktop stays");
    drop(client);
    assert!(is_end_of_session(&ended(&launched).await.reason));
    assert!(is_gone(agent));
    assert_nothing_left(&running);
}

#[tokio::test]
async fn an_xstartup_that_is_not_executable_is_run_all_the_same() {
    if !as_root("xstartup::an_xstartup_that_is_not_executable_is_run_all_the_same").await {
        return;
    }
    let stage = Stage::new();
    let user = "porthole-plain";
    let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
    let mut ear = Ear::new(stage.path(), "ear");
    let script = format!("{}\nexec sleep 1000\n", ear.saying("echo it runs"));
    write_in_home(user, ".vnc/xstartup", &script, 0o644);
    let launched = stage.launcher.start(own_session(user));
    assert_eq!(ear.hear().await, ["it runs"]);
    running(&launched).await;
    log_says(
        &stage.displays(),
        "/home/porthole-plain/.vnc/xstartup is not executable",
    )
    .await;
    stop(&launched).await;
}

#[tokio::test]
async fn an_xstartup_with_windows_line_endings_is_named() {
    if !as_root("xstartup::an_xstartup_with_windows_line_endings_is_named").await {
        return;
    }
    let stage = Stage::new();
    let user = "porthole-crlf";
    let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
    for mode in [0o755, 0o644] {
        write_in_home(user, ".vnc/xstartup", "#!/bin/sh\r\nsleep 1000\r\n", mode);
        let (reason, _) = last_words(&stage.launcher.start(own_session(user))).await;
        assert!(
            reason.contains("/home/porthole-crlf/.vnc/xstartup has Windows line endings (CRLF)"),
            "{reason}"
        );
        assert!(
            reason.contains(r"sed -i 's/\r$//' /home/porthole-crlf/.vnc/xstartup"),
            "{reason}"
        );
        assert!(stage.is_empty());
    }
}

/// Where TigerVNC has looked for it since 1.13.
#[tokio::test]
async fn an_xstartup_in_tigervncs_new_folder_is_used() {
    if !as_root("xstartup::an_xstartup_in_tigervncs_new_folder_is_used").await {
        return;
    }
    let stage = Stage::new();
    let user = "porthole-xdg";
    let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
    for (file, text, expected) in [
        (".config/tigervnc/xstartup", "#!/bin/sh", "config"),
        // The old folder comes first, as with TigerVNC.
        (".vnc/xstartup", "#!/bin/sh", "vnc"),
    ] {
        let mut ear = Ear::new(stage.path(), expected);
        let script = format!(
            "{text}\n{}\nexec sleep 1000\n",
            ear.saying(&format!("echo {expected}"))
        );
        write_in_home(user, file, &script, 0o755);
        let launched = stage.launcher.start(own_session(user));
        assert_eq!(ear.hear().await, [expected]);
        stop(&launched).await;
    }
}
