//! VNC servers and token files that a person adds: each leads to a link that works.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{fs, os::unix::fs::PermissionsExt, sync::Arc};

use porthole_core::{Adding, DisplayState, Intent, Secret, Snapshot, Terms};
use support::{
    Home, Viewer, Vnc, display,
    foreign::Foreign,
    person::{Asked, Person},
};

fn add(target: impl ToString, password: Option<&str>) -> Intent {
    Intent::AddServer {
        target: target.to_string(),
        password: password.map(Secret::from),
        anyway: false,
    }
}

async fn sees_state(person: &mut Person, wanted: impl Fn(&Adding) -> bool) -> Adding {
    let is = |now: &Arc<Snapshot>| now.adding.as_ref().is_some_and(|adding| wanted(&adding.state));
    person.sees(is).await.adding.clone().unwrap().state
}

/// Waits until the window asks what a link to `display` gives, and makes it.
async fn makes_a_link(person: &mut Person, name: &str) -> url::Url {
    let asks = |now: &Arc<Snapshot>| {
        let mut displays = now.displays.iter();
        displays.any(|display| display.name == name && now.share_for.as_ref() == Some(&display.id))
    };
    let display = person.sees(asks).await.share_for.clone().unwrap();
    assert_eq!(person.asked().await, Asked::Show);
    let terms = Terms::default();
    person.click(Intent::Share { display, terms }).await;
    let Asked::Copy(link) = person.asked().await else {
        panic!("nothing was copied")
    };
    link.parse().unwrap()
}

fn config(home: &Home) -> String {
    fs::read_to_string(home.path("config.toml")).unwrap()
}

#[tokio::test]
async fn a_server_that_runs_already_is_found_while_somebody_looks_and_leads_to_a_link() {
    let home = Home::with("listen = \"127.0.0.1\"\n");
    let socket = home.path("vnc.sock");
    let _server = Foreign::start(&home, &socket);
    let target = format!("unix:{}", socket.display());
    let mut person = Person::start(&home).await;
    let is_offered = |now: &Arc<Snapshot>| now.found.iter().any(|found| found.target == target);
    for visible in [true, false, true] {
        person.click(Intent::WindowVisible { visible }).await;
        person.sees(|now| is_offered(now) == visible).await;
    }
    person.click(add(&target, None)).await;
    let link = makes_a_link(&mut person, "Xtigervnc").await;
    Viewer::connect(&link).await;
    let now = person.sees(|now| !is_offered(now)).await;
    assert_eq!((&*now.displays[0].target, &now.adding), (&*target, &None));
}

#[tokio::test]
async fn a_password_is_asked_for_and_kept_where_only_its_owner_reads_it() {
    let home = Home::with("listen = \"127.0.0.1\"\n");
    let socket = home.path("vnc.sock");
    let _server = Foreign::start_with_password(&home, &socket, "rosebud");
    let target = format!("unix:{}", socket.display());
    let mut person = Person::start(&home).await;
    for (shown, refused) in [(None, false), (Some(""), false), (Some("wrong"), true)] {
        person.click(add(&target, shown)).await;
        let state = sees_state(&mut person, |state| *state != Adding::Trying).await;
        assert_eq!(state, Adding::AsksPassword { refused });
        person.click(Intent::AddNothing).await;
        person.sees(|now| now.adding.is_none()).await;
    }
    assert!(
        !config(&home).contains("display"),
        "nothing is added before it works"
    );
    person.click(add(&target, Some("rosebud"))).await;
    let link = makes_a_link(&mut person, &target).await;
    Viewer::connect(&link).await;

    let text = config(&home);
    let file = text
        .lines()
        .find_map(|line| line.strip_prefix("password_file = "));
    let file = home.path(file.unwrap().trim_matches('"'));
    assert_eq!(fs::read_to_string(&file).unwrap(), "rosebud\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!text.contains("rosebud"));
}

#[tokio::test]
async fn what_cannot_be_reached_says_why_and_is_added_all_the_same_if_that_is_wanted() {
    let home = Home::with("");
    let mut person = Person::start(&home).await;
    person.click(add("somewhere", None)).await;
    let Adding::Wrong { reason } = sees_state(&mut person, |_| true).await else {
        panic!()
    };
    assert!(reason.starts_with("`somewhere` is not an address: "), "{reason}");

    let gone = Vnc::start().await.address;
    person.click(add(gone, None)).await;
    let state = sees_state(&mut person, |state| matches!(state, Adding::Unreachable { .. })).await;
    let expected = Adding::Unreachable {
        reason: format!("Cannot connect to {gone}: nothing is listening there."),
        fix: "Start its VNC server, or correct the address.".into(),
    };
    assert_eq!(state, expected);
    person.click(Intent::AddNothing).await;
    person.sees(|now| now.adding.is_none()).await;

    let target = gone.to_string();
    let (password, anyway) = (None, true);
    person
        .click(Intent::AddServer {
            target: target.clone(),
            password,
            anyway,
        })
        .await;
    let added = person
        .sees_first(|display| matches!(display.state, DisplayState::Unreachable { .. }))
        .await;
    assert_eq!(added.name, target);
    let now = person.sees(|now| now.adding.is_none()).await;
    assert_eq!(now.share_for, None, "a link would not work");
}

#[tokio::test]
async fn a_server_that_a_display_shows_already_is_shared_and_not_added_again() {
    let vnc = Vnc::start().await;
    let home = Home::with(&format!(
        "listen = \"127.0.0.1\"\n{}",
        display("Alice", vnc.address)
    ));
    let before = config(&home);
    let mut person = Person::start(&home).await;
    person
        .click(add(format!("localhost:{}", vnc.address.port()), None))
        .await;
    makes_a_link(&mut person, "Alice").await;
    assert_eq!(config(&home), before);
}

#[tokio::test]
async fn two_enters_add_one_display() {
    let vnc = Vnc::start().await;
    let home = Home::with("listen = \"127.0.0.1\"\n");
    let mut person = Person::start(&home).await;
    let (target, anyway) = (vnc.address.to_string(), true);
    for password in [None, Some("rosebud".into())] {
        let target = target.clone();
        person
            .click(Intent::AddServer {
                target,
                password,
                anyway,
            })
            .await;
    }
    let link = makes_a_link(&mut person, &target).await;
    Viewer::connect(&link).await;
    let now = person.sees(|now| now.displays[0].sessions.is_empty()).await;
    assert_eq!(now.displays.len(), 1);
    assert_eq!(config(&home).matches("[[display]]").count(), 1);
}

/// The worst that could happen: one server gets the name that another had, and is opened by that one's links.
#[tokio::test]
async fn a_link_never_opens_the_server_that_is_added_under_its_displays_old_name() {
    let home = Home::with("listen = \"127.0.0.1\"\n");
    let sockets = ["a.sock", "b.sock"].map(|name| home.path(name));
    let [alice, bob] = [&sockets[0], &sockets[1]].map(|socket| format!("unix:{}", socket.display()));
    let _alice = Foreign::start(&home, &sockets[0]);
    let mut person = Person::start(&home).await;
    let offers = |now: &Arc<Snapshot>, target: &str| now.found.iter().any(|found| found.target == target);
    person.click(Intent::WindowVisible { visible: true }).await;
    person.sees(|now| offers(now, &alice)).await;
    person.click(add(&alice, None)).await;
    let link = makes_a_link(&mut person, "Xtigervnc").await;
    person.click(Intent::CloseShare).await;
    let visitor = Viewer::connect(&link).await;
    let before = person.sees_first(|alice| alice.sessions.len() == 1).await;

    let renamed = config(&home).replace("\"Xtigervnc\"", "\"Alice\"");
    fs::write(home.path("config.toml"), &renamed).unwrap();
    let now = person.sees_first(|alice| alice.name == "Alice").await;
    assert_eq!(
        (&now.id, &now.sessions, &now.links),
        (&before.id, &before.sessions, &before.links)
    );

    let _bob = Foreign::start(&home, &sockets[1]);
    person.click(Intent::WindowVisible { visible: false }).await;
    person.click(Intent::WindowVisible { visible: true }).await;
    person.sees(|now| offers(now, &bob)).await;
    person.click(add(&bob, None)).await;
    makes_a_link(&mut person, "Xtigervnc").await;
    let _second = Viewer::connect(&link).await;
    let now = person.sees(|now| now.displays[0].sessions.len() == 2).await;
    assert_eq!(
        (&*now.displays[0].target, &*now.displays[1].target),
        (&*alice, &*bob)
    );
    assert!(now.displays[1].sessions.is_empty() && now.displays[0].links.len() == 1);

    // Gone, and back.
    person.click(Intent::CloseShare).await;
    let with_both = config(&home);
    let only_bob = format!("{}{}", "port = 0\nlisten = \"127.0.0.1\"\n", {
        let at = with_both.rfind("[[display]]").unwrap();
        &with_both[at..]
    });
    fs::write(home.path("config.toml"), only_bob).unwrap();
    assert_eq!(visitor.closed().await, 4003);
    let now = person.sees(|now| !now.orphans.is_empty()).await;
    assert_eq!((&*now.orphans[0].name, now.orphans[0].links.len()), ("Alice", 1));
    assert_eq!(Viewer::open(&link).await.closed().await, 4001);
    fs::write(home.path("config.toml"), with_both).unwrap();
    person
        .sees(|now| now.orphans.is_empty() && now.displays.len() == 2)
        .await;
    Viewer::connect(&link).await;
    let display = before.id.clone();
    person.click(Intent::RevokeLinks { display }).await;
    person.sees_first(|alice| alice.links.is_empty()).await;
    assert_eq!(Viewer::open(&link).await.closed().await, 4001);
}

#[tokio::test]
async fn an_answer_to_what_is_no_longer_asked_counts_for_nothing() {
    let home = Home::with("");
    let vnc = Vnc::start().await;
    let mut person = Person::start(&home).await;
    person.click(add(vnc.address, None)).await;
    person.click(Intent::AddNothing).await;
    person.click(add("somewhere", None)).await;
    sees_state(&mut person, |state| matches!(state, Adding::Wrong { .. })).await;
    vnc.logged_in(1).await;
    person.click(Intent::AddNothing).await;
    person.sees(|now| now.adding.is_none()).await;
    assert!(!config(&home).contains("display"));
}

#[tokio::test]
async fn a_token_file_is_shown_taken_over_and_followed() {
    let (alice, bob) = (Vnc::start().await, Vnc::start().await);
    let home = Home::with(&format!(
        "listen = \"127.0.0.1\"\n{}",
        display("Alice", alice.address)
    ));
    let file = home.path("tokens");
    let tokens = |more: &str| {
        let text = format!(
            "ta: {}\ntb: {}\ntc: {}\n{more}",
            alice.address, bob.address, bob.address
        );
        fs::write(&file, text).unwrap();
    };
    let mut person = Person::start(&home).await;
    let file_name = file.to_str().unwrap().to_owned();
    let look = || Intent::LookIntoTokenFile {
        file: file_name.clone(),
    };

    tokens("secret\n");
    person.click(look()).await;
    let read = |now: &Arc<Snapshot>| now.token_file.as_ref().is_some_and(|view| view.faults.is_some());
    let view = person.sees(read).await.token_file.clone().unwrap();
    let [fault] = &view.faults.unwrap()[..] else {
        panic!()
    };
    assert!(
        fault.contains("tokens:4: no colon") && !fault.contains("secret"),
        "{fault}"
    );

    tokens("");
    person.click(look()).await;
    let is_good = |now: &Arc<Snapshot>| {
        now.token_file
            .as_ref()
            .is_some_and(|view| view.faults.as_ref().is_some_and(Vec::is_empty))
    };
    let view = person.sees(is_good).await.token_file.clone().unwrap();
    assert_eq!((view.faults, view.tokens, view.more), (Some(Vec::new()), 3, 0));
    let targets: Vec<_> = view
        .targets
        .iter()
        .map(|one| (&*one.target, one.tokens, one.display.as_deref()))
        .collect();
    let (a, b) = (alice.address.to_string(), bob.address.to_string());
    assert_eq!(targets, [(&*a, 1, Some("Alice")), (&*b, 2, None)]);
    assert!(view.link.ends_with("/vnc.html?path=websockify?token=TOKEN") && view.exposed.is_some());

    person
        .click(Intent::ImportTokenFile {
            file: file_name.clone(),
        })
        .await;
    // The one that is new leads to a link; the tokens are links by themselves.
    let link = makes_a_link(&mut person, &b).await;
    let _visitor = Viewer::connect(&link).await;
    let old = format!("ws://127.0.0.1:{}/websockify?token=tb", link.port().unwrap());
    let mut viewer = Viewer::by_token(&old).await;
    viewer.shake_hands().await.unwrap();
    let now = person.sees(|now| now.displays[1].sessions.len() == 2).await;
    assert_eq!(now.token_file, None);
    // Whatever the display is called that shows the same.
    let mut hers = Viewer::by_token(&old.replace("=tb", "=ta")).await;
    hers.shake_hands().await.unwrap();
    let now = person.sees(|now| now.displays[0].sessions.len() == 1).await;
    assert_eq!(now.displays[0].name, "Alice");

    // It is followed.
    tokens("td: 127.0.0.1:1\n");
    let new = old.replace("=tb", "=td");
    assert_eq!(Viewer::by_token(&new).await.closed().await, 1011);
    assert_eq!(
        Viewer::by_token(&new.replace("=td", "=tx")).await.closed().await,
        4001
    );

    // A faulty one is a fault of the config, and its good lines stay in force.
    tokens("no line\n");
    let now = person.sees(|now| now.fault.is_some()).await;
    assert!(
        now.fault.as_ref().unwrap().contains("tokens:4: no colon"),
        "{:?}",
        now.fault
    );
    Viewer::by_token(&old).await.shake_hands().await.unwrap();
    tokens("");
    person.sees(|now| now.fault.is_none()).await;

    // Nobody meant to empty it: that is said, and what it had stays.
    fs::write(&file, "").unwrap();
    let said = |now: &Arc<Snapshot>| {
        now.notice
            .as_ref()
            .is_some_and(|notice| notice.text.contains("is empty but had tokens"))
    };
    let now = person.sees(said).await;
    assert!(
        now.notice
            .as_ref()
            .unwrap()
            .text
            .ends_with("keeps using the last valid tokens.")
    );
    Viewer::by_token(&old).await.shake_hands().await.unwrap();
}
