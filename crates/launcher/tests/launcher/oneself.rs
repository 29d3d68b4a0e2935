//! Displays of one's own. These tests run as whoever runs them; `others` runs them once more as an ordinary user.

use std::path::Path;

use porthole_launcher::{Reason, State};

use super::{
    again::{Again, role},
    ear::Ear,
    stage::{
        Stage, assert_nothing_left, ended, is_gone, launch, mode_and_owner, processes_about, running,
        server_pid, tcp_listeners, within,
    },
    wire::{desktop_name, x_lets_in},
};

#[tokio::test]
async fn a_desktop_can_be_reached_through_its_socket_alone() {
    let stage = Stage::new();
    let launched = stage.start("exec sleep 1000");
    let running = running(&launched).await;
    let us = rustix::process::geteuid().as_raw();

    let folder = running.socket.ancestors().nth(2).unwrap();
    for (file, mode) in [
        ("", 0o700),
        ("record", 0o600),
        ("server.log", 0o600),
        ("session.log", 0o600),
        ("desk", 0o700),
        ("desk/rfb.sock", 0o600),
        ("desk/passwd", 0o600),
        ("desk/Xauthority", 0o600),
        ("desk/run", 0o700),
    ] {
        let (found, owner, _) = mode_and_owner(&folder.join(file));
        assert_eq!((found, owner), (mode, us), "{file}");
    }
    let pids = processes_about(folder);
    assert!(
        pids.len() >= 2 && pids.contains(&server_pid(&running)),
        "{pids:?}"
    );
    assert!(pids.iter().all(|pid| tcp_listeners(*pid) == 0));

    for password in [&running.password, &running.view_password] {
        assert_eq!(
            desktop_name(&running.socket, password.clone()).await.unwrap(),
            "Alice's desk"
        );
    }
    let refused = desktop_name(&running.socket, "wrong".into()).await.unwrap_err();
    assert!(refused.contains("password"), "{refused}");
    assert!(x_lets_in(running.x_display, Some(&running.x_authority)).unwrap());
    assert!(!x_lets_in(running.x_display, None).unwrap());
    assert!(
        (5 << 20..500 << 20).contains(&running.memory()),
        "{}",
        running.memory()
    );

    assert_eq!(within(launched.stop()).await.reason, Reason::Stopped);
    assert_nothing_left(&running);
    assert!(pids.into_iter().all(is_gone));
    assert!(stage.is_empty());
    assert_eq!(
        within(launched.stop()).await.reason,
        Reason::Stopped,
        "asked again"
    );
}

/// Twenty wrong passwords, and the right one is still welcome.
#[tokio::test]
async fn wrong_passwords_lock_nobody_out() {
    let stage = Stage::new();
    let launched = stage.start("exec sleep 1000");
    let running = running(&launched).await;
    for _ in 0..20 {
        assert!(desktop_name(&running.socket, "wrong".into()).await.is_err());
    }
    assert!(
        desktop_name(&running.socket, running.password.clone())
            .await
            .is_ok()
    );
    within(launched.stop()).await;
}

#[tokio::test]
async fn a_session_has_a_clean_environment() {
    // What our parent may have left open, and what stands in our own environment, stays here.
    let leak = rustix::io::dup(std::fs::File::open("/").unwrap()).unwrap();
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    let script = "env; echo pwd=$(pwd -P); echo id=$(id -un); echo umask=$(umask); ls -l /proc/$$/fd; stat -c mode=%a $XDG_RUNTIME_DIR";
    let launched = stage.start(&format!("{}; exec sleep 1000", ear.saying(script)));
    let said = ear.hear().await;
    let running = running(&launched).await;
    let value = |name: &str| {
        let value = said
            .iter()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.unwrap_or_else(|| panic!("{name} in {said:#?}")).to_owned()
    };
    let us = nix::unistd::User::from_uid(nix::unistd::geteuid())
        .unwrap()
        .unwrap();
    for (name, expected) in [
        ("HOME", stage.home().to_str().unwrap()),
        ("USER", &us.name),
        ("LOGNAME", &us.name),
        ("id", &us.name),
        ("SHELL", us.shell.to_str().unwrap()),
        ("DISPLAY", &format!(":{}", running.x_display)),
        ("XAUTHORITY", running.x_authority.to_str().unwrap()),
        ("XDG_SESSION_TYPE", "x11"),
        ("pwd", stage.home().canonicalize().unwrap().to_str().unwrap()),
        ("umask", "0022"),
        ("mode", "700"),
    ] {
        assert_eq!(value(name), expected, "{name}");
    }
    assert!(Path::new(&value("XDG_RUNTIME_DIR")).is_absolute());
    let foreign = ["CARGO", "RUST_", "OLDPWD", "XDG_CONFIG", "PORTHOLE"];
    for line in &said {
        assert!(!foreign.iter().any(|name| line.starts_with(name)), "{line}");
    }
    // 0, 1 and 2; the shell keeps the real output at 10 or above while it is redirected, and the reader's own.
    let open = said
        .iter()
        .filter(|line| line.contains(" -> "))
        .filter(|line| line.ends_with("-> /"));
    assert_eq!(open.count(), 0, "{said:#?}");
    drop(leak);
    within(launched.stop()).await;
    assert!(stage.is_empty());
}

#[tokio::test]
async fn whoever_asks_hears_how_far_it_is() {
    let stage = Stage::new();
    let launched = stage.start("exec sleep 1000");
    let mut state = launched.state();
    let mut seen = Vec::new();
    loop {
        match &*state.borrow_and_update() {
            State::Starting(step) => seen.push(step.to_string()),
            State::Running(_) => break,
            other => panic!("{other:?}"),
        }
        within(state.changed()).await.unwrap();
    }
    // A watch channel may skip what nobody has looked at.
    let steps = [
        "looking up the account",
        "making a private folder",
        "starting the VNC server",
        "starting the session",
    ];
    let mut rest = steps.iter();
    assert!(
        seen.iter().all(|step| rest.any(|known| known == step)),
        "{seen:?}"
    );
    assert!(seen.contains(&steps[2].to_owned()));
    within(launched.stop()).await;
}

#[tokio::test]
async fn a_display_that_is_stopped_as_it_starts_leaves_nothing() {
    let stage = Stage::new();
    for step in 0..4 {
        let launched = stage.start("exec sleep 1000");
        let mut state = launched.state();
        for _ in 0..step {
            within(state.changed()).await.unwrap();
        }
        assert_eq!(within(launched.stop()).await.reason, Reason::Stopped);
        assert!(stage.is_empty());
        assert!(processes_about(stage.path()).is_empty());
    }
}

#[tokio::test]
async fn all_processes_of_a_session_end_with_it() {
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    // Jobs in groups of their own, one that ignores being asked, one whose parent is gone.
    let script = "set -m; sleep 1000 & a=$!; sh -c 'trap \"\" TERM; while :; do sleep 1000; done' & b=$!; \
                  c=$(sh -c 'sleep 1000 >&- 2>&- & echo $!'); echo $a $b $c";
    let launched = stage.start(&format!("{}; exec sleep 1000", ear.saying(script)));
    let pids = ear.hear().await.concat();
    let pids: Vec<i32> = pids.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    let running = running(&launched).await;
    assert!(
        pids.len() == 3 && !pids.iter().any(|pid| is_gone(*pid)),
        "{pids:?}"
    );
    within(launched.stop()).await;
    assert!(pids.into_iter().all(is_gone));
    assert_nothing_left(&running);
}

#[tokio::test]
async fn twenty_at_once_leave_nothing() {
    let stage = Stage::new();
    let many: Vec<_> = (0..20)
        .map(|number| {
            stage
                .launcher
                .start(launch(&format!("Desk {number}"), None, "exec sleep 1000"))
        })
        .collect();
    let mut all = Vec::new();
    for launched in &many {
        all.push(running(launched).await);
    }
    let numbers: std::collections::BTreeSet<u32> = all.iter().map(|running| running.x_display).collect();
    assert_eq!(numbers.len(), 20);
    let stops: Vec<_> = many
        .iter()
        .map(|launched| launched.stop())
        .map(Box::pin)
        .collect();
    for stop in stops {
        within(stop).await;
    }
    for (launched, running) in many.iter().zip(&all) {
        assert_eq!(ended(launched).await.reason, Reason::Stopped);
        assert_nothing_left(running);
    }
    assert!(stage.is_empty());
    assert!(processes_about(stage.path()).is_empty());
}

#[tokio::test]
async fn displays_outlive_those_who_look_at_them() {
    let stage = Stage::new();
    let launched = stage.start("exec sleep 1000");
    let running = running(&launched).await;
    let mut state = launched.state();
    drop(launched);
    assert!(
        desktop_name(&running.socket, running.password.clone())
            .await
            .is_ok()
    );
    super::stage::kill(server_pid(&running));
    within(state.wait_for(|state| matches!(state, State::Ended(_))))
        .await
        .unwrap();
    assert_nothing_left(&running);
}

/// Neither this test nor any other runs what the account of whoever runs it does at login.
#[tokio::test]
async fn the_tests_have_a_home_of_their_own() {
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    std::fs::write(stage.home().join(".profile"), "export FROM=profile\n").unwrap();
    let session = format!("{}; exec sleep 1000", ear.saying("echo \"$HOME,$PWD,$FROM\""));
    let launched = stage.start(&session);
    let home = stage.home().display().to_string();
    assert_eq!(ear.hear().await, [format!("{home},{home},profile")]);
    within(launched.stop()).await;
    assert!(stage.is_empty());
}

/// We may have raised our own limit of open files; that is not our desktops'. (Other users' have what PAM gives a login.)
#[tokio::test]
async fn how_many_files_we_may_open_is_for_us_alone() {
    let name = "oneself::how_many_files_we_may_open_is_for_us_alone";
    if role().is_none() {
        return Again::new(name, "there").passes().await;
    }
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    for current in [Some(700), limit.maximum] {
        let limit = rustix::process::Rlimit { current, ..limit };
        rustix::process::setrlimit(rustix::process::Resource::Nofile, limit).unwrap();
        porthole_launcher::remember_open_files();
    }
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    let launched = stage.start(&format!("{}; exec sleep 1000", ear.saying("ulimit -S -n")));
    assert_eq!(ear.hear().await, ["700"]);
    let server = server_pid(&running(&launched).await);
    let limits = procfs::process::Process::new(server).unwrap().limits().unwrap();
    let of_server = limits.max_open_files.soft_limit;
    assert!(
        matches!(of_server, procfs::process::LimitValue::Value(700)),
        "{of_server:?}"
    );
    within(launched.stop()).await;
}
