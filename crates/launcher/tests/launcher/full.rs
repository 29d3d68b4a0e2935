//! What users of desktops can fill: their own folder and log, and never the place that is everybody's.

use std::path::{Path, PathBuf};

use porthole_launcher::Launcher;

use super::{
    again::{Again, as_root, role},
    ear::Ear,
    others::users,
    stage::{Stage, launch, mounts_below, running, within},
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
