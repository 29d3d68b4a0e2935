//! What a person sets, from the click to the config file and back.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::fs;

use porthole_core::{
    Intent, Interface, InterfaceView, Listening, NoticeKind, OpenIn, SessionRights, Setting, ShellError,
    Terms, Theme,
};
use support::{
    Home, display,
    person::{Asked, Person},
};

const BEGINNING: &str =
    "# Mine.\ntheme = \"light\" # by day\n\n[links] # handed out\nends = \"30m\" # short\n\n";

fn home() -> Home {
    Home::with(&format!("{BEGINNING}{}", display("Alice", "demo")))
}

fn text(home: &Home) -> String {
    fs::read_to_string(home.path("config.toml")).unwrap()
}

#[tokio::test]
async fn what_is_set_is_in_the_file_with_its_comments_and_in_force() {
    let home = home();
    let mut person = Person::start(&home).await;
    let links = Terms {
        rights: SessionRights::View,
        ..person.sees(|_| true).await.default_terms
    };
    let wlan0 = Listening::Interface { name: "wlan0".into() };
    for setting in [
        Setting::Theme { value: Theme::Dark },
        Setting::OpenIn {
            value: OpenIn::Browser,
        },
        Setting::Links { value: links },
        Setting::Listening { value: wlan0.clone() },
    ] {
        person.click(Intent::Set { setting }).await;
    }
    let now = person
        .sees(|now| now.settings.listening == wlan0 && now.default_terms == links)
        .await;
    assert_eq!(
        (now.settings.theme, now.settings.open_in),
        (Theme::Dark, OpenIn::Browser)
    );
    assert_eq!(now.notice, None);
    let wanted = format!(
        "interface = \"wlan0\"\nopen = \"browser\"\nport = 0\n{}{}",
        BEGINNING
            .replace("\"light\"", "\"dark\"")
            .replace("out\n", "out\nrights = \"view\"\n"),
        display("Alice", "demo")
    );
    assert_eq!(text(&home), wanted);
}

#[tokio::test]
async fn settings_asked_for_in_haste_are_all_written_in_their_order() {
    let home = home();
    let mut person = Person::start(&home).await;
    for _ in 0..5 {
        for value in [Theme::Dark, Theme::System, Theme::Light] {
            person
                .click(Intent::Set {
                    setting: Setting::Theme { value },
                })
                .await;
        }
    }
    let setting = Setting::OpenIn {
        value: OpenIn::Browser,
    };
    person.click(Intent::Set { setting }).await;
    let now = person.sees(|now| now.settings.open_in == OpenIn::Browser).await;
    assert_eq!(now.settings.theme, Theme::Light);
}

#[tokio::test]
async fn a_change_by_hand_is_seen() {
    let home = home();
    let mut person = Person::start(&home).await;
    let now = person.sees(|_| true).await;
    assert_eq!(now.settings.theme, Theme::Light);
    assert_eq!(now.settings.listening, Listening::Automatic);
    home.write("theme = \"dark\"\nlisten = \"0.0.0.0\"\nopen = \"browser\"\n");
    let fixed = Listening::Fixed {
        addresses: vec!["0.0.0.0".into()],
    };
    let now = person.sees(|now| now.settings.theme == Theme::Dark).await;
    assert_eq!(
        (&now.settings.listening, now.settings.open_in),
        (&fixed, OpenIn::Browser)
    );
    home.write("listen = [\"127.0.0.1\", \"::1\"]\n");
    person
        .sees(|now| now.settings.listening == Listening::ThisMachine)
        .await;
}

#[tokio::test]
async fn what_cannot_be_set_is_said_and_changes_nothing() {
    let home = home();
    let mut person = Person::start(&home).await;
    home.write("colour = \"red\"\n");
    person.sees(|now| now.fault.is_some()).await;
    // Twice: who tries again is told again.
    for _ in 0..2 {
        let setting = Setting::Theme { value: Theme::Dark };
        person.click(Intent::Set { setting }).await;
        let notice = person.sees_notice().await;
        assert_eq!(notice.kind, NoticeKind::Error);
        assert!(
            notice.text.contains("config.toml:2: unknown field `colour`"),
            "{}",
            notice.text
        );
    }
    assert_eq!(text(&home), "port = 0\ncolour = \"red\"\n");
}

#[tokio::test]
async fn whether_it_starts_at_login_is_what_the_system_says() {
    let home = home();
    let mut person = Person::start(&home).await;
    person.click(Intent::WindowVisible { visible: true }).await;
    assert_eq!(
        person.sees(|_| true).await.settings.start_at_login,
        None,
        "nobody looks"
    );
    person.click(Intent::ShowSettings { shown: true }).await;
    person
        .sees(|now| now.settings.start_at_login == Some(false))
        .await;

    person.click(Intent::StartAtLogin { on: true }).await;
    assert_eq!(person.asked().await, Asked::StartAtLogin(true));
    person.sees(|now| now.settings.start_at_login == Some(true)).await;

    let refusal = ShellError::new("the folder is read-only");
    person.answers.send(Err(refusal)).unwrap();
    person.click(Intent::StartAtLogin { on: false }).await;
    let notice = person.sees_notice().await;
    assert_eq!(
        notice.text,
        "Cannot change Start at login: the folder is read-only."
    );
    let now = person.sees(|_| true).await;
    assert_eq!(now.settings.start_at_login, Some(true), "it stays as it is");

    // Somebody changes it elsewhere while the settings are open.
    *person.starts_at_login.lock().unwrap() = false;
    person
        .sees(|now| now.settings.start_at_login == Some(false))
        .await;
}

#[tokio::test]
async fn links_for_others_name_the_interface_that_was_chosen() {
    let home = home();
    let interface = |name: &str, ip: &str| Interface {
        name: name.into(),
        ip: ip.parse().unwrap(),
    };
    let both = vec![interface("wlan0", "127.0.0.2"), interface("tun0", "127.0.0.3")];
    let mut person = Person::start_at(home.place().with_interfaces(both)).await;
    person.click(Intent::ShowSettings { shown: true }).await;
    let view = |name: &str, address: &str| InterfaceView {
        name: name.into(),
        addresses: vec![address.into()],
    };
    let offered = [view("wlan0", "127.0.0.2"), view("tun0", "127.0.0.3")];
    person.sees(|now| now.settings.interfaces == offered).await;

    let hosts = async |person: &mut Person| {
        let display = support::id("Alice");
        person
            .click(Intent::OpenShare {
                display: display.clone(),
            })
            .await;
        let terms = Terms::default();
        person.click(Intent::Share { display, terms }).await;
        let now = person.sees(|now| now.share.is_some()).await;
        person.click(Intent::CloseShare).await;
        person.sees(|now| now.share.is_none()).await;
        let addresses = now.share.iter().flat_map(|share| &share.addresses);
        addresses.map(|address| address.host.clone()).collect::<Vec<_>>()
    };
    for _ in 0..8 {
        person.answers.send(Ok(())).unwrap();
    }
    assert_eq!(hosts(&mut person).await, ["127.0.0.2", "127.0.0.3"]);
    for (value, named) in [
        (Listening::Interface { name: "tun0".into() }, "127.0.0.3"),
        (Listening::ThisMachine, "127.0.0.1"),
    ] {
        let setting = Setting::Listening { value: value.clone() };
        person.click(Intent::Set { setting }).await;
        person.sees(|now| now.settings.listening == value).await;
        assert_eq!(hosts(&mut person).await, [named]);
    }
}
