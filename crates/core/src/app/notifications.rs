//! What a person is to hear of while the window is out of sight, as a value.

use crate::{
    AskView, DisplayView, Ending, Intent, QuestionView, SessionRights, SessionView, Snapshot, texts::say,
};

/// So many of each kind stand at once: a crowd of visitors does not bury the desktop under notifications.
const MAX_NOTIFICATIONS: usize = 4;

/// A notification. It stands for as long as [`notes`] has it, unless the person puts it away before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What it is about; of each subject a person is told once.
    pub about: Subject,
    /// What happened. Plain text, with words from outside.
    pub title: String,
    /// More about it; all our own words, since many desktops take markup here.
    pub body: String,
    /// What can be done about it: the words of a button, and what it asks for.
    pub answers: Vec<(String, Intent)>,
    /// Somebody waits, so it stays until it is answered.
    pub urgent: bool,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A visitor who waits, by the id in the snapshot.
    Visitor(u64),
    /// A session, by the id in the snapshot.
    Session(u64),
    /// The question that the window could not ask.
    Question,
}

/// The notes for what `snapshot` shows: a question that the window could not ask, visitors who wait, then guests who are
/// connected.
pub fn notes(snapshot: &Snapshot) -> Vec<Notification> {
    let waiting = snapshot.asking.iter().take(MAX_NOTIFICATIONS).map(visitor);
    let connected = snapshot.guests().take(MAX_NOTIFICATIONS);
    let unseen = snapshot.question.iter().filter(|question| question.unseen);
    unseen
        .map(question)
        .chain(waiting)
        .chain(connected.map(|(display, session)| guest(display, session)))
        .collect()
}

/// The answers that a visitor can be given, which no more than the link does.
pub(crate) fn answers(ask: &AskView) -> Vec<(String, Intent)> {
    let answer = |rights| Intent::Answer {
        visitor: ask.id,
        rights,
    };
    let control = (say!("note-allow"), answer(Some(SessionRights::Control)));
    let view = (say!("note-allow-view"), answer(Some(SessionRights::View)));
    let deny = (say!("note-deny"), answer(None));
    match ask.rights {
        SessionRights::Control => vec![control, view, deny],
        SessionRights::View => vec![view, deny],
    }
}

/// What a visitor waits for, as a sentence without its end.
pub(crate) fn wish(ask: &AskView) -> String {
    let (address, display) = (ask.address.as_str(), ask.display.as_str());
    match ask.rights {
        SessionRights::Control => say!("note-wants-control", address = address, display = display),
        SessionRights::View => say!("note-wants-view", address = address, display = display),
    }
}

fn visitor(ask: &AskView) -> Notification {
    Notification {
        about: Subject::Visitor(ask.id),
        title: wish(ask),
        body: say!("note-visitor-waits"),
        answers: answers(ask),
        urgent: true,
    }
}

/// What would be lost stands in the window by name; here names are in the title alone.
fn question(question: &QuestionView) -> Notification {
    let names = question.desktops.join(", ");
    let name = question.name.as_deref().unwrap_or_default();
    let (title, yes) = match &question.ending {
        Ending::Stop { .. } => (say!("question-stop", display = name), say!("question-stop-yes")),
        Ending::Restart { .. } => (
            say!("question-restart", display = name),
            say!("question-restart-yes"),
        ),
        Ending::StopAll => (say!("question-stop-all", displays = names), say!("tray-stop-all")),
        Ending::Quit | Ending::CloseWindow => (say!("question-quit"), say!("tray-quit")),
    };
    let (desktops, visitors) = (question.desktops.len(), question.visitors.len());
    let losses = [
        (desktops, say!("loses-work", count = desktops)),
        (visitors, say!("loses-visitors", count = visitors)),
        (question.links, say!("loses-links", count = question.links)),
    ];
    let losses = losses.into_iter().filter(|(count, _)| *count > 0);
    Notification {
        about: Subject::Question,
        title,
        body: losses.map(|(_, words)| words).collect::<Vec<_>>().join(" "),
        answers: vec![
            (yes, question.yes.clone()),
            (say!("question-no"), Intent::CancelQuestion),
        ],
        urgent: true,
    }
}

fn guest(display: &DisplayView, session: &SessionView) -> Notification {
    let body = match session.rights {
        Some(SessionRights::Control) => say!("note-guest-controls"),
        Some(SessionRights::View) => say!("note-guest-views"),
        None => say!("note-guest-raw"),
    };
    Notification {
        about: Subject::Session(session.id),
        title: say!(
            "note-guest",
            address = session.address.as_str(),
            display = display.name.as_str()
        ),
        body,
        answers: vec![(
            say!("note-disconnect"),
            Intent::Disconnect { session: session.id },
        )],
        urgent: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DisplayState, LinkView, Terms, texts::tests::in_german};

    fn session(id: u64, link: Option<u64>) -> SessionView {
        SessionView {
            id,
            address: "192.0.2.4".into(),
            since: 0,
            to_viewer: 0,
            to_server: 0,
            rights: Some(SessionRights::Control),
            link,
        }
    }

    fn link(id: u64, shared: bool) -> LinkView {
        LinkView {
            id,
            terms: Terms::default(),
            created: 0,
            ends: None,
            uses: 1,
            last_use: None,
            shared,
            made_for: None,
        }
    }

    fn ask(id: u64, rights: SessionRights) -> AskView {
        AskView {
            id,
            display: "<b>Alice</b>".into(),
            address: "192.0.2.9".into(),
            rights,
            since: 0,
        }
    }

    fn alice(sessions: Vec<SessionView>, links: Vec<LinkView>) -> Snapshot {
        Snapshot {
            displays: vec![DisplayView {
                id: "alice".parse().unwrap(),
                name: "Alice".into(),
                target: "demo".into(),
                launch: None,
                state: DisplayState::Reachable,
                busy: false,
                sessions,
                links_for_others: links.iter().filter(|link| link.shared).count(),
                links,
                more_links: 0,
                picture: None,
            }],
            ..Snapshot::default()
        }
    }

    #[test]
    fn a_guest_can_be_disconnected() {
        let told = notes(&alice(vec![session(7, Some(1))], vec![link(1, true)]));
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].title, "192.0.2.4 is connected to Alice");
        assert_eq!(
            told[0].answers,
            [("Disconnect".to_owned(), Intent::Disconnect { session: 7 })]
        );
        assert!(!told[0].urgent);
    }

    #[test]
    fn windows_and_browsers_of_ones_own_are_no_guests() {
        let sessions = vec![session(1, None), session(2, Some(2)), session(3, Some(3))];
        let links = vec![link(2, false)];
        let told = notes(&alice(sessions, links));
        assert_eq!(
            told.iter().map(|note| note.about).collect::<Vec<_>>(),
            [Subject::Session(3)],
            "a link that is used up was for others"
        );
    }

    #[test]
    fn a_visitor_is_offered_what_the_link_gives() {
        let told = notes(&Snapshot {
            asking: vec![ask(1, SessionRights::Control), ask(2, SessionRights::View)],
            ..Snapshot::default()
        });
        let words = |note: &Notification| {
            note.answers
                .iter()
                .map(|(words, _)| words.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&told[0]), ["Allow", "Allow view only", "Deny"]);
        assert_eq!(words(&told[1]), ["Allow view only", "Deny"]);
        let (visitor, rights) = (2, Some(SessionRights::View));
        assert_eq!(told[1].answers[0].1, Intent::Answer { visitor, rights });
        assert!(told.iter().all(|note| note.urgent));
        assert!(told[0].title.contains("control <b>Alice</b>"));
        assert!(
            !told[0].body.contains('<'),
            "what comes from outside is in the title"
        );
    }

    #[test]
    fn a_question_that_the_window_could_not_ask_names_what_is_lost() {
        let mut snapshot = alice(
            vec![session(7, Some(1)), session(8, Some(1))],
            vec![link(1, true)],
        );
        snapshot.displays[0].launch = Some(crate::LaunchView::Running {
            since: 1,
            memory: None,
            user: "alice".into(),
            x_display: ":3".into(),
        });
        let about = |ending: Ending, snapshot: &Snapshot| Snapshot {
            question: Some(QuestionView {
                unseen: true,
                ..ending.question(snapshot)
            }),
            ..snapshot.clone()
        };
        let work = "All programs on it will close and unsaved work will be lost.";
        let people = "2 visitors will be disconnected.";
        let (stop, links) = (
            Ending::Stop {
                display: "alice".parse().unwrap(),
            },
            "1 link will not open anything until you start Porthole again.",
        );
        for (ending, title, body, answers) in [
            (
                stop,
                "Stop Alice?",
                format!("{work} {people}"),
                ["Stop", "Keep running"],
            ),
            (
                Ending::StopAll,
                "Stop Alice and quit Porthole?",
                format!("{work} {people}"),
                ["Stop all and quit", "Keep running"],
            ),
            (
                Ending::Quit,
                "Quit Porthole?",
                people.into(),
                ["Quit", "Keep running"],
            ),
            (
                Ending::CloseWindow,
                "Quit Porthole?",
                format!("{people} {links}"),
                ["Quit", "Keep running"],
            ),
        ] {
            let intent = ending.intent();
            let asked = about(ending, &snapshot);
            let note = notes(&asked).remove(0);
            assert_eq!((note.about, note.title.as_str()), (Subject::Question, title));
            assert_eq!(note.body, body);
            let words: Vec<_> = note.answers.iter().map(|(words, _)| words).collect();
            assert_eq!(words, answers);
            assert_eq!(note.answers[0].1, intent);
            assert_eq!(note.answers[1].1, Intent::CancelQuestion);
        }
        snapshot.question = Some(Ending::Quit.question(&snapshot));
        let told = notes(&snapshot);
        assert!(
            told.iter().all(|note| note.about != Subject::Question),
            "the window asks"
        );
    }

    #[test]
    fn in_german_as_well() {
        let mut snapshot = alice(vec![session(7, Some(1))], vec![link(1, true)]);
        snapshot.asking = vec![ask(1, SessionRights::Control)];
        let told = in_german(|| notes(&snapshot));
        assert_eq!(told[0].title, "192.0.2.9 möchte <b>Alice</b> steuern");
        let words: Vec<_> = told[0].answers.iter().map(|(words, _)| words).collect();
        assert_eq!(words, ["Erlauben", "Zusehen erlauben", "Ablehnen"]);
        assert_eq!(told[1].title, "192.0.2.4 ist mit Alice verbunden");
        assert_eq!(told[1].answers[0].0, "Trennen");
    }

    #[test]
    fn a_crowd_is_not_all_announced() {
        let sessions = (0..100).map(|id| session(id, Some(1))).collect();
        let mut snapshot = alice(sessions, Vec::new());
        snapshot.asking = (0..100).map(|id| ask(id, SessionRights::View)).collect();
        assert_eq!(notes(&snapshot).len(), 2 * MAX_NOTIFICATIONS);
    }
}
