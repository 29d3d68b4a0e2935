//! Where displays lie when nothing else is said.

use std::{
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
};

use porthole_launcher::Launcher;

use super::{
    again::{Again, as_root, role},
    stage::{Stage, launch, mode_and_owner, running, within},
};

const EXPECTED: &str = "PORTHOLE_TEST_EXPECTED";

#[tokio::test]
async fn the_usual_places() {
    let name = "places::the_usual_places";
    if role().is_some() {
        let launcher = Launcher::new();
        let launched = launcher.start(launch("Alice", None, "exec sleep 1000"));
        let socket = running(&launched).await.socket;
        let base = socket.ancestors().nth(3).unwrap();
        assert_eq!(base, Path::new(&std::env::var(EXPECTED).unwrap()));
        assert_eq!(mode_and_owner(base).0, 0o711);
        within(launched.stop()).await;
        assert!(!base.exists(), "the last one takes it away");
        return;
    }
    if !as_root(name).await {
        return;
    }
    super::others::users();
    Again::new(name, "root")
        .set(EXPECTED, "/run/porthole")
        .passes()
        .await;

    let stage = Stage::new();
    let runtime = stage.path().join("runtime");
    let alice = nix::unistd::User::from_name("alice")
        .unwrap()
        .unwrap()
        .uid
        .as_raw();
    let public = format!("/tmp/porthole-{alice}");
    std::fs::create_dir(&runtime).unwrap();
    chown(&runtime, Some(alice), None).unwrap();
    let ours = runtime.join("porthole").into_os_string();
    // The folder that a login has, one that others could look into, and none.
    for (mode, expected) in [(0o700, ours), (0o755, public.clone().into())] {
        std::fs::set_permissions(&runtime, std::fs::Permissions::from_mode(mode)).unwrap();
        let again = Again::new(name, "alice")
            .by("alice")
            .set("XDG_RUNTIME_DIR", &runtime);
        again.set(EXPECTED, expected).passes().await;
    }
    Again::new(name, "alice")
        .by("alice")
        .set(EXPECTED, public)
        .passes()
        .await;
}
