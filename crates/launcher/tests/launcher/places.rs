//! Where displays lie when nothing else is said. Each test sees a /run and a /tmp of its own, so that no Porthole that runs
//! on this machine is in its way.

use std::path::Path;

use porthole_launcher::Launcher;

use super::{
    again::{Again, as_root, role},
    others::{uid, users},
    stage::{launch, mode_and_owner, running, within},
};

const EXPECTED: &str = "PORTHOLE_TEST_EXPECTED";

/// A machine on which nothing of Porthole's is there yet.
const FRESH: &str = "mount -t tmpfs -o mode=755 none /run; mount -t tmpfs -o mode=1777 none /tmp; \
                     install -d -m 1777 /tmp/.X11-unix";

#[tokio::test]
async fn the_usual_places() {
    let name = "places::the_usual_places";
    if role().is_some() {
        return starts_where_it_is_expected().await;
    }
    if !as_root(name).await {
        return;
    }
    users();
    Again::new(name, "root")
        .behind(FRESH)
        .set(EXPECTED, "/run/porthole")
        .passes()
        .await;

    let alice = uid("alice");
    let public = format!("/tmp/porthole-{alice}");
    // The folder that a login has, one that others could look into, and none.
    for (mode, expected) in [("700", "/run/alice/porthole"), ("755", &public), ("", &public)] {
        let runtime = match mode {
            "" => String::new(),
            mode => format!("; install -d -m {mode} -o alice /run/alice"),
        };
        Again::new(name, "alice")
            .behind(&(FRESH.to_owned() + &runtime))
            .by("alice")
            .set("XDG_RUNTIME_DIR", "/run/alice")
            .set(EXPECTED, expected)
            .passes()
            .await;
    }
}

/// Anybody can foresee the name in /tmp, and take it.
#[tokio::test]
async fn a_stranger_cannot_take_the_usual_place() {
    let name = "places::a_stranger_cannot_take_the_usual_place";
    if role().is_some() {
        return starts_where_it_is_expected().await;
    }
    if !as_root(name).await {
        return;
    }
    users();
    let public = format!("/tmp/porthole-{}", uid("alice"));
    for squat in [
        "install -d -o bob",
        "setpriv --reuid bob --clear-groups ln -s /tmp",
    ] {
        Again::new(name, "alice")
            .behind(&format!("{FRESH}; {squat} {public}"))
            .by("alice")
            .set(EXPECTED, format!("{public}."))
            .passes()
            .await;
    }
}

async fn starts_where_it_is_expected() {
    let home = tempfile::tempdir().unwrap();
    let launcher = Launcher::new().with_home(home.path().to_owned());
    let launched = launcher.start(launch("Alice", None, "exec sleep 1000"));
    let socket = running(&launched).await.socket;
    let base = socket.ancestors().nth(3).unwrap();
    let expected = std::env::var(EXPECTED).unwrap();
    match expected.strip_suffix('.') {
        // With a number that cannot be foreseen.
        Some(_) => assert!(
            base.to_str().unwrap().starts_with(&expected),
            "{}",
            base.display()
        ),
        None => assert_eq!(base, Path::new(&expected)),
    }
    assert_eq!(mode_and_owner(base).0, 0o711);
    within(launched.stop()).await;
    assert!(!base.exists(), "the last one takes it away");
}
