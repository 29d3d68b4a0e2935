//! The controller and the displays that Porthole launches: what a person clicks, sees, and finds in the config file.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::fs;

use porthole_core::{DisplayId, DisplayState, Ending, Intent, LaunchView};
use rustix::process::{Signal, kill_process};
use support::{
    Home, Viewer, display, id,
    person::{Asked, Person},
};

const ALICE: &str = "[[display]]\nid = \"alice\"\nname = \"Alice\"\nlaunch = { geometry = \"320x240\", session = \"sleep 600\" }\n";

fn alice() -> DisplayId {
    id("Alice")
}

fn runs(launch: &Option<LaunchView>) -> bool {
    matches!(launch, Some(LaunchView::Running { .. }))
}

#[tokio::test]
async fn start_stop_and_restart_are_seen() {
    let home = Home::with(ALICE);
    let mut person = Person::start(&home).await;
    let first = person.sees_first(|_| true).await;
    assert_eq!(
        (first.launch, first.state, first.target.as_str()),
        (Some(LaunchView::Stopped), DisplayState::Reachable, "desktop")
    );
    person.click(Intent::StartDisplay { display: alice() }).await;
    person.sees_first(|alice| runs(&alice.launch)).await;
    let before = home.processes("Xtigervnc");
    person.click(Intent::Open { display: alice() }).await;
    let Asked::Window(_, link) = person.asked().await else {
        panic!("no window");
    };
    let viewer = Viewer::connect(&link).await;
    person.click(Intent::RestartDisplay { display: alice() }).await;
    assert_eq!(viewer.closed().await, 1012, "its page comes back by itself");
    // It waits for the display to run again.
    Viewer::connect(&link).await;
    person.sees_first(|alice| runs(&alice.launch)).await;
    assert_ne!(home.processes("Xtigervnc"), before);
    person.click(Intent::StopDisplay { display: alice() }).await;
    person
        .sees_first(|alice| alice.launch == Some(LaunchView::Stopped))
        .await;
    assert!(home.processes("").is_empty());
    let display = id("Zoe");
    person.click(Intent::StartDisplay { display }).await;
    assert_eq!(
        person.sees_notice().await.text,
        " was not started: Porthole does not start this display."
    );
}

#[tokio::test]
async fn what_ends_programs_is_asked_about_and_nothing_ends_before_the_answer() {
    let home = Home::with(ALICE);
    let mut person = Person::start(&home).await;
    let stop = || Ending::Stop { display: alice() };
    let restart = || Ending::Restart { display: alice() };
    // What does not run loses nothing.
    person.click(Intent::AskFirst { ending: stop() }).await;
    person.click(Intent::StartDisplay { display: alice() }).await;
    person.sees_first(|alice| runs(&alice.launch)).await;
    let server = home.processes("Xtigervnc");
    for ending in [stop(), restart(), Ending::StopAll] {
        let intent = ending.intent();
        person
            .click(Intent::AskFirst {
                ending: ending.clone(),
            })
            .await;
        assert_eq!(person.asked().await, Asked::Show);
        let asks = person.sees(|now| now.question.is_some()).await;
        let question = asks.question.as_ref().unwrap();
        assert_eq!((&question.ending, &question.yes), (&ending, &intent));
        assert_eq!(question.desktops, ["Alice"]);
        assert_eq!(home.processes("Xtigervnc"), server);
        person.click(Intent::CancelQuestion).await;
        person.sees(|now| now.question.is_none()).await;
    }
    person.click(Intent::AskFirst { ending: restart() }).await;
    assert_eq!(person.asked().await, Asked::Show);
    person.sees(|now| now.question.is_some()).await;
    person.click(Intent::RestartDisplay { display: alice() }).await;
    person
        .sees(|now| now.question.is_none() && !runs(&now.displays[0].launch))
        .await;
    person.sees_first(|alice| runs(&alice.launch)).await;
    // The question is about the run at hand, and goes with it.
    person.click(Intent::AskFirst { ending: stop() }).await;
    assert_eq!(person.asked().await, Asked::Show);
    person.sees(|now| now.question.is_some()).await;
    kill_process(home.processes("Xtigervnc")[0], Signal::KILL).unwrap();
    person.sees(|now| now.question.is_none()).await;
    person.click(Intent::StartDisplay { display: alice() }).await;
    person.sees_first(|alice| runs(&alice.launch)).await;
    assert!(person.sees(|_| true).await.question.is_none());

    person
        .click(Intent::AskFirst {
            ending: Ending::StopAll,
        })
        .await;
    assert_eq!(person.asked().await, Asked::Show);
    let asks = person.sees(|now| now.question.is_some()).await;
    let yes = asks.question.as_ref().unwrap().yes.clone();
    person.click(yes).await;
    assert_eq!(person.asked().await, Asked::Quit);
    assert!(home.processes("").is_empty());
}

#[tokio::test]
async fn a_display_that_the_config_forgets_stays_in_the_list_until_it_is_stopped() {
    let home = Home::with(ALICE);
    let mut person = Person::start(&home).await;
    person.click(Intent::StartDisplay { display: alice() }).await;
    person.sees_first(|alice| runs(&alice.launch)).await;
    home.write(&display("Demo", "demo"));
    let now = person.sees(|now| now.displays[0].name == "Demo").await;
    let [_, left] = &now.displays[..] else {
        panic!("{:?}", now.displays)
    };
    assert_eq!(
        (left.name.as_str(), left.target.as_str()),
        ("Alice", "no longer in the config")
    );
    assert!(runs(&left.launch) && matches!(left.state, DisplayState::Unreachable { .. }));
    person.click(Intent::StopDisplay { display: alice() }).await;
    person.sees(|now| now.displays.len() == 1).await;
    assert!(home.processes("").is_empty() && !home.path("desktops").exists());
}

#[tokio::test]
async fn open_starts_a_display_whose_memory_is_seen_while_somebody_looks() {
    let home = Home::with(ALICE);
    let mut person = Person::start(&home).await;
    person.click(Intent::Open { display: alice() }).await;
    let Asked::Window(_, link) = person.asked().await else {
        panic!()
    };
    let _viewer = Viewer::connect(&link).await;
    let memory = |launch: &Option<LaunchView>| match launch {
        Some(LaunchView::Running { memory, .. }) => *memory,
        _ => None,
    };
    for visible in [true, false] {
        person.click(Intent::WindowVisible { visible }).await;
        person
            .sees_first(|alice| runs(&alice.launch) && memory(&alice.launch).is_some() == visible)
            .await;
    }
    person.click(Intent::StopAllAndQuit).await;
    assert_eq!(person.asked().await, Asked::Quit);
    assert!(home.processes("").is_empty() && home.desktops().is_empty());
}

#[tokio::test]
async fn a_new_desktop_is_in_the_config_file_and_started() {
    let home = Home::with("# mine\n");
    let mut person = Person::start(&home).await;
    person.click(Intent::NewDesktop { name: None }).await;
    // What a desktop shows, and whether there is any, is this machine's business.
    let started = person
        .sees_first(|desktop| desktop.launch.is_some() && desktop.launch != Some(LaunchView::Stopped))
        .await;
    assert_eq!(started.name, "Desktop");
    let text = fs::read_to_string(home.path("config.toml")).unwrap();
    assert_eq!(
        text,
        format!(
            "port = 0\n# mine\n\n[[display]]\nname = \"Desktop\"\nid = \"{}\"\nlaunch = {{}}\n",
            started.id
        )
    );
    person
        .click(Intent::NewDesktop {
            name: Some(" ".into()),
        })
        .await;
    person
        .sees(|now| {
            now.notice
                .as_ref()
                .is_some_and(|notice| notice.text.contains("needs a name"))
        })
        .await;
    person.click(Intent::StopAllAndQuit).await;
    assert_eq!(person.asked().await, Asked::Quit);
    // The system's default session may have detached helpers, such as a bus, which end a moment after their screen.
    assert!(home.processes("Xtigervnc").is_empty());
}

#[tokio::test]
async fn a_screen_that_is_shared_already_is_not_added_again() {
    let home = Home::with("");
    let mut person = Person::start(&home).await;
    person.click(Intent::ShareThisScreen).await;
    let screen = person.sees_first(|screen| screen.launch.is_some()).await;
    assert_eq!(
        (screen.name.as_str(), screen.target.as_str()),
        ("This screen", "this-screen")
    );
    let text = fs::read_to_string(home.path("config.toml")).unwrap();
    person.click(Intent::ShareThisScreen).await;
    person.click(Intent::StopAllAndQuit).await;
    assert_eq!(person.asked().await, Asked::Quit);
    assert_eq!(fs::read_to_string(home.path("config.toml")).unwrap(), text);
}
