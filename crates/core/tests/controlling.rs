//! The controller with a desktop that only notes what it is asked.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::fs;

use porthole_core::{DisplayId, DisplayState, Intent, NoticeKind, ShellError, Verdict};
use support::{
    Home, Viewer, Vnc, display, id,
    person::{Asked, Person},
    soon,
};

fn alice() -> DisplayId {
    id("Alice")
}

#[tokio::test]
async fn open_opens_a_window_whose_session_is_seen_and_can_be_ended() {
    let vnc = Vnc::start().await;
    let home = Home::with(&display("Alice", vnc.address));
    let mut person = Person::start(&home).await;
    person.click(Intent::Open { display: alice() }).await;
    let Asked::Window(name, link) = person.asked().await else {
        panic!()
    };
    assert_eq!(name, "Alice");
    let viewer = Viewer::connect(&link).await;
    let seen = person.sees_first(|display| !display.sessions.is_empty()).await;
    assert_eq!(
        (seen.target, seen.sessions[0].address.as_str()),
        (vnc.address.to_string(), "127.0.0.1")
    );
    person
        .click(Intent::Disconnect {
            session: seen.sessions[0].id,
        })
        .await;
    assert_eq!(viewer.closed().await, 4002);
    person
        .sees_first(|display| display.sessions.is_empty() && !display.busy)
        .await;
}

#[tokio::test]
async fn a_copied_link_works_and_is_said_to_for_how_long() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = Person::start(&home).await;
    person.click(Intent::CopyLink { display: alice() }).await;
    let Asked::Copy(link) = person.asked().await else {
        panic!()
    };
    Viewer::connect(&link.parse().unwrap()).await;
    let notice = person.sees_notice().await;
    assert_eq!(
        (notice.kind, notice.text.as_str()),
        (
            NoticeKind::Info,
            "Link copied: control, for 1 hour. It opens on this computer only."
        )
    );
    person.click(Intent::DismissNotice).await;
    person.sees(|now| now.notice.is_none()).await;
}

#[tokio::test]
async fn a_link_from_the_tray_brings_up_the_window_with_its_terms() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = Person::start(&home).await;
    person.click(Intent::OpenShare { display: alice() }).await;
    assert_eq!(person.asked().await, Asked::Show);
    person.sees(|now| now.share_for == Some(alice())).await;
    person.click(Intent::CloseShare).await;
    person.sees(|now| now.share_for.is_none()).await;

    person.click(Intent::OpenShare { display: alice() }).await;
    person.sees(|now| now.share_for.is_some()).await;
    home.write("");
    person
        .sees(|now| now.displays.is_empty() && now.share_for.is_none())
        .await;
    person
        .click(Intent::OpenShare {
            display: id("Nobody"),
        })
        .await;
    let notice = person.sees_notice().await;
    assert!(notice.text.contains("no longer in the list"), "{}", notice.text);
    person.sees(|now| now.share_for.is_none()).await;
}

#[tokio::test]
async fn a_link_that_cannot_be_saved_works_and_that_is_said() {
    let home = Home::with(&display("Alice", "demo"));
    fs::write(home.path("state"), "not a folder").unwrap();
    let mut person = Person::start(&home).await;
    person.click(Intent::OpenInBrowser { display: alice() }).await;
    let Asked::Browser(link) = person.asked().await else {
        panic!()
    };
    Viewer::connect(&link).await;
    let notice = person.sees_notice().await;
    assert_eq!(notice.kind, NoticeKind::Error);
    assert!(
        notice.text.contains("only works until Porthole quits"),
        "{}",
        notice.text
    );
}

#[tokio::test]
async fn what_the_desktop_cannot_do_is_told() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = Person::start(&home).await;
    for intent in [
        Intent::Open { display: alice() },
        Intent::OpenInBrowser { display: alice() },
        Intent::CopyLink { display: alice() },
        Intent::EditConfig,
        Intent::ShowWindow,
    ] {
        person
            .answers
            .send(Err(ShellError::new("it is on strike")))
            .unwrap();
        person.click(intent.clone()).await;
        soon(person.asked.recv()).await.unwrap();
        let notice = person.sees_notice().await;
        assert!(
            notice.kind == NoticeKind::Error && notice.text.ends_with("it is on strike."),
            "{intent:?}"
        );
        person.sees_first(|display| !display.busy).await;
        person.click(Intent::DismissNotice).await;
        person.sees(|now| now.notice.is_none()).await;
    }
}

#[tokio::test]
async fn a_double_click_opens_one_window_and_a_slow_desktop_holds_nothing_up() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = Person::start(&home).await;
    person.click(Intent::Open { display: alice() }).await;
    person.click(Intent::Open { display: alice() }).await;
    soon(person.asked.recv()).await.unwrap();
    person.sees_first(|display| display.busy).await;
    person.click(Intent::Open { display: id("Zoe") }).await;
    assert_eq!(
        person.sees_notice().await.text,
        "This display is no longer in the list."
    );
    person.answers.send(Ok(())).unwrap();
    person.sees_first(|display| !display.busy).await;
    person.click(Intent::ShowWindow).await;
    assert_eq!(person.asked().await, Asked::Show, "and not a second window");
}

#[tokio::test]
async fn whether_a_display_can_be_reached_is_seen_and_asked_again() {
    let vnc = Vnc::start().await;
    let address = vnc.address;
    drop(vnc);
    let home = Home::with(&display("Alice", address));
    let mut person = Person::start(&home).await;
    let (reason, fix) = person.sees_unreachable().await;
    assert_eq!(
        reason,
        format!("Cannot connect to {address}: nothing is listening there.")
    );
    assert!(fix.contains("Start its VNC server"));
    let _vnc = Vnc::start_at(address).await;
    person.click(Intent::WindowVisible { visible: true }).await;
    person
        .sees_first(|display| display.state == DisplayState::Reachable)
        .await;
}

#[tokio::test]
async fn a_server_that_refuses_is_left_alone_until_a_person_asks() {
    // It asks for no password although the display has one: that is a refusal.
    let (refuses, accepts) = (Vnc::start().await, Vnc::start().await);
    let alice_with_password = format!("{}password_file = \"a.pw\"\n", display("Alice", refuses.address));
    let home = Home::with(&format!(
        "{alice_with_password}{}",
        display("Bob", accepts.address)
    ));
    fs::write(home.path("a.pw"), "secret").unwrap();
    let mut person = Person::start(&home).await;
    let (reason, fix) = person.sees_unreachable().await;
    assert!(
        reason.starts_with("The display has a password, but") && fix.ends_with('.'),
        "{reason} {fix}"
    );
    person
        .sees(|now| now.displays[1].state == DisplayState::Reachable)
        .await;
    person.click(Intent::WindowVisible { visible: true }).await;
    soon(accepts.logged_in(2)).await;
    assert_eq!(refuses.logins(), 1);
    person.click(Intent::Recheck { display: alice() }).await;
    soon(refuses.logged_in(2)).await;
    person.sees_unreachable().await;
}

#[tokio::test]
async fn an_edit_of_the_config_is_seen_and_so_is_its_fault() {
    let vnc = Vnc::start().await;
    let home = Home::with(&display("Alice", vnc.address));
    let mut person = Person::start(&home).await;
    person
        .sees_first(|display| display.state == DisplayState::Reachable)
        .await;
    home.write(&format!(
        "{}{}",
        display("Bob", "demo"),
        display("Alice", vnc.address)
    ));
    let now = person.sees(|now| now.displays.len() == 2).await;
    assert_eq!(
        (now.displays[0].name.as_str(), now.displays[0].target.as_str()),
        ("Bob", "demo")
    );
    assert_eq!(
        now.displays[1].state,
        DisplayState::Reachable,
        "what was known is still known"
    );
    person
        .sees_first(|display| display.state == DisplayState::Reachable)
        .await;
    home.write("colour = \"red\"");
    let now = person.sees(|now| now.fault.is_some()).await;
    assert!(
        now.fault
            .as_ref()
            .unwrap()
            .contains("config.toml:2: unknown field `colour`"),
        "{:?}",
        now.fault
    );
    assert_eq!(now.displays.len(), 2);
    home.write("");
    person
        .sees(|now| now.fault.is_none() && now.displays.is_empty())
        .await;
}

#[tokio::test]
async fn a_fault_at_the_start_is_shown_until_it_is_mended() {
    let home = Home::with("port = 1");
    let mut person = Person::start(&home).await;
    person
        .sees(|now| now.fault.is_some() && now.displays.is_empty())
        .await;
    home.write(&display("Alice", "demo"));
    person
        .sees(|now| now.fault.is_none() && now.displays.len() == 1)
        .await;
}

#[tokio::test]
async fn the_config_can_be_edited_also_when_there_is_none() {
    let home = Home::new();
    let mut person = Person::start(&home).await;
    person.click(Intent::EditConfig).await;
    assert_eq!(person.asked().await, Asked::File(home.path("config.toml")));
    assert!(
        fs::read_to_string(home.path("config.toml"))
            .unwrap()
            .contains("[[display]]")
    );
    person.click(Intent::Quit).await;
    assert_eq!(person.asked().await, Asked::Quit);
}

#[tokio::test]
async fn where_nothing_opens_a_file_or_a_page_that_is_said_in_words() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = Person::start(&home).await;
    let file = home.path("config.toml").display().to_string();
    person.answers.send(Err(ShellError::NothingOpens)).unwrap();
    person.click(Intent::EditConfig).await;
    let notice = person.sees_notice().await;
    assert_eq!(
        notice.text,
        format!("No program on this computer opens .toml files. The config file is {file}.")
    );
    assert_eq!(notice.path, Some(file));

    person.click(Intent::DismissNotice).await;
    person.sees(|now| now.notice.is_none()).await;
    person.answers.send(Err(ShellError::NothingOpens)).unwrap();
    person.click(Intent::OpenInBrowser { display: alice() }).await;
    let notice = person.sees_notice().await;
    assert!(
        notice
            .text
            .starts_with("No program on this computer opens web pages."),
        "{}",
        notice.text
    );
}

#[tokio::test]
async fn quit_lets_sessions_say_goodbye() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = Person::start(&home).await;
    person.click(Intent::Open { display: alice() }).await;
    let Asked::Window(_, link) = person.asked().await else {
        panic!()
    };
    let viewer = Viewer::connect(&link).await;
    person.click(Intent::Quit).await;
    assert_eq!(viewer.closed().await, 1001);
    assert_eq!(person.asked().await, Asked::Quit);
}

#[tokio::test]
async fn a_shell_that_is_gone_ends_the_program() {
    let home = Home::with("");
    let Person {
        handle,
        mut asked,
        answers: _answers,
        ..
    } = Person::start(&home).await;
    drop(handle);
    assert_eq!(soon(asked.recv()).await, Some(Asked::Quit));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_doctor_comes_and_goes() {
    let home = Home::with(&display("Alice", "unix:/nowhere/alice.sock"));
    let mut person = Person::start(&home).await;
    person.click(Intent::Doctor).await;
    let seen = person
        .sees(|now| now.doctor.as_ref().is_some_and(|found| !found.is_empty()))
        .await;
    let of = |check: &str| {
        let findings = seen
            .doctor
            .iter()
            .flatten()
            .filter(|finding| finding.check == check);
        findings.map(|finding| finding.verdict).collect::<Vec<_>>()
    };
    assert_eq!(of("display"), [Verdict::Fault]);
    assert_eq!(of("running"), [Verdict::Ok], "it finds the program that asks");
    person.click(Intent::CloseDoctor).await;
    person.sees(|now| now.doctor.is_none()).await;
}
