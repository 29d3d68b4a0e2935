//! Machines that lack something: for root and for an ordinary user, who each see them as if they were so.

use porthole_launcher::{Desktop, LaunchError, Launcher, Reason, What};

use super::{
    again::{Again, as_root, role},
    others::users,
    stage::{Stage, ended, last_words, launch, mode_and_owner, processes_about, running, within},
};

/// Runs a test once more for each of the two, where a script has made the machine so.
async fn for_both(name: &str, script: &str) {
    if as_root(name).await {
        users();
        Again::new(name, "root").behind(script).passes().await;
        Again::new(name, "alice")
            .behind(script)
            .by("alice")
            .passes()
            .await;
    }
}

/// An account with an empty home, on a machine with no desktop: there is nothing to run.
#[tokio::test]
async fn a_machine_without_a_desktop() {
    let Some(user) = role() else {
        let hide = "for f in /etc/X11/Xsession /usr/share/xsessions /usr/local/share/xsessions /root /home; do \
                    if [ -d $f ]; then mount -t tmpfs none $f; elif [ -e $f ]; then mount --bind /dev/null $f; fi; \
                    done; install -d -o alice /home/alice";
        return for_both("machines::a_machine_without_a_desktop", hide).await;
    };
    let stage = Stage::new();
    let mut launch = launch("X", None, "");
    launch.what = What::Desktop(Desktop::default());
    let (reason, _) = last_words(&stage.launcher.start(launch)).await;
    assert!(
        reason.contains(&format!("There is no desktop for {user}")),
        "{reason}"
    );
    assert!(reason.contains("nstall"), "{reason}");
    assert!(stage.is_empty());
}

#[tokio::test]
async fn a_full_disk() {
    if role().is_none() {
        let full = "mount -t tmpfs -o size=16k,mode=1777 none /mnt; head -c 16k /dev/zero >/mnt/full || true";
        return for_both("machines::a_full_disk", full).await;
    }
    let launcher = Launcher::at("/mnt/porthole".into());
    let (reason, _) = last_words(&launcher.start(launch("X", None, "true"))).await;
    assert!(
        reason.contains("The disk with /mnt/porthole/x-") && reason.contains(" is full"),
        "{reason}"
    );
    assert!(!std::path::Path::new("/mnt/porthole").exists());
}

/// Whose that folder is can take the displays of all others away.
#[tokio::test]
async fn a_machine_whose_folder_for_x_sockets_is_somebody_elses() {
    let name = "machines::a_machine_whose_folder_for_x_sockets_is_somebody_elses";
    if role().is_none() {
        if !as_root(name).await {
            return;
        }
        users();
        for make in [
            "install -d -m 1777 -o bob",
            "setpriv --reuid bob --clear-groups ln -s /var/tmp",
            "mkfifo",
        ] {
            let script = format!("mount -t tmpfs -o mode=1777 none /tmp; {make} /tmp/.X11-unix");
            Again::new(name, "root").behind(&script).passes().await;
        }
        return;
    }
    let stage = Stage::new();
    let (reason, _) = last_words(&stage.launcher.start(launch("X", Some("alice"), "true"))).await;
    assert!(
        reason.contains("The folder /tmp/.X11-unix cannot be used"),
        "{reason}"
    );
    assert!(stage.is_empty());
}

#[tokio::test]
async fn a_machine_without_the_folder_for_x_sockets() {
    let Some(user) = role() else {
        let hide = "mount -t tmpfs -o mode=1777 none /tmp";
        return for_both("machines::a_machine_without_the_folder_for_x_sockets", hide).await;
    };
    let stage = Stage::new();
    if user == "root" {
        // Who can make it, makes it.
        let launched = stage.start("exec sleep 1000");
        running(&launched).await;
        assert_eq!(mode_and_owner("/tmp/.X11-unix".as_ref()), (0o1777, 0, 0));
        within(launched.stop()).await;
        assert_eq!(std::fs::read_dir("/tmp/.X11-unix").unwrap().count(), 0);
        return;
    }
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
