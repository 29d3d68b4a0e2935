//! Displays of other users, started by root.

use std::{
    io::ErrorKind,
    os::unix::{fs::PermissionsExt, net::UnixStream},
    process::Command,
    sync::{Mutex, OnceLock, PoisonError},
};

use porthole_launcher::What;

use super::{
    adoption::{Left, adopt_one, left_behind_of, only_folder},
    again::{Again, as_root, role},
    ear::Ear,
    stage::{
        Stage, assert_nothing_left, ended, is_gone, last_words, launch, mode_and_owner, processes_about,
        running, server_pid, tcp_listeners, within,
    },
    wire::{desktop_name, x_lets_in},
};

/// Sees to it that there are the users alice and bob.
pub fn users() {
    static MADE: OnceLock<()> = OnceLock::new();
    MADE.get_or_init(|| {
        for user in ["alice", "bob"] {
            if nix::unistd::User::from_name(user).unwrap().is_none() {
                run("useradd", &["-m", "-s", "/bin/bash", user]);
            }
        }
    });
}

/// Programs that change the accounts lock one another out.
fn run(program: &str, arguments: &[&str]) {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// An account for as long as this is there.
pub struct Account(&'static str);

impl Account {
    pub fn new(name: &'static str, options: &[&str]) -> Self {
        run("useradd", &[options, &[name]].concat());
        Self(name)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // By force: what has ended may still wait for the system to reap it.
        run("userdel", &["-rf", self.0]);
    }
}

pub fn uid(user: &str) -> u32 {
    nix::unistd::User::from_name(user).unwrap().unwrap().uid.as_raw()
}

const SOCKET: &str = "PORTHOLE_TEST_SOCKET";
const DISPLAY: &str = "PORTHOLE_TEST_DISPLAY";

#[tokio::test]
async fn an_ordinary_user_has_all_this_too() {
    if as_root("others::an_ordinary_user_has_all_this_too").await {
        users();
        for tests in [
            "oneself::",
            "endings::",
            "adoption::",
            "failures::",
            "found::",
            "screen::",
        ] {
            // No role: these are tests as they are, by somebody else.
            Again::as_is(tests).by("alice").passes().await;
        }
    }
}

#[tokio::test]
async fn each_user_has_a_desktop_that_the_other_cannot_open() {
    let name = "others::each_user_has_a_desktop_that_the_other_cannot_open";
    if role().is_some() {
        // This is bob, at alice's door.
        let socket = std::env::var(SOCKET).unwrap();
        assert_eq!(
            UnixStream::connect(&socket).unwrap_err().kind(),
            ErrorKind::PermissionDenied
        );
        let folder = std::path::Path::new(&socket).parent().unwrap();
        for file in ["passwd", "Xauthority", ""] {
            assert_eq!(
                std::fs::File::open(folder.join(file)).unwrap_err().kind(),
                ErrorKind::PermissionDenied
            );
        }
        assert!(!x_lets_in(std::env::var(DISPLAY).unwrap().parse().unwrap(), None).unwrap());
        return;
    }
    if !as_root(name).await {
        return;
    }
    users();
    let stage = Stage::new();
    let mut desks = Vec::new();
    for user in ["alice", "bob"] {
        let mut ear = Ear::new(stage.path(), user);
        let script = "id -un; id -Gn; pwd; stat -c '%U %a' $XDG_RUNTIME_DIR; echo hello >/dev/stderr; env";
        let session = format!("{}; exec sleep 1000", ear.saying(script));
        let launched = stage.launcher.start(launch(user, Some(user), &session));
        let said = ear.hear().await;
        let groups = Command::new("id").args(["-Gn", user]).output().unwrap().stdout;
        assert_eq!(said[0], user);
        assert_eq!(said[1], String::from_utf8(groups).unwrap().trim());
        assert_eq!(said[2], format!("/home/{user}"));
        assert_eq!(said[3], format!("{user} 700"));
        for line in [
            format!("HOME=/home/{user}"),
            format!("USER={user}"),
            "SHELL=/bin/bash".to_owned(),
        ] {
            assert!(said.contains(&line), "{said:#?}");
        }
        assert!(
            !said
                .iter()
                .any(|line| line.contains("root") || line.starts_with("CARGO")),
            "{said:#?}"
        );
        desks.push((launched, user));
    }
    let mut all = Vec::new();
    for (launched, user) in &desks {
        let running = running(launched).await;
        assert_eq!((running.user.as_str(), running.uid), (*user, uid(user)));
        let folder = running.socket.parent().unwrap();
        assert_eq!(mode_and_owner(&running.socket), (0o660, uid(user), 0));
        assert_eq!(mode_and_owner(folder), (0o2710, uid(user), 0));
        assert_eq!(mode_and_owner(folder.parent().unwrap()), (0o711, 0, 0));
        assert_eq!(mode_and_owner(&folder.join("passwd")).0, 0o600);
        assert_eq!(
            mode_and_owner(&folder.parent().unwrap().join("record")),
            (0o600, 0, 0)
        );
        assert_eq!(
            mode_and_owner(&folder.parent().unwrap().join("session.log")).0,
            0o600
        );
        for pid in processes_about(folder) {
            assert_eq!(tcp_listeners(pid), 0);
            let Ok(process) = procfs::process::Process::new(pid) else {
                continue;
            };
            // Root's is what closes the session, and nothing else.
            let owner = process.uid().unwrap_or(uid(user));
            let name = process.stat().map(|stat| stat.comm).unwrap_or_default();
            assert!(
                owner == uid(user) || (owner == 0 && name == "su"),
                "{name} of {owner}"
            );
        }
        assert_eq!(
            desktop_name(&running.socket, running.password.clone())
                .await
                .unwrap(),
            *user
        );
        all.push(running);
    }
    let again = Again::new(name, "bob").by("bob").set(SOCKET, &all[0].socket);
    again.set(DISPLAY, all[0].x_display.to_string()).passes().await;

    // Who kills one leaves the other alone.
    super::stage::kill(server_pid(&all[1]));
    ended(&desks[1].0).await;
    assert!(
        desktop_name(&all[0].socket, all[0].password.clone())
            .await
            .is_ok()
    );
    within(desks[0].0.stop()).await;
    for running in &all {
        assert_nothing_left(running);
    }
    assert!(stage.is_empty());
}

#[tokio::test]
async fn accounts_that_are_closed_stay_closed() {
    if !as_root("others::accounts_that_are_closed_stay_closed").await {
        return;
    }
    let stage = Stage::new();
    for (user, options, says) in [
        (
            "porthole-nologin",
            ["-s", "/usr/sbin/nologin"],
            "cannot log in: its shell is /usr/sbin/nologin",
        ),
        (
            "porthole-expired",
            ["-e", "2000-01-01"],
            "`porthole-expired` has expired",
        ),
    ] {
        let _account = Account::new(user, &["-m", options[0], options[1]]);
        let (reason, _) = last_words(&stage.launcher.start(launch("X", Some(user), "true"))).await;
        assert!(reason.contains(says), "{reason}");
        assert!(stage.is_empty());
    }
}

/// What an administrator has said in limits.conf of whoever logs in.
#[tokio::test]
async fn desktops_have_the_limits_of_a_login() {
    if !as_root("others::desktops_have_the_limits_of_a_login").await {
        return;
    }
    let stage = Stage::new();
    let user = "porthole-limited";
    let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
    let said = format!("{user} hard nproc 777\n{user} hard nofile 600\n{user} soft nofile 500\n");
    let _limits = Limits::new(user, &said);
    let mut ear = Ear::new(stage.path(), "ear");
    let script = "prlimit --noheadings --raw --output RESOURCE,SOFT,HARD";
    let session = format!("{}; exec sleep 1000", ear.saying(script));
    let launched = stage.launcher.start(launch("X", Some(user), &session));
    let limits = ear.hear().await;
    for limit in ["NPROC 777 777", "NOFILE 500 600"] {
        assert!(limits.contains(&limit.to_owned()), "{limits:#?}");
    }
    within(launched.stop()).await;
}

/// The user of a desktop may kill or replace whatever runs as them; they have the limits all the same, or no desktop.
#[tokio::test]
async fn nobody_talks_themselves_out_of_their_limits() {
    let name = "others::nobody_talks_themselves_out_of_their_limits";
    let user = "porthole-sly";
    if let Some(folder) = role() {
        let stage = Stage::new();
        let mut ear = Ear::new(stage.path(), "ear");
        let script = "prlimit --noheadings --raw --output RESOURCE,SOFT,HARD";
        let session = format!("{}; exec sleep 1000", ear.saying(script));
        let launched = stage.launcher.start(launch("X", Some(user), &session));
        if folder == "kills" {
            let (reason, _) = last_words(&launched).await;
            assert!(
                reason.contains("Cannot read the login limits of porthole-sly"),
                "{reason}"
            );
            assert!(stage.is_empty());
            return;
        }
        let limits = ear.hear().await;
        for limit in ["NPROC 777 777", "NOFILE 500 600"] {
            assert!(limits.contains(&limit.to_owned()), "{limits:#?}");
        }
        within(launched.stop()).await;
        return;
    }
    if !as_root(name).await {
        return;
    }
    let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
    let said = format!("{user} hard nproc 777\n{user} hard nofile 600\n{user} soft nofile 500\n");
    let _limits = Limits::new(user, &said);
    let lie = "echo NOFILE 4096 unlimited; echo NPROC unlimited unlimited; echo --help 1 1";
    for (role, act) in [("kills", "kill -9 $$"), ("lies", lie)] {
        let stage = Stage::new();
        // What `runuser` starts as that user, whatever it is, does as they like.
        for program in ["prlimit", "sh"] {
            let script = format!(
                "#!/bin/sh\nif [ \"$(cat /proc/$PPID/comm)\" = runuser ]; then {act}; fi\nexec /usr/bin/{program} \"$@\"\n"
            );
            let file = stage.path().join(program);
            std::fs::write(&file, script).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", stage.path().display());
        Again::new(name, role).set("PATH", path).passes().await;
    }
}

/// A file of limits, for as long as this is there.
struct Limits(std::path::PathBuf);

impl Limits {
    fn new(user: &str, text: &str) -> Self {
        let file = format!("/etc/security/limits.d/{user}.conf").into();
        std::fs::write(&file, text).unwrap();
        Self(file)
    }
}

impl Drop for Limits {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// What users have prepared for themselves is what they get: ~/.vnc/xstartup rather than ~/.xsession.
#[tokio::test]
async fn users_may_have_sessions_of_their_own() {
    if !as_root("others::users_may_have_sessions_of_their_own").await {
        return;
    }
    let stage = Stage::new();
    let user = "porthole-own";
    let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
    let home = std::path::PathBuf::from("/home").join(user);
    let mut launch = launch("X", Some(user), "");
    let What::Desktop(desktop) = &mut launch.what else {
        panic!("a desktop")
    };
    desktop.session = None;
    let mut said = Vec::new();
    for file in [".xsession", ".vnc/xstartup"] {
        let mut ear = Ear::new(stage.path(), &file.replace('/', ""));
        let script = format!(
            "#!/bin/sh\n{}\nexec sleep 1000\n",
            ear.saying(&format!("echo {file}"))
        );
        std::fs::create_dir_all(home.join(".vnc")).unwrap();
        std::fs::write(home.join(file), script).unwrap();
        std::fs::set_permissions(home.join(file), std::fs::Permissions::from_mode(0o755)).unwrap();
        let launched = stage.launcher.start(launch.clone());
        said.extend(ear.hear().await);
        within(launched.stop()).await;
    }
    assert_eq!(said, [".xsession", ".vnc/xstartup"]);
    assert!(stage.is_empty());
}

/// Alice owns the folder that her socket is in, and could put something else there: it is not taken for her server.
#[tokio::test]
async fn a_socket_that_somebody_else_holds_is_refused() {
    if !as_root("others::a_socket_that_somebody_else_holds_is_refused").await {
        return;
    }
    users();
    let Left { stage, session } = left_behind_of("alice").await;
    let socket = only_folder(&stage).join("desk/rfb.sock");
    std::fs::remove_file(&socket).unwrap();
    let _ours = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let end = ended(&adopt_one(&stage).await).await;
    assert!(
        end.reason
            .to_string()
            .contains("does not belong to the VNC server"),
        "{}",
        end.reason
    );
    assert!(stage.is_empty() && is_gone(session));
}
