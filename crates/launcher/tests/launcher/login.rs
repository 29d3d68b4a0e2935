//! A desktop's session is a login's: environment, mask, home, and what PAM does.

use std::{fmt::Write as _, os::unix::fs::PermissionsExt, path::Path};

use porthole_launcher::{LaunchError, LaunchStep, Reason, State};

use super::{
    adoption::{Left, adopt_one, left_behind_of},
    again::{Again, as_root, role},
    ear::Ear,
    others::Account,
    stage::{Stage, ended, is_gone, last_words, launch, running, within},
    xstartup::{own_session, write_in_home},
};

/// Where the other process finds what PAM's hook has written.
const HOOKS: &str = "PORTHOLE_TEST_HOOKS";

/// Whose desktop the other process starts.
const WHOSE: &str = "PORTHOLE_TEST_WHOSE";

/// A script that puts `text` in the place of a file of the system's, for those behind it.
fn instead(stage: &Stage, file: &str, text: &str) -> String {
    let own = stage.path().join(file.replace('/', "_"));
    std::fs::write(&own, text).unwrap();
    std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o644)).unwrap();
    format!(
        "[ -e {file} ] || : >{file}\nmount --bind {} {file}\n",
        own.display()
    )
}

/// `su` as every system has it, with these modules for sessions.
fn pam(session: &str) -> String {
    format!(
        "auth sufficient pam_rootok.so\naccount required pam_permit.so\nsession required pam_unix.so\n{session}"
    )
}

fn value<'a>(said: &'a [String], name: &str) -> Option<&'a str> {
    said.iter()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}

/// What a session of that user's finds.
async fn session_of(user: Option<&str>) -> Vec<String> {
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    let script = "env; echo umask=$(umask); echo nofile=$(ulimit -S -n)";
    let session = format!("{}; exec sleep 1000", ear.saying(script));
    // Where it is our own, the account that this runs as was made for this test.
    let launcher = porthole_launcher::Launcher::at(stage.displays());
    let launched = launcher.start(launch("X", user, &session));
    let said = ear.hear().await;
    running(&launched).await;
    within(launched.stop()).await;
    assert!(stage.is_empty());
    said
}

/// As root with PAM and without, and for oneself.
#[tokio::test]
async fn the_environment_is_that_of_a_login() {
    let name = "login::the_environment_is_that_of_a_login";
    let user = "porthole-login";
    if role().is_none() {
        if !as_root(name).await {
            return;
        }
        let stage = Stage::new();
        let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
        write_in_home(
            user,
            ".profile",
            "export FROM_PROFILE='a b'\numask 027\necho some noise\n",
            0o644,
        );
        let files = [
            instead(
                &stage,
                "/etc/environment",
                "FROM_ENVIRONMENT=\"c d\"\nPAPERSIZE=a4 # x\n",
            ),
            instead(
                &stage,
                "/etc/default/locale",
                "LANG=de_DE.UTF-8\nLC_TIME=en_DK.UTF-8\n",
            ),
        ]
        .concat();
        let modules = "session required pam_env.so readenv=1\nsession optional pam_echo.so You have mail\n";
        let with_pam = instead(&stage, "/etc/pam.d/su", &pam(modules));
        let without_pam = "mount --bind /dev/null /etc/pam.d/su\n";
        for (files, whose) in [
            (files.clone() + &with_pam, user),
            (files.clone() + without_pam, user),
            (files, ""),
        ] {
            let again = Again::new(name, "there").behind(&files).set(WHOSE, whose);
            let again = if whose.is_empty() { again.by(user) } else { again };
            again.passes().await;
        }
        return;
    }
    let whose = std::env::var(WHOSE).unwrap();
    let said = session_of(Some(whose.as_str()).filter(|whose| !whose.is_empty())).await;
    for (name, expected) in [
        ("FROM_PROFILE", "a b"),
        ("FROM_ENVIRONMENT", "c d"),
        ("PAPERSIZE", "a4"),
        ("LANG", "de_DE.UTF-8"),
        ("LC_TIME", "en_DK.UTF-8"),
        ("umask", "0027"),
        ("HOME", "/home/porthole-login"),
        ("USER", user),
        ("LOGNAME", user),
        ("SHELL", "/bin/bash"),
        ("XDG_SESSION_TYPE", "x11"),
    ] {
        assert_eq!(value(&said, name), Some(expected), "{name} in {said:#?}");
    }
    assert_eq!(value(&said, "LC_ALL"), None);
    assert!(value(&said, "XDG_RUNTIME_DIR").is_some_and(|folder| Path::new(folder).is_absolute()));
    assert!(
        !said
            .iter()
            .any(|line| line.contains("PORTHOLE") || line.contains("root")),
        "{said:#?}"
    );
}

#[tokio::test]
async fn an_empty_shell_is_the_usual_one() {
    if !as_root("login::an_empty_shell_is_the_usual_one").await {
        return;
    }
    let user = "porthole-noshell";
    let _account = Account::new(user, &["-m", "-s", ""]);
    let shell = nix::unistd::User::from_name(user).unwrap().unwrap().shell;
    assert_eq!(shell, Path::new(""));
    write_in_home(user, ".profile", "export FROM_PROFILE=yes\n", 0o644);
    let said = session_of(Some(user)).await;
    assert_eq!(value(&said, "SHELL"), Some("/bin/sh"), "{said:#?}");
    assert_eq!(value(&said, "FROM_PROFILE"), Some("yes"), "{said:#?}");
}

/// A home that is not there is named; where PAM makes homes at login, it makes this one.
#[tokio::test]
async fn a_home_is_there_or_made_or_named() {
    let name = "login::a_home_is_there_or_made_or_named";
    let user = "porthole-homeless";
    match role().as_deref() {
        None => {
            if !as_root(name).await {
                return;
            }
            let stage = Stage::new();
            let _account = Account::new(user, &["-M", "-s", "/bin/bash"]);
            let home = Path::new("/home").join(user);
            let plain = instead(&stage, "/etc/pam.d/su", &pam(""));
            Again::new(name, "named").behind(&plain).passes().await;
            assert!(!home.exists());
            let modules = "session required pam_mkhomedir.so umask=0077\n";
            let makes = instead(&stage, "/etc/pam.d/su", &pam(modules));
            Again::new(name, "made").behind(&makes).passes().await;
            assert!(home.join(".profile").exists());
        }
        Some("named") => {
            let stage = Stage::new();
            let end = ended(&stage.launcher.start(launch("X", Some(user), "true"))).await;
            let says = "porthole-homeless's home /home/porthole-homeless does not exist. Create it";
            assert!(end.reason.to_string().starts_with(says), "{}", end.reason);
            assert!(matches!(
                end.reason,
                Reason::NotStarted(LaunchError::NoHome { .. })
            ));
            assert!(stage.is_empty());
        }
        Some(_) => {
            let said = session_of(Some(user)).await;
            assert_eq!(value(&said, "PWD"), Some("/home/porthole-homeless"), "{said:#?}");
        }
    }
}

/// PAM closes what it has opened: when the desktop is stopped, when its user kills all that is the user's, and when
/// another run of the program has adopted it. The user cannot reach what waits for that.
#[tokio::test]
async fn a_session_of_pam_is_closed_at_the_end() {
    let name = "login::a_session_of_pam_is_closed_at_the_end";
    let user = "porthole-pam";
    if role().is_none() {
        if !as_root(name).await {
            return;
        }
        let stage = Stage::new();
        let hooks = stage.path().join("hooks");
        let hook = stage.path().join("hook");
        let script = format!("#!/bin/sh\necho \"$PAM_TYPE $PAM_USER\" >>{}\n", hooks.display());
        std::fs::write(&hook, script).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
        let modules = format!(
            "session required pam_limits.so\nsession optional pam_exec.so {}\n",
            hook.display()
        );
        let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
        let su = instead(&stage, "/etc/pam.d/su", &pam(&modules));
        Again::new(name, "there")
            .behind(&su)
            .set(HOOKS, hooks)
            .passes()
            .await;
        return;
    }
    let hooks = std::env::var(HOOKS).unwrap();
    let open = || {
        let text = std::fs::read_to_string(&hooks).unwrap_or_default();
        let count = |word: &str| {
            text.lines()
                .filter(|line| *line == format!("{word} {user}"))
                .count()
        };
        (
            count("open_session"),
            count("open_session") - count("close_session"),
        )
    };
    for end in ["call off", "stop", "kill", "adopt"] {
        if end == "call off" {
            let stage = Stage::new();
            let launched = stage.launcher.start(launch("X", Some(user), "exec sleep 1000"));
            let mut state = launched.state();
            // PAM is asked in this step for the first time.
            within(state.wait_for(|state| matches!(state, State::Starting(LaunchStep::Folder))))
                .await
                .unwrap();
            within(async {
                while open().0 == 0 {
                    tokio::task::yield_now().await;
                }
            })
            .await;
            within(launched.stop()).await;
        } else if end == "adopt" {
            let Left { stage, session } = left_behind_of(user).await;
            assert_eq!(open().1, 1, "it outlives the program");
            within(adopt_one(&stage).await.stop()).await;
            assert!(is_gone(session) && stage.is_empty());
        } else {
            let stage = Stage::new();
            let mut ear = Ear::new(stage.path(), "ear");
            // All of root's that is to be seen above it.
            let script = "pid=$$; while [ $pid -gt 1 ]; do \
                          pid=$(ps -o ppid= -p $pid | tr -d ' '); \
                          if [ \"$(ps -o comm= -p $pid)\" = su ]; then echo $pid; kill -9 $pid 2>&1; break; fi; done";
            let session = format!("{}; exec sleep 1000", ear.saying(script));
            let launched = stage.launcher.start(launch("X", Some(user), &session));
            let said = ear.hear().await;
            let su: i32 = said[0].parse().unwrap();
            assert!(said[1].contains("not permitted"), "{said:#?}");
            let environ = std::fs::read_to_string(format!("/proc/{su}/environ")).unwrap();
            assert!(
                !environ.contains("PORTHOLE") && !environ.contains("CARGO"),
                "{environ}"
            );
            running(&launched).await;
            assert_eq!(open().1, 1);
            if end == "kill" {
                let all = std::process::Command::new("pkill")
                    .args(["-9", "-u", user])
                    .status();
                assert!(all.unwrap().success());
                ended(&launched).await;
            } else {
                within(launched.stop()).await;
            }
            assert!(is_gone(su) && stage.is_empty());
        }
        within(async {
            while open().1 > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
    assert!(open().0 >= 3);
}

/// Why PAM lets an account not in, its owner reads before anything of a desktop has been started.
#[tokio::test]
async fn whom_pam_refuses_gets_no_desktop() {
    let name = "login::whom_pam_refuses_gets_no_desktop";
    let user = "porthole-refused";
    if role().is_none() {
        if as_root(name).await {
            let stage = Stage::new();
            let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
            let su = "auth sufficient pam_rootok.so\naccount required pam_deny.so\nsession required pam_permit.so\n";
            let su = instead(&stage, "/etc/pam.d/su", su);
            Again::new(name, "su: ").behind(&su).passes().await;
            // What the system itself asks of those who log in cannot be answered here.
            let chage = std::process::Command::new("chage")
                .args(["-d", "0", user])
                .status();
            assert!(chage.unwrap().success());
            Again::new(name, "You are required to change your password")
                .behind("")
                .passes()
                .await;
        }
        return;
    }
    let stage = Stage::new();
    let (reason, _) = last_words(&stage.launcher.start(launch("X", Some(user), "true"))).await;
    let says = format!("Cannot open a session for porthole-refused ({}", role().unwrap());
    assert!(reason.starts_with(&says), "{reason}");
    assert!(stage.is_empty());
}

/// A login shell that never ends, ends at once, or prints without end spoils nobody's start but its own.
#[tokio::test]
async fn a_profile_that_goes_wrong_is_its_users_business() {
    if !as_root("login::a_profile_that_goes_wrong_is_its_users_business").await {
        return;
    }
    let stage = Stage::new();
    let user = "porthole-profile";
    let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
    write_in_home(user, ".profile", "echo no way >&2; exit 3\n", 0o644);
    let (reason, log) = last_words(&stage.launcher.start(launch("X", Some(user), "true"))).await;
    assert!(
        reason.contains("failed with status 3") && log.contains("no way"),
        "{reason}\n{log}"
    );
    write_in_home(user, ".profile", "echo hello\nsleep 1000\n", 0o644);
    let launched = stage.launcher.start(launch("X", Some(user), "true"));
    running(&launched).await;
    within(launched.stop()).await;
    assert!(stage.is_empty());
}

/// Where only ~/.profile says where configuration lies.
#[tokio::test]
async fn an_xstartup_is_found_where_the_profile_says() {
    if !as_root("login::an_xstartup_is_found_where_the_profile_says").await {
        return;
    }
    let stage = Stage::new();
    let user = "porthole-config";
    let _account = Account::new(user, &["-m", "-s", "/bin/bash"]);
    write_in_home(
        user,
        ".profile",
        "export XDG_CONFIG_HOME=$HOME/elsewhere\n",
        0o644,
    );
    let mut ear = Ear::new(stage.path(), "ear");
    let mut script = "#!/bin/sh\n".to_owned();
    writeln!(script, "{}\nexec sleep 1000", ear.saying("echo elsewhere")).unwrap();
    write_in_home(user, "elsewhere/tigervnc/xstartup", &script, 0o755);
    let launched = stage.launcher.start(own_session(user));
    assert_eq!(ear.hear().await, ["elsewhere"]);
    within(launched.stop()).await;
}
