//! Displays whose VNC server wants a password that the config does not have.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use porthole_core::{DisplayState, DisplayView, Intent, Secret};
use support::{
    Home, Viewer,
    foreign::Foreign,
    id,
    person::{Asked, Person},
};

const NAME: &str = "Alice";

fn keep(password: &str) -> Intent {
    Intent::KeepPassword {
        display: id(NAME),
        password: Secret::from(password),
    }
}

/// A config with Alice, whose server wants a password.
fn begin(home: &Home) -> (Foreign, String) {
    let socket = home.path("vnc.sock");
    let server = Foreign::start_with_password(home, &socket, "rosebud");
    let text = format!(
        "listen = \"127.0.0.1\" # mine\n[[display]] # the first\nname = \"{NAME}\"\nid = \"alice\"\ntarget = \"unix:{}\" # hers\n# the end\n",
        socket.display()
    );
    home.write(&text);
    (server, format!("port = 0\n{text}"))
}

/// All that was written beside the config, but for what the test itself has put there.
fn passwords(home: &Home) -> Vec<PathBuf> {
    let files = fs::read_dir(home.path("")).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "password"))
        .collect()
}

async fn sees_asking(person: &mut Person, wanted: bool) -> DisplayView {
    let state = DisplayState::AsksPassword { refused: wanted };
    person
        .sees_first(|alice| alice.state == state && !alice.busy)
        .await
}

#[tokio::test]
async fn a_display_that_asks_for_a_password_asks_whoever_opens_it_and_is_left_alone_otherwise() {
    let home = Home::new();
    let (server, _) = begin(&home);
    let mut person = Person::start(&home).await;
    sees_asking(&mut person, false).await;
    for visible in [true, false, true] {
        person.click(Intent::WindowVisible { visible }).await;
    }
    let display = || id(NAME);
    person.click(Intent::Open { display: display() }).await;
    let Asked::Window(_, link) = person.asked().await else {
        panic!("no window")
    };
    assert_eq!(
        server.connections(),
        1,
        "each one counts as an attempt to break in"
    );
    let mut viewer = Viewer::open(&link).await;
    assert_eq!(viewer.is_asked_for_a_password().await, Ok(true));
    let alice = sees_asking(&mut person, false).await;
    assert_eq!((alice.picture, server.connections()), (None, 2));
}

#[tokio::test]
async fn a_password_is_kept_once_it_is_right_and_only_its_owner_reads_it() {
    let home = Home::new();
    let (server, text) = begin(&home);
    let mut person = Person::start(&home).await;
    sees_asking(&mut person, false).await;
    for (wrong, refused) in [("", false), ("wrong", true)] {
        person.click(keep(wrong)).await;
        sees_asking(&mut person, refused).await;
    }
    assert_eq!((server.connections(), passwords(&home)), (2, Vec::new()));

    person.click(keep("rosebud")).await;
    person
        .sees_first(|alice| alice.state == DisplayState::Reachable)
        .await;
    let [file] = &passwords(&home)[..] else {
        panic!("not one file: {:?}", passwords(&home))
    };
    assert_eq!(fs::read_to_string(file).unwrap(), "rosebud\n");
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let name = file.file_name().unwrap().to_str().unwrap();
    let named = text.replace("# hers\n", &format!("# hers\npassword_file = \"{name}\"\n"));
    assert_eq!(fs::read_to_string(home.path("config.toml")).unwrap(), named);

    // Nobody is asked any more, and there is a picture.
    let display = id(NAME);
    person.click(Intent::OpenInBrowser { display }).await;
    let Asked::Browser(link) = person.asked().await else {
        panic!("no browser")
    };
    Viewer::connect(&link).await;
    person.click(Intent::WindowVisible { visible: true }).await;
    let now = person
        .sees(|now| now.displays[0].picture.is_some_and(|picture| picture.live))
        .await;
    assert!(!serde_json::to_string(&*now).unwrap().contains("rosebud"));
    assert!(!format!("{:?}", keep("rosebud")).contains("rosebud"));
}

/// Without the config's being changed, and without being asked.
#[tokio::test]
async fn a_display_that_asks_is_unreachable_once_its_server_has_gone() {
    let home = Home::new();
    let (server, _) = begin(&home);
    let mut person = Person::start(&home).await;
    sees_asking(&mut person, false).await;
    drop(server);
    person.click(Intent::WindowVisible { visible: true }).await;
    person
        .sees_first(|alice| matches!(alice.state, DisplayState::Unreachable { .. }))
        .await;
    person.click(Intent::WindowVisible { visible: false }).await;
    let _again = Foreign::start_with_password(&home, &home.path("vnc.sock"), "rosebud");
    person.click(Intent::WindowVisible { visible: true }).await;
    sees_asking(&mut person, false).await;
}
