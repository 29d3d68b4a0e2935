//! Displays of other users, started by somebody who is not root.

use std::{
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use porthole_launcher::{Exit, Reason};

use super::{
    again::{Again, as_root, role},
    ear::Ear,
    stage::{Stage, ended, is_gone, last_words, launch, mode_and_owner, running, server_pid, within},
    wire::desktop_name,
};

#[tokio::test]
async fn without_a_rule_the_rule_is_said() {
    let name = "sudo::without_a_rule_the_rule_is_said";
    if role().is_none() {
        if as_root(name).await {
            super::others::users();
            Again::new(name, "bob").by("bob").passes().await;
        }
        return;
    }
    let stage = Stage::new();
    let (reason, _) = last_words(&stage.launcher.start(launch("X", Some("alice"), "true"))).await;
    assert!(
        reason.contains("bob may not start a desktop for alice"),
        "{reason}"
    );
    assert!(reason.contains("bob ALL=(alice) NOPASSWD: ALL"), "{reason}");
    assert!(reason.contains("password is required"), "{reason}");
    assert!(stage.is_empty());
}

/// A rule of sudo, for as long as this is there.
pub struct Rule(PathBuf);

impl Rule {
    pub fn new() -> Self {
        // A file of its own for each test that needs the rule.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let file = format!("/etc/sudoers.d/porthole-test-{}-{count}", std::process::id()).into();
        std::fs::write(&file, "alice ALL=(bob) NOPASSWD: ALL\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o440)).unwrap();
        Self(file)
    }
}

impl Drop for Rule {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn with_a_rule_it_is_as_from_root() {
    let name = "sudo::with_a_rule_it_is_as_from_root";
    if role().is_none() {
        if as_root(name).await {
            super::others::users();
            let _rule = Rule::new();
            Again::new(name, "alice").by("alice").passes().await;
        }
        return;
    }
    let stage = Stage::new();
    let (us, group) = (
        rustix::process::geteuid().as_raw(),
        rustix::process::getegid().as_raw(),
    );
    for end in ["stop", "kill", "exit"] {
        let mut ear = Ear::new(stage.path(), end);
        let script = "echo $$; id -un; id -Gn; pwd; stat -c '%U %a' $XDG_RUNTIME_DIR; ls -l /proc/$$/fd; env";
        let last = if end == "exit" {
            "exit 5"
        } else {
            "exec sleep 1000"
        };
        let session = format!("{}; {last}", ear.saying(script));
        let launched = stage.launcher.start(launch("Bob", Some("bob"), &session));
        let said = ear.hear().await;
        assert_eq!(said[1..5], ["bob", "bob", "/home/bob", "bob 700"]);
        assert!(said.contains(&"HOME=/home/bob".to_owned()));
        assert!(
            !said
                .iter()
                .any(|line| line.contains("alice") && line.contains('=')),
            "{said:#?}"
        );
        let session: i32 = said[0].parse().unwrap();
        if end == "exit" {
            assert_eq!(
                ended(&launched).await.reason,
                Reason::SessionEnded(Exit::Status(5))
            );
        } else {
            let running = running(&launched).await;
            let bob = running.uid;
            assert_ne!(bob, us);
            assert_eq!(mode_and_owner(&running.socket), (0o660, bob, group));
            let desk = running.socket.parent().unwrap();
            assert_eq!(mode_and_owner(desk), (0o2710, bob, group));
            assert_eq!(mode_and_owner(desk.parent().unwrap()), (0o711, us, group));
            assert_eq!(
                desktop_name(&running.socket, running.password.clone())
                    .await
                    .unwrap(),
                "Bob"
            );
            assert!(running.memory() > 0);
            let server = server_pid(&running);
            if end == "stop" {
                within(launched.stop()).await;
            } else {
                let script = format!("kill -9 {server}");
                let killed = std::process::Command::new("sudo")
                    .args(["-n", "-u", "bob", "sh", "-c", &script])
                    .status();
                assert!(killed.unwrap().success());
                assert_eq!(
                    ended(&launched).await.reason,
                    Reason::ServerEnded(Exit::Signal(9))
                );
            }
            assert!(is_gone(server));
            assert!(!desk.parent().unwrap().exists());
        }
        assert!(is_gone(session));
        assert!(stage.is_empty());
    }
}
