//! Displays that Porthole launches, by its front door: real VNC servers, viewers at the gateway.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{fs, os::unix::fs::PermissionsExt, thread};

use porthole_core::{LaunchView, Porthole};
use rustix::process::{Pid, Signal, kill_process};
use support::{Home, Viewer, display, id, soon};
use tokio::runtime::Runtime;
use url::Url;

fn desk(name: &str, more: &str) -> String {
    format!(
        "[[display]]\nid = \"{}\"\nname = \"{name}\"\nlaunch = {{ geometry = \"320x240\", session = \"sleep 600\", {more} }}\n",
        id(name)
    )
}

async fn start(home: &Home) -> Porthole {
    Porthole::start(home.place()).await.unwrap()
}

async fn link(porthole: &Porthole) -> Url {
    porthole.new_links().await.unwrap()[0].1.clone()
}

/// Waits until a display fares as wanted.
async fn sees(porthole: &Porthole, display: &str, mut wanted: impl FnMut(&LaunchView) -> bool) -> LaunchView {
    let mut changes = porthole.desktops().changes();
    soon(async {
        loop {
            changes.borrow_and_update();
            if let Some(view) = porthole.desktops().view(display).filter(&mut wanted) {
                return view;
            }
            changes.changed().await.unwrap();
        }
    })
    .await
}

fn runs(view: &LaunchView) -> bool {
    matches!(view, LaunchView::Running { .. })
}

/// Kills the VNC server of the only display.
fn kill_server(home: &Home) -> Pid {
    let [server] = home.processes("Xtigervnc")[..] else {
        panic!("there is one server")
    };
    kill_process(server, Signal::KILL).unwrap();
    server
}

#[tokio::test]
async fn opening_a_display_starts_it_and_stopping_it_leaves_nothing() {
    let home = Home::with(&desk("Alice", ""));
    let porthole = start(&home).await;
    assert_eq!(porthole.desktops().view("alice"), Some(LaunchView::Stopped));
    let viewer = Viewer::connect(&link(&porthole).await).await;
    let LaunchView::Running { user, x_display, .. } = porthole.desktops().view("alice").unwrap() else {
        panic!("it does not run")
    };
    assert!(
        !user.is_empty() && x_display.starts_with(':'),
        "{user} {x_display}"
    );
    assert!(porthole.desktops().memory().await[&id("Alice")] > 1 << 20);
    soon(porthole.desktops().stop("alice")).await.unwrap();
    assert_eq!(viewer.told().await, (4018, "It was stopped.".into()));
    assert_eq!(porthole.desktops().view("alice"), Some(LaunchView::Stopped));
    assert!(home.desktops().is_empty() && home.processes("").is_empty());
    porthole.stop().await;
}

#[tokio::test]
async fn two_who_come_at_once_come_to_one_server() {
    let home = Home::with(&desk("Alice", ""));
    let porthole = start(&home).await;
    let link = link(&porthole).await;
    let _viewers = tokio::join!(Viewer::connect(&link), Viewer::connect(&link));
    assert_eq!(home.processes("Xtigervnc").len(), 1);
    porthole.desktops().stop_all().await;
}

#[tokio::test]
async fn a_display_that_runs_from_the_start_is_started_again_when_its_server_dies() {
    let home = Home::with(&desk("Alice", "start = \"at-start\""));
    let porthole = start(&home).await;
    sees(&porthole, "alice", runs).await;
    let viewer = Viewer::connect(&link(&porthole).await).await;
    let killed = kill_server(&home);
    let (code, reason) = viewer.told().await;
    assert_eq!(code, 4018);
    assert!(reason.starts_with("The VNC server was killed"), "{reason}");
    soon(porthole.desktops().start("alice")).await.unwrap();
    assert_ne!(home.processes("Xtigervnc"), [killed]);
    porthole.desktops().stop_all().await;
}

#[tokio::test]
async fn what_a_person_stopped_stays_so_and_what_ended_by_itself_tells_why() {
    let failing =
        "[[display]]\nid = \"bob\"\nname = \"Bob\"\nlaunch = { session = \"echo no such thing; exit 3\" }\n";
    let home = Home::with(&format!("{}{failing}", desk("Alice", "start = \"at-start\"")));
    let porthole = start(&home).await;
    soon(porthole.desktops().start("alice")).await.unwrap();
    soon(porthole.desktops().stop("alice")).await.unwrap();
    let links = porthole.new_links().await.unwrap();
    let mut viewer = Viewer::open(&links[1].1).await;
    viewer.write(b"RFB 003.008\n\x01\x01").await;
    let (code, said) = viewer.told().await;
    assert_eq!(code, 4018);
    assert_eq!(said, "The session ended with an error.");
    let ended = sees(&porthole, "bob", |view| matches!(view, LaunchView::Ended { .. })).await;
    let LaunchView::Ended { reason, log, .. } = ended else {
        panic!()
    };
    assert!(reason.contains("failed with status 3"), "{reason}");
    assert!(log.iter().any(|line| line.contains("no such thing")), "{log:?}");
    assert_eq!(porthole.desktops().view("alice"), Some(LaunchView::Stopped));
    assert!(home.processes("").is_empty());
}

#[tokio::test]
async fn a_display_that_cannot_be_started_says_so_before_anybody_tries() {
    let home =
        Home::with("[[display]]\nid = \"zoe\"\nname = \"Zoe\"\nlaunch = { user = \"zoe-is-nobody\" }\n");
    let porthole = start(&home).await;
    porthole.desktops().look().await;
    let Some(LaunchView::Unavailable { reason, fix }) = porthole.desktops().view("zoe") else {
        panic!()
    };
    assert_eq!(reason, "There is no user `zoe-is-nobody` on this computer.");
    assert_eq!(fix, "Check `user`, or add the account.");
    // Why is the owner's business: the machine's accounts, files and rules are in it.
    let told = Viewer::open(&link(&porthole).await).await.told().await;
    assert_eq!(told, (4014, "This desktop could not be started.".into()));
}

#[test]
fn a_display_outlives_the_program_and_is_found_again() {
    let home = Home::with(&desk("Alice", ""));
    let (server, mut link) = thread::scope(|scope| {
        let first = scope.spawn(|| {
            let runtime = Runtime::new().unwrap();
            let link = runtime.block_on(async {
                let porthole = start(&home).await;
                let link = link(&porthole).await;
                let viewer = Viewer::connect(&link).await;
                let (code, ()) = tokio::join!(viewer.closed(), porthole.stop());
                assert_eq!(code, 1001, "the viewer will come again by itself");
                link
            });
            // All that the program was is gone with its runtime.
            drop(runtime);
            (home.processes("Xtigervnc"), link)
        });
        first.join().unwrap()
    });
    Runtime::new().unwrap().block_on(async {
        // It is another config now: the display runs on, and that is told.
        home.write(&display("Bob", "demo"));
        let porthole = start(&home).await;
        let notes = porthole.notes();
        assert!(
            notes[0]
                .text
                .starts_with("Alice is no longer in the config but still running."),
            "{notes:?}"
        );
        drop(porthole);
    });
    Runtime::new().unwrap().block_on(async {
        home.write(&desk("Alice", ""));
        let porthole = start(&home).await;
        assert!(runs(&porthole.desktops().view("alice").unwrap()));
        link.set_port(Some(porthole.addresses()[0].port())).unwrap();
        Viewer::connect(&link).await;
        assert_eq!(home.processes("Xtigervnc"), server);
        soon(porthole.desktops().stop_all()).await;
        assert!(home.desktops().is_empty() && home.processes("").is_empty());
    });
}

#[tokio::test]
async fn a_display_that_is_changed_runs_on_and_one_that_is_removed_can_be_stopped() {
    let home = Home::with(&desk("Alice", ""));
    let mut porthole = start(&home).await;
    let _viewer = Viewer::connect(&link(&porthole).await).await;
    home.write(&desk("Alice", "depth = 16"));
    let change = soon(porthole.changed()).await;
    assert_eq!(
        change.notes[0].text,
        "Alice keeps running as it was. Changes take effect at its next start."
    );
    assert_eq!(porthole.sessions().list().len(), 1);
    home.write("");
    let change = soon(porthole.changed()).await;
    assert!(
        change.notes[0].text.contains("still running"),
        "{:?}",
        change.notes
    );
    assert_eq!(porthole.desktops().running(), [(id("Alice"), "Alice".to_owned())]);
    soon(porthole.desktops().stop("alice")).await.unwrap();
    assert!(porthole.desktops().start("alice").await.is_err());
    assert!(home.processes("").is_empty());
}

/// A display with an id of its own, whose desktop is for `user`.
fn desk_of(id: &str, name: &str, user: &str) -> String {
    format!(
        "[[display]]\nid = \"{id}\"\nname = \"{name}\"\nlaunch = {{ user = \"{user}\", geometry = \"320x240\", session = \"sleep 600\" }}\n"
    )
}

/// The desktops that run without the config: their ids and names.
fn detached(porthole: &Porthole) -> Vec<(String, String)> {
    let in_config = |id: &str| porthole.config().display(id).is_some();
    let running = porthole.desktops().running().into_iter();
    running
        .map(|(id, name)| (id.as_str().to_owned(), name))
        .filter(|(id, _)| !in_config(id))
        .collect()
}

#[test]
fn an_entry_that_is_for_somebody_else_now_never_opens_the_desktop_that_runs() {
    let home = Home::with(&desk("Alice", ""));
    let other = desk_of("alice", "Alice", "zoe-is-nobody");
    let link_before = Runtime::new().unwrap().block_on(async {
        let mut porthole = start(&home).await;
        let link_before = link(&porthole).await;
        let viewer = Viewer::connect(&link_before).await;
        let server = home.processes("Xtigervnc");

        home.write(&other);
        let change = soon(porthole.changed()).await;
        let text = &change.notes[0].text;
        assert!(
            text.contains("still runs") && text.contains("portholed stop"),
            "{text}"
        );
        assert_eq!(viewer.closed().await, 4003);
        assert_eq!(Viewer::arrive(&link_before, None).await.err(), Some(4001));
        let told = Viewer::open(&link(&porthole).await).await.told().await;
        assert_eq!(told, (4014, "This desktop could not be started.".into()));
        assert_eq!(home.processes("Xtigervnc"), server, "no work is lost");
        assert_eq!(detached(&porthole).len(), 1);

        // Taken back, it is the running desktop again, and its links open it.
        home.write(&desk("Alice", ""));
        soon(porthole.changed()).await;
        assert!(runs(&porthole.desktops().view("alice").unwrap()));
        assert!(detached(&porthole).is_empty());
        Viewer::connect(&link_before).await;
        assert_eq!(home.processes("Xtigervnc"), server);
        porthole.stop().await;
        link_before
    });
    // Nor across a start of the program, with a new name besides.
    Runtime::new().unwrap().block_on(async {
        home.write(&desk_of("alice", "Zoe", "zoe-is-nobody"));
        let porthole = start(&home).await;
        let text = &porthole.notes()[0].text;
        assert!(
            text.starts_with("Alice") && text.contains("still running"),
            "{text}"
        );
        assert!(!runs(&porthole.desktops().view("alice").unwrap()));
        let mut old = link_before.clone();
        old.set_port(Some(porthole.addresses()[0].port())).unwrap();
        assert_eq!(Viewer::arrive(&old, None).await.err(), Some(4001));
        assert_eq!(Viewer::open(&link(&porthole).await).await.told().await.0, 4014);
        let [(id, _)] = &detached(&porthole)[..] else {
            panic!("it is not listed")
        };
        soon(porthole.desktops().stop(id)).await.unwrap();
        assert!(home.desktops().is_empty() && home.processes("").is_empty());
    });
}

#[test]
fn users_that_two_entries_swap_take_nobody_to_the_others_desktop() {
    if !rustix::process::getuid().is_root() {
        eprintln!("only root starts desktops of others without being asked; not tested here");
        return;
    }
    let home = Home::with(&(desk_of("a", "A", "alice") + &desk_of("b", "B", "bob")));
    fs::set_permissions(home.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    let user = |porthole: &Porthole, id: &str| match porthole.desktops().view(id) {
        Some(LaunchView::Running { user, .. }) => user,
        other => panic!("{id}: {other:?}"),
    };
    let swapped = desk_of("a", "A", "bob") + &desk_of("b", "B", "alice");
    let links = Runtime::new().unwrap().block_on(async {
        let mut porthole = start(&home).await;
        let links = porthole.new_links().await.unwrap();
        let viewers = [
            Viewer::connect(&links[0].1).await,
            Viewer::connect(&links[1].1).await,
        ];
        let servers = home.processes("Xtigervnc");
        assert_eq!(servers.len(), 2);
        home.write(&swapped);
        soon(porthole.changed()).await;
        for (viewer, (_, link)) in viewers.into_iter().zip(&links) {
            assert_eq!(viewer.closed().await, 4003);
            assert_eq!(Viewer::arrive(link, None).await.err(), Some(4001));
        }
        assert_eq!(detached(&porthole).len(), 2);
        // The entry's desktop is one of its own.
        Viewer::connect(&link(&porthole).await).await;
        assert_eq!(user(&porthole, "a"), "bob");
        assert_eq!(home.processes("Xtigervnc").len(), 3);
        porthole.stop().await;
        links
    });
    Runtime::new().unwrap().block_on(async {
        // Two desktops on record call themselves `a`: each is known by whose it is.
        let mut porthole = start(&home).await;
        assert_eq!(user(&porthole, "a"), "bob");
        assert_eq!(detached(&porthole).len(), 2);
        home.write(&(desk_of("a", "A", "alice") + &desk_of("b", "B", "bob")));
        soon(porthole.changed()).await;
        assert_eq!(
            (user(&porthole, "a"), user(&porthole, "b")),
            ("alice".into(), "bob".into())
        );
        for (_, link) in links {
            let mut link = link.clone();
            link.set_port(Some(porthole.addresses()[0].port())).unwrap();
            Viewer::connect(&link).await;
        }
        assert_eq!(home.processes("Xtigervnc").len(), 3, "none was started anew");
        assert_eq!(detached(&porthole).len(), 1);
        soon(porthole.desktops().stop_all()).await;
        assert!(home.desktops().is_empty() && home.processes("").is_empty());
    });
}
