//! Live pictures: what a person sees of displays while the window is to be seen, and that nothing else tells of it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{fs, process::Command, time::Duration};

use porthole_core::{DisplayState, DisplayView, Intent, LaunchView};
use support::{
    Home, Viewer, display,
    foreign::Foreign,
    id,
    person::{Asked, Person},
    soon,
};

const RED: [u8; 3] = [200, 40, 60];
const BLUE: [u8; 3] = [40, 80, 200];

/// A desktop that is red, and blue once somebody writes to a pipe.
fn alice(home: &Home) {
    let pipe = home.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (pipe, [red, blue]) = (pipe.display(), [RED, BLUE].map(hex));
    home.write(&format!(
        "[[display]]\nname = \"Alice\"\nid = \"alice\"\n[display.launch]\ngeometry = \"1920x1080\"\nstop = \"last-close\"\n\
         session = \"xsetroot -solid '{red}'; cat '{pipe}'; xsetroot -solid '{blue}'; exec sleep 600\"\n"
    ));
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn runs(alice: &DisplayView) -> bool {
    matches!(alice.launch, Some(LaunchView::Running { .. }))
}

/// The size of a PNG, and the colour in its middle.
fn middle(file: &[u8]) -> ((u32, u32), [u8; 3]) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let (width, height) = reader.info().size();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    let at = 3 * (height / 2 * width + width / 2) as usize;
    ((width, height), pixels[at..at + 3].try_into().unwrap())
}

/// Whether the middle of Alice's picture has nearly this colour: sixteen bits know fewer.
fn is(person: &Person, colour: [u8; 3]) -> bool {
    let Some(file) = person.handle.pictures.png("alice") else {
        return false;
    };
    let (size, seen) = middle(&file);
    assert_eq!(size, (256, 144));
    seen.iter()
        .zip(colour)
        .all(|(seen, wanted)| seen.abs_diff(wanted) <= 4)
}

/// How many connections there are to the VNC servers of a home.
fn connections(home: &Home) -> usize {
    let folder = home.path("desktops");
    let sockets = fs::read_to_string("/proc/net/unix").unwrap();
    let connected = |line: &&str| line.split_whitespace().nth(5) == Some("03");
    let ours = |line: &&str| line.contains(folder.to_str().unwrap());
    sockets.lines().filter(connected).filter(ours).count()
}

/// Waits for what nobody tells of.
async fn until(true_at_last: impl Fn() -> bool) {
    soon(async {
        while !true_at_last() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

async fn look(person: &Person, visible: bool) {
    person.click(Intent::WindowVisible { visible }).await;
}

#[tokio::test]
async fn a_desktop_is_pictured_while_the_window_is_seen_and_nobody_is_told() {
    let home = Home::new();
    alice(&home);
    let mut person = Person::start(&home).await;
    look(&person, true).await;
    person.sees(|now| now.new_desktop.is_none()).await;
    let stopped = person.sees_first(|_| true).await;
    assert_eq!(stopped.launch, Some(LaunchView::Stopped), "it is not started");
    let display = || id("Alice");
    person.click(Intent::StartDisplay { display: display() }).await;
    let pictures = person.handle.pictures.clone();
    let live = |alice: &DisplayView| alice.picture.is_some_and(|picture| picture.live);
    let mut seen = person.sees_first(live).await;
    // The server is there before its session has painted.
    while !is(&person, RED) {
        let before = seen.picture;
        seen = person.sees_first(|alice| alice.picture != before).await;
    }
    assert_eq!(connections(&home), 1);
    assert!(seen.sessions.is_empty() && seen.links.is_empty());

    fs::write(home.path("pipe"), "blue").unwrap();
    while !is(&person, BLUE) {
        let before = seen.picture;
        seen = person.sees_first(|alice| alice.picture != before).await;
    }
    assert_eq!(connections(&home), 1, "one session takes them all");
    assert!(seen.sessions.is_empty() && runs(&seen));
    person.click(Intent::ShowHistory { shown: true }).await;
    let now = person.sees(|now| now.history.is_some()).await;
    assert_eq!(now.history.as_deref(), Some(&[][..]));

    look(&person, false).await;
    person
        .sees_first(|alice| alice.picture.is_some() && !live(alice))
        .await;
    until(|| connections(&home) == 0).await;
    assert!(is(&person, BLUE), "the last one is kept");
    look(&person, true).await;
    person.sees_first(live).await;
    assert_eq!(connections(&home), 1);

    person.click(Intent::StopDisplay { display: display() }).await;
    person.sees_first(|alice| alice.picture.is_none()).await;
    assert_eq!(pictures.png("alice"), None);
    person
        .sees_first(|alice| alice.launch == Some(LaunchView::Stopped))
        .await;
    assert_eq!(connections(&home), 0);
}

#[tokio::test]
async fn a_display_has_its_picture_only_while_it_is_in_the_config() {
    let home = Home::with(&display("Demo", "demo"));
    let mut person = Person::start(&home).await;
    look(&person, true).await;
    let demo = person.sees_first(|demo| demo.picture.is_some()).await;
    let ((width, height), _) = middle(&person.handle.pictures.png("demo").unwrap());
    assert!(width <= 256 && height <= 160 && demo.sessions.is_empty());
    let plain = format!("{}picture = false\n", display("Demo", "demo"));
    home.write(&plain);
    person.sees_first(|demo| demo.picture.is_none()).await;
    assert_eq!(person.handle.pictures.png("demo"), None, "it is not to have one");
    home.write(&display("Other", "demo"));
    person.sees(|now| now.displays[0].name == "Other").await;
    let other = person.sees_first(|other| other.picture.is_some()).await;
    assert_ne!(other.picture, demo.picture, "each has a number of its own");
}

#[tokio::test]
async fn a_server_that_is_pictured_is_not_probed_as_well() {
    let home = Home::new();
    let socket = home.path("vnc.sock");
    let server = Foreign::start_with_password(&home, &socket, "rosebud");
    fs::write(home.path("a.pw"), "rosebud").unwrap();
    let alice = display("Alice", format!("unix:{}", socket.display()));
    home.write(&format!("{alice}password_file = \"a.pw\"\n"));
    let mut person = Person::start(&home).await;
    person
        .sees_first(|alice| alice.state == DisplayState::Reachable)
        .await;
    look(&person, true).await;
    person
        .sees_first(|alice| alice.picture.is_some_and(|picture| picture.live))
        .await;
    let before = server.connections();
    // A routine check is due every ten seconds, and whenever a viewer leaves.
    let display = || id("Alice");
    person.click(Intent::OpenInBrowser { display: display() }).await;
    let Asked::Browser(link) = person.asked().await else {
        panic!("no browser")
    };
    for _ in 0..3 {
        let viewer = Viewer::connect(&link).await;
        person.sees_first(|alice| alice.sessions.len() == 1).await;
        drop(viewer);
        person.sees_first(|alice| alice.sessions.is_empty()).await;
    }
    assert_eq!(server.connections(), before + 3, "of the viewers alone");

    // A person who asks gets an answer; and without the picture there is no proof any more.
    person.click(Intent::Recheck { display: display() }).await;
    until(|| server.connections() > before + 3).await;
    drop(server);
    let is_lost = |alice: &DisplayView| matches!(alice.state, DisplayState::Unreachable { .. });
    soon(person.sees_first(is_lost)).await;
}
