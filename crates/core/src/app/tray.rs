//! The tray's menu, as a value.

use crate::{
    AskView, DisplayState, DisplayView, Ending, Intent, LaunchView, OpenIn, Snapshot,
    app::notifications::{answers, wish},
    texts::say,
};

/// One entry of the tray's menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Something to click. An item's id is its intent as JSON, so a click says by itself what it asks for.
    Action {
        /// What a click asks for.
        intent: Intent,
        /// What people read. Plain text: a shell whose menus give `&` or `_` a meaning must escape it.
        label: String,
        /// Whether it can be clicked.
        enabled: bool,
    },
    /// A menu in the menu.
    Submenu {
        /// What people read.
        label: String,
        /// Its entries.
        items: Vec<Item>,
    },
    /// A line between groups.
    Separator,
}

/// The menu for what `snapshot` shows. Equal menus need not be set again: changes of state that the menu does not show
/// (bytes that passed, memory, a display that is checked) give an equal one.
pub fn menu(snapshot: &Snapshot) -> Vec<Item> {
    let openable = || snapshot.displays.iter().filter(|display| !is_forgotten(display));
    let mut items: Vec<Item> = snapshot.asking.iter().map(visitor).collect();
    if snapshot.guests().next().is_some() {
        items.push(action(&connected(snapshot), Intent::ShowWindow));
    }
    if !items.is_empty() {
        items.push(Item::Separator);
    }
    items.extend(openable().map(|display| open(display, snapshot.settings.open_in)));
    if openable().next().is_some() {
        items.push(Item::Separator);
        items.push(Item::Submenu {
            label: say!("tray-share"),
            items: openable().map(share).collect(),
        });
        items.push(Item::Submenu {
            label: say!("tray-copy-link"),
            items: openable().map(copy_link).collect(),
        });
    }
    items.extend(
        snapshot
            .displays
            .iter()
            .filter_map(|display| launched(display, snapshot)),
    );
    // Far from Quit: nobody hits it by a finger's breadth.
    if snapshot.displays.iter().any(DisplayView::is_up) {
        items.push(ask_first(say!("tray-stop-all"), Ending::StopAll, snapshot));
    }
    if snapshot.new_desktop.is_none() {
        items.push(action(
            &say!("tray-new-desktop"),
            Intent::NewDesktop { name: None },
        ));
    }
    items.push(action(&say!("tray-show-window"), Intent::ShowWindow));
    items.push(action(&say!("tray-doctor"), Intent::Doctor));
    items.push(Item::Separator);
    items.push(ask_first(say!("tray-quit"), Ending::Quit, snapshot));
    items
}

/// What the icon says when the pointer rests on it: who is connected, if anybody is.
pub fn tooltip(snapshot: &Snapshot) -> String {
    match snapshot.guests().next() {
        None => "Porthole".into(),
        Some(_) => format!("Porthole: {}", connected(snapshot)),
    }
}

fn connected(snapshot: &Snapshot) -> String {
    say!("tray-connected", count = snapshot.guests().count())
}

/// Somebody who waits for an answer.
fn visitor(ask: &AskView) -> Item {
    let answers = answers(ask).into_iter();
    Item::Submenu {
        label: wish(ask),
        items: answers.map(|(words, intent)| action(&words, intent)).collect(),
    }
}

fn open(display: &DisplayView, open_in: OpenIn) -> Item {
    let id = display.id.clone();
    let intent = match open_in {
        OpenIn::Window => Intent::Open { display: id },
        OpenIn::Browser => Intent::OpenInBrowser { display: id },
    };
    action(&say!("tray-open", display = display.name.as_str()), intent)
}

fn share(display: &DisplayView) -> Item {
    action(
        &format!("{}…", display.name),
        Intent::OpenShare {
            display: display.id.clone(),
        },
    )
}

fn copy_link(display: &DisplayView) -> Item {
    action(
        &display.name,
        Intent::CopyLink {
            display: display.id.clone(),
        },
    )
}

/// How a display fares that Porthole launches, and what can be done about it.
fn launched(display: &DisplayView, snapshot: &Snapshot) -> Option<Item> {
    let id = || display.id.clone();
    let start = || action(&say!("tray-start"), Intent::StartDisplay { display: id() });
    let stop = || ask_first(say!("tray-stop"), Ending::Stop { display: id() }, snapshot);
    let restart = || ask_first(say!("tray-restart"), Ending::Restart { display: id() }, snapshot);
    let (state, items) = match display.launch.as_ref()? {
        LaunchView::Stopped => (say!("tray-is-stopped"), vec![start()]),
        LaunchView::Starting { .. } => (say!("tray-is-starting"), vec![stop()]),
        LaunchView::Running { .. } if is_forgotten(display) => (say!("tray-is-running"), vec![stop()]),
        LaunchView::Running { .. } => (say!("tray-is-running"), vec![stop(), restart()]),
        LaunchView::Stopping => (say!("tray-is-stopping"), vec![]),
        LaunchView::Ended { .. } => (say!("tray-has-ended"), vec![start()]),
        LaunchView::Unavailable { .. } => (say!("tray-is-unavailable"), vec![]),
    };
    let label = format!("{}: {state}", display.name);
    Some(match items.is_empty() {
        true => Item::Action {
            intent: Intent::ShowWindow,
            label,
            enabled: false,
        },
        false => Item::Submenu { label, items },
    })
}

/// Whether it runs although the config does not know it any more: it can be stopped, and no more.
fn is_forgotten(display: &DisplayView) -> bool {
    display.is_up() && matches!(display.state, DisplayState::Unreachable { .. })
}

/// An item that ends something. The dots say that a question comes first.
fn ask_first(label: String, ending: Ending, snapshot: &Snapshot) -> Item {
    let dots = match ending.question(snapshot).is_idle() {
        true => "",
        false => "…",
    };
    action(&format!("{label}{dots}"), Intent::AskFirst { ending })
}

fn action(label: &str, intent: Intent) -> Item {
    Item::Action {
        intent,
        label: label.into(),
        enabled: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SessionRights, SessionView, texts::tests::in_german};

    fn snapshot(names: &[&str]) -> Snapshot {
        let displays = names.iter().map(|name| DisplayView {
            id: name.to_lowercase().parse().unwrap(),
            name: (*name).into(),
            target: "127.0.0.1:5901".into(),
            launch: None,
            state: DisplayState::Checking,
            busy: false,
            sessions: Vec::new(),
            links: Vec::new(),
            more_links: 0,
            links_for_others: 0,
            picture: None,
        });
        Snapshot {
            displays: displays.collect(),
            new_desktop: Some("Not here.".into()),
            ..Snapshot::default()
        }
    }

    fn desktop(launch: LaunchView) -> Snapshot {
        let mut snapshot = snapshot(&["Alice"]);
        snapshot.displays[0].launch = Some(launch);
        snapshot
    }

    fn running(memory: u64) -> LaunchView {
        LaunchView::Running {
            since: 1,
            memory: Some(memory),
            user: "alice".into(),
            x_display: ":3".into(),
        }
    }

    fn drawn(items: &[Item]) -> Vec<String> {
        let line = |item: &Item| match item {
            Item::Action {
                label, enabled: true, ..
            } => vec![label.clone()],
            Item::Action { label, .. } => vec![format!("({label})")],
            Item::Submenu { label, items } => {
                let inner = drawn(items).into_iter().map(|line| format!("> {line}"));
                std::iter::once(label.clone()).chain(inner).collect()
            }
            Item::Separator => vec!["--".into()],
        };
        items.iter().flat_map(line).collect()
    }

    #[test]
    fn a_menu_lists_the_displays_in_their_order() {
        let lines = [
            "Open Bob",
            "Open Alice",
            "--",
            "Share",
            "> Bob…",
            "> Alice…",
            "Copy link",
            "> Bob",
            "> Alice",
            "Show window",
            "Troubleshoot",
            "--",
            "Quit",
        ];
        assert_eq!(drawn(&menu(&snapshot(&["Bob", "Alice"]))), lines);
    }

    #[test]
    fn without_displays_the_window_and_the_way_out_remain() {
        assert_eq!(
            drawn(&menu(&snapshot(&[]))),
            ["Show window", "Troubleshoot", "--", "Quit"]
        );
    }

    #[test]
    fn a_desktop_says_how_it_fares_and_offers_what_fits() {
        let starting = LaunchView::Starting {
            step: "starting the VNC server".into(),
        };
        let ended = LaunchView::Ended {
            reason: "The session ended.".into(),
            log: vec!["bye".into()],
            at: 1,
        };
        let unavailable = LaunchView::Unavailable {
            reason: "TigerVNC is not installed.".into(),
            fix: "Install it.".into(),
        };
        let table: [(_, &[&str], &[&str]); 6] = [
            (LaunchView::Stopped, &["Alice: stopped", "> Start"], &[]),
            (starting, &["Alice: starting…", "> Stop"], &["Stop all and quit"]),
            (
                running(1),
                &["Alice: running", "> Stop…", "> Restart…"],
                &["Stop all and quit…"],
            ),
            (
                LaunchView::Stopping,
                &["(Alice: stopping…)"],
                &["Stop all and quit"],
            ),
            (ended, &["Alice: ended", "> Start"], &[]),
            (unavailable, &["(Alice: cannot be started)"], &[]),
        ];
        for (launch, offers, stop_all) in table {
            let lines = drawn(&menu(&desktop(launch)));
            let lines: Vec<_> = lines.into_iter().skip_while(|line| line != "Copy link").collect();
            assert_eq!(lines[..2], ["Copy link", "> Alice"]);
            assert_eq!(&lines[2..2 + offers.len()], offers);
            let end = [stop_all, &["Show window", "Troubleshoot", "--", "Quit"]].concat();
            assert_eq!(lines[2 + offers.len()..], end);
        }
    }

    #[test]
    fn a_desktop_that_the_config_has_forgotten_can_only_be_stopped() {
        let mut snapshot = desktop(running(1));
        snapshot.displays[0].state = DisplayState::Unreachable {
            reason: "The config does not know it any more.".into(),
            fix: "Stop it.".into(),
        };
        let lines = [
            "Alice: running",
            "> Stop…",
            "Stop all and quit…",
            "Show window",
            "Troubleshoot",
            "--",
            "Quit",
        ];
        assert_eq!(drawn(&menu(&snapshot)), lines);
    }

    #[test]
    fn what_ends_something_is_asked_about() {
        let items = menu(&desktop(running(1)));
        let offers = items.iter().find_map(|item| match item {
            Item::Submenu { label, items } if label == "Alice: running" => Some(items),
            _ => None,
        });
        let display = || "alice".parse().unwrap();
        let asks = |label: &str, ending| action(label, Intent::AskFirst { ending });
        let wanted = [
            asks("Stop…", Ending::Stop { display: display() }),
            asks("Restart…", Ending::Restart { display: display() }),
        ];
        assert_eq!(offers.unwrap(), &wanted);
        assert!(items.contains(&asks("Stop all and quit…", Ending::StopAll)));
        assert_eq!(items.last(), Some(&asks("Quit", Ending::Quit)));
    }

    #[test]
    fn a_new_desktop_is_offered_where_it_can_be_made() {
        let mut able = snapshot(&[]);
        able.new_desktop = None;
        assert_eq!(
            drawn(&menu(&able)),
            ["New desktop", "Show window", "Troubleshoot", "--", "Quit"]
        );
    }

    #[test]
    fn visitors_come_first_and_are_answered_in_the_menu() {
        let mut snapshot = snapshot(&["Alice"]);
        snapshot.asking = vec![AskView {
            id: 1,
            display: "Alice".into(),
            address: "192.0.2.9".into(),
            rights: SessionRights::Control,
            since: 0,
        }];
        let items = menu(&snapshot);
        let lines = [
            "192.0.2.9 wants to control Alice",
            "> Allow",
            "> Allow view only",
            "> Deny",
            "--",
            "Open Alice",
        ];
        assert_eq!(drawn(&items)[..6], lines);
        let Item::Submenu { items, .. } = &items[0] else {
            panic!("{items:?}")
        };
        let (visitor, rights) = (1, None);
        assert_eq!(items[2], action("Deny", Intent::Answer { visitor, rights }));
    }

    #[test]
    fn displays_open_where_the_person_wants_them() {
        let mut snapshot = snapshot(&["Bob"]);
        snapshot.settings.open_in = OpenIn::Browser;
        let display = "bob".parse().unwrap();
        assert_eq!(
            menu(&snapshot)[0],
            action("Open Bob", Intent::OpenInBrowser { display })
        );
    }

    #[test]
    fn guests_are_counted() {
        let mut snapshot = snapshot(&["Alice"]);
        assert_eq!(tooltip(&snapshot), "Porthole");
        let session = |id| SessionView {
            id,
            address: "192.0.2.4".into(),
            since: 0,
            to_viewer: 0,
            to_server: 0,
            rights: Some(SessionRights::View),
            link: Some(3),
        };
        snapshot.displays[0].sessions = vec![session(1)];
        assert_eq!(tooltip(&snapshot), "Porthole: 1 viewer is connected");
        assert_eq!(
            drawn(&menu(&snapshot))[..3],
            ["1 viewer is connected", "--", "Open Alice"]
        );
        assert_eq!(drawn(&menu(&snapshot)).last().unwrap(), "Quit…");
        snapshot.displays[0].sessions.push(session(2));
        assert_eq!(drawn(&menu(&snapshot))[0], "2 viewers are connected");
    }

    #[test]
    fn in_german_as_well() {
        let mut snapshot = desktop(running(1));
        snapshot.new_desktop = None;
        let lines = [
            "Alice öffnen",
            "--",
            "Teilen",
            "> Alice…",
            "Link kopieren",
            "> Alice",
            "Alice: läuft",
            "> Stoppen…",
            "> Neu starten…",
            "Alle stoppen und beenden…",
            "Neuer Desktop",
            "Fenster zeigen",
            "Fehler suchen",
            "--",
            "Beenden",
        ];
        assert_eq!(in_german(|| drawn(&menu(&snapshot))), lines);
    }

    #[test]
    fn what_the_menu_does_not_show_does_not_change_it() {
        let mut reached = snapshot(&["Alice"]);
        reached.displays[0].state = DisplayState::Reachable;
        assert_eq!(menu(&reached), menu(&snapshot(&["Alice"])));
        assert_eq!(menu(&desktop(running(1))), menu(&desktop(running(2))));
    }
}
