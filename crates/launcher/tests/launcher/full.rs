//! What users of desktops can fill: their own folder and log, and never the place that is everybody's.

use std::path::{Path, PathBuf};

use porthole_launcher::{Launcher, Reason};

use super::{
    adoption::{Left, adopt_one, left_behind_of, only_folder},
    again::{Again, as_root, role},
    ear::Ear,
    others::users,
    stage::{Stage, ended, is_gone, launch, mounts_below, running, within},
};

/// As /run is: in memory, small, and needed by the whole machine.
const SMALL: &str = "mount -t tmpfs -o size=32m,nr_inodes=5000,mode=755 none /mnt";

/// A session that says, stores and makes as much as it can, or more than anybody needs.
const GREEDY: &str = "head -c 100000000 /dev/zero >&2; \
                      head -c 200000000 /dev/zero >$(dirname $XAUTHORITY)/big; rm -f $(dirname $XAUTHORITY)/big; \
                      cd $(dirname $XAUTHORITY)/run; i=0; while [ $i -lt 20000 ]; do true >$i || break; i=$((i+1)); done; \
                      head -c 200000000 /dev/zero >../big";

#[tokio::test]
async fn a_user_fills_no_place_but_their_own() {
    let name = "full::a_user_fills_no_place_but_their_own";
    if role().is_none() {
        if as_root(name).await {
            users();
            Again::new(name, "root").behind(SMALL).passes().await;
        }
        return;
    }
    let ears = Stage::new();
    let mut ear = Ear::new(ears.path(), "ear");
    let launcher = Launcher::at("/mnt/porthole".into());
    let session = format!("{}; exec sleep 1000", ear.saying(GREEDY));
    let launched = launcher.start(launch("Alice", Some("alice"), &session));
    let alice = running(&launched).await;
    ear.hear().await;

    let place = rustix::fs::statvfs("/mnt").unwrap();
    let used = (place.f_blocks - place.f_bfree) * place.f_frsize;
    assert!(used < 10 << 20, "{used} bytes");
    assert!(
        place.f_files - place.f_ffree < 100,
        "{} files",
        place.f_files - place.f_ffree
    );
    std::fs::write("/mnt/roots", vec![0; 20 << 20]).unwrap();
    std::fs::remove_file("/mnt/roots").unwrap();

    // Alice's own trouble is nobody else's.
    let other = launcher.start(launch("Bob", Some("bob"), "exec sleep 1000"));
    running(&other).await;
    within(other.stop()).await;
    within(launched.stop()).await;
    let folder = alice.socket.ancestors().nth(2).unwrap();
    assert!(!folder.exists() && !Path::new("/mnt/porthole").exists());
    assert_eq!(mounts_below(Path::new("/mnt/porthole")), [] as [PathBuf; 0]);
}

/// Killed while it starts somebody's desktop, the program leaves that desktop's space; the next run takes it back.
#[tokio::test]
async fn a_start_that_was_interrupted_leaves_no_space_behind() {
    if !as_root("full::a_start_that_was_interrupted_leaves_no_space_behind").await {
        return;
    }
    users();
    let Left { stage, session } = left_behind_of("alice").await;
    let folder = only_folder(&stage);
    assert_eq!(
        mounts_below(stage.path()),
        [folder.join("desk"), folder.join("desk")]
    );
    // What its user holds open does not keep it there.
    let held = std::fs::File::open(folder.join("desk")).unwrap();
    let record = std::fs::read_to_string(folder.join("record")).unwrap();
    let record = record.replace("\"complete\":true", "\"complete\":false");
    std::fs::write(folder.join("record"), record).unwrap();
    assert_eq!(ended(&adopt_one(&stage).await).await.reason, Reason::Interrupted);
    assert!(stage.is_empty() && is_gone(session));
    assert_eq!(mounts_below(stage.path()).len(), 1, "it is kept");
    drop(held);

    // Killed before anything was on record.
    let folder = stage.displays().join("x-0000000000000000");
    std::fs::create_dir_all(folder.join("desk/run")).unwrap();
    let mount = ["-t", "tmpfs", "none", folder.join("desk").to_str().unwrap()].map(str::to_owned);
    assert!(
        std::process::Command::new("mount")
            .args(mount)
            .status()
            .unwrap()
            .success()
    );
    std::fs::create_dir_all(folder.join("desk/run/with/much")).unwrap();
    assert!(within(stage.launcher.adopt()).await.is_empty());
    assert!(stage.is_empty());
    assert_eq!(mounts_below(stage.path()), [] as [PathBuf; 0]);
}

/// A daemon that has left the session keeps its standard error, and says more and more.
#[tokio::test]
async fn what_a_desktop_leaves_behind_writes_to_nothing() {
    if !as_root("full::what_a_desktop_leaves_behind_writes_to_nothing").await {
        return;
    }
    users();
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    // It ends when nobody reads any more what it says.
    let daemon = format!(
        "setsid sh -c 'trap \"\" PIPE; echo END; while env echo more >&2; do :; done; echo END' >{} &",
        ear.path.display()
    );
    let launched = stage
        .launcher
        .start(launch("X", Some("alice"), &format!("{daemon} exec sleep 1000")));
    running(&launched).await;
    ear.hear().await;
    within(launched.stop()).await;
    assert!(stage.is_empty());
    ear.hear().await;
}

/// What `alice` does to keep as much of a desktop's space as she can: a daemon outside of her desktop holds it, and no folder
/// lists it.
const KEEPS: &str = "exec 9>$(dirname $XAUTHORITY)/kept; rm $(dirname $XAUTHORITY)/kept; \
                     head -c 60000000 /dev/zero >&9 2>/dev/null; \
                     setsid sh -c 'sleep 1000 >/dev/null 2>&1 & echo $!'; stat -L -c %s /proc/self/fd/9";

/// However often she starts one, she has the space of one.
#[tokio::test]
async fn what_a_user_holds_open_counts_for_their_next_desktop() {
    if !as_root("full::what_a_user_holds_open_counts_for_their_next_desktop").await {
        return;
    }
    users();
    let stage = Stage::new();
    let mut ear = Ear::new(stage.path(), "ear");
    let deep = "cd $(dirname $XAUTHORITY); for i in $(seq 300); do mkdir d; cd d; done; cd /";
    let session = format!("{deep}; {}; exec sleep 1000", ear.saying(KEEPS));
    let (mut daemons, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let launched = stage.launcher.start(launch("X", Some("alice"), &session));
        let said: Vec<u64> = ear
            .hear()
            .await
            .iter()
            .map(|line| line.parse().unwrap())
            .collect();
        daemons.push(said[0] as i32);
        sizes.push(said[1]);
        running(&launched).await;
        within(launched.stop()).await;
        assert!(stage.is_empty());
        assert_eq!(mounts_below(stage.path()).len(), 1, "it is kept");
    }
    assert_eq!(sizes[0], 60_000_000);
    assert!(sizes.iter().sum::<u64>() < 68 << 20, "{sizes:?}");

    // Bob has nothing to do with it.
    let other = stage.launcher.start(launch("Bob", Some("bob"), &session));
    let said: Vec<u64> = ear
        .hear()
        .await
        .iter()
        .map(|line| line.parse().unwrap())
        .collect();
    assert_eq!(said[1], 60_000_000);
    daemons.push(said[0] as i32);
    running(&other).await;
    within(other.stop()).await;

    // When nobody holds anything, nothing is left.
    for daemon in daemons {
        super::stage::kill(daemon);
        within(async {
            while !is_gone(daemon) {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
    for user in ["alice", "bob"] {
        let launched = stage.launcher.start(launch("X", Some(user), "exec sleep 1000"));
        running(&launched).await;
        within(launched.stop()).await;
    }
    assert!(stage.is_empty());
    // What has just ended may still be about to let go; then the space goes with the next desktop.
    for _ in 0..5 {
        if mounts_below(stage.path()).is_empty() {
            break;
        }
        let launched = stage.launcher.start(launch("X", Some("bob"), "exec sleep 1000"));
        running(&launched).await;
        within(launched.stop()).await;
    }
    assert_eq!(mounts_below(stage.path()), [] as [PathBuf; 0]);
    assert!(!stage.path().join("porthole.kept").exists());
}

/// The folder itself is no exception: what its user attaches to it takes room, too, and nobody need hold it open.
#[tokio::test]
async fn what_a_user_attaches_to_their_desk_is_gone_with_it() {
    if !as_root("full::what_a_user_attaches_to_their_desk_is_gone_with_it").await {
        return;
    }
    users();
    let stage = Stage::new();
    let mut held = Vec::new();
    for _ in 0..2 {
        let launched = stage
            .launcher
            .start(launch("X", Some("alice"), "exec sleep 1000"));
        let desk = running(&launched).await.socket.parent().unwrap().to_owned();
        // More names than can be listed (64 KiB: listxattr(2)), until there is no room for one more file.
        for (count, length) in [(8000, 0), (10_000, 60_000), (10_000, 1000), (10_000, 0)] {
            let is_attached = |number: &u32| {
                let name = format!("user.{length}-{count}-{number}");
                let value = vec![0; length];
                rustix::fs::setxattr(&desk, name, &value, rustix::fs::XattrFlags::empty()).is_ok()
            };
            (0..count).take_while(is_attached).count();
        }
        held.push(std::fs::File::open(&desk).unwrap());
        within(launched.stop()).await;
        assert!(stage.is_empty());
        held.clear();
    }
    let launched = stage
        .launcher
        .start(launch("X", Some("alice"), "exec sleep 1000"));
    running(&launched).await;
    within(launched.stop()).await;
    assert_eq!(mounts_below(stage.path()), [] as [PathBuf; 0]);
}

/// Users may mount file systems of their own (FUSE), also on the folder that is theirs.
#[tokio::test]
async fn what_is_mounted_on_a_desk_does_not_keep_it() {
    if !as_root("full::what_is_mounted_on_a_desk_does_not_keep_it").await {
        return;
    }
    users();
    let stage = Stage::new();
    let launched = stage
        .launcher
        .start(launch("X", Some("alice"), "exec sleep 1000"));
    let desk = running(&launched).await.socket.parent().unwrap().to_owned();
    let mount = |on: &Path| {
        let mut mount = std::process::Command::new("mount");
        assert!(
            mount
                .args(["-t", "tmpfs", "none"])
                .arg(on)
                .status()
                .unwrap()
                .success()
        );
    };
    mount(&desk.join("run"));
    for _ in 0..5 {
        mount(&desk);
    }
    within(launched.stop()).await;
    assert!(stage.is_empty());
    assert_eq!(mounts_below(stage.path()), [] as [PathBuf; 0]);
}
