//! Links and visitors: what the command line asks, and how the answers are printed.

use std::time::SystemTime;

use clap::{Args, ValueEnum};
use porthole_core::{
    AskView, LinkView, SessionRights, SessionView, VisitView,
    control::{Ends, LinkStatus, NewLink, SessionStatus, Wish},
};

use super::ages::{age, between, left};

/// A link to be made. What is not said is as `[links]` in the config file says.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct Link {
    /// The display's name in the config file
    name: String,
    /// Visitors may only view the display
    #[arg(long, conflicts_with = "control")]
    view: bool,
    /// Visitors may use keyboard, pointer and clipboard
    #[arg(long)]
    control: bool,
    /// How long it works: 30m, 1h, 7d or forever
    #[arg(long = "for", value_name = "TIME")]
    ends: Option<Ends>,
    /// It opens one session, and then no other
    #[arg(long)]
    once: bool,
    /// Ask about every visitor; see `portholed visitors`
    #[arg(long)]
    ask: bool,
    /// Visitors have to type a PIN, which is printed below the link
    #[arg(long)]
    pin: bool,
    /// The address or name of this machine that the link is to begin with
    #[arg(long, value_name = "HOST")]
    address: Option<String>,
    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// Rights, as they are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Rights {
    /// See the screen only
    View,
    /// Use keyboard, pointer and clipboard, too
    Control,
}

/// An answer to a visitor who waits, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    /// Let the visitor in, with what the link gives
    Allow,
    /// Let the visitor in, to view only
    View,
    /// Turn the visitor away
    Deny,
}

impl From<Link> for Wish {
    fn from(link: Link) -> Self {
        let rights = match (link.view, link.control) {
            (true, _) => Some(SessionRights::View),
            (_, true) => Some(SessionRights::Control),
            _ => None,
        };
        Self {
            display: link.name,
            rights,
            ends: link.ends,
            once: link.once,
            ask: link.ask,
            pin: link.pin,
            address: link.address,
        }
    }
}

impl From<Rights> for SessionRights {
    fn from(rights: Rights) -> Self {
        match rights {
            Rights::View => Self::View,
            Rights::Control => Self::Control,
        }
    }
}

impl Verdict {
    pub fn rights(self) -> Option<SessionRights> {
        match self {
            Self::Allow => Some(SessionRights::Control),
            Self::View => Some(SessionRights::View),
            Self::Deny => None,
        }
    }
}

/// The link on a line of its own, so that a script can take it.
pub fn new_link(made: &NewLink) -> String {
    let pin = made.pin.as_ref().map(|pin| format!("PIN: {pin}\n"));
    format!("{}\n{}", made.url, pin.unwrap_or_default())
}

pub fn links(links: &[LinkStatus], now: SystemTime) -> String {
    let rows = links.iter().map(|of| {
        let words = match (of.orphan_until, &of.link.made_for) {
            (Some(until), _) => {
                let left = left(until, now);
                format!(
                    "opens nothing: the display has left the config; removed in {left}, unless it comes back"
                )
            }
            (None, Some(place)) => {
                format!("opens nothing: it was made for {place}, which this display no longer is")
            }
            (None, None) => link_words(&of.link, now),
        };
        [of.link.id.to_string(), of.display.clone(), words]
    });
    table(rows, "No links\n")
}

pub fn sessions(sessions: &[SessionStatus], now: SystemTime) -> String {
    let rows = sessions.iter().map(|SessionStatus { display, session, .. }| {
        [
            session.id.to_string(),
            display.clone(),
            session_words(session, now),
        ]
    });
    table(rows, "Nobody is connected\n")
}

pub fn visitors(visitors: &[AskView], now: SystemTime) -> String {
    let rows = visitors.iter().map(|visitor| {
        let (address, since) = (&visitor.address, age(visitor.since, now));
        let words = format!("{address} waits for {since}, {}", rights(visitor.rights));
        [visitor.id.to_string(), visitor.display.clone(), words]
    });
    table(rows, "Nobody waits\n")
}

pub fn history(visits: &[VisitView], now: SystemTime) -> String {
    let rows = visits.iter().map(|visit| {
        let came = format!("{} ago", age(visit.last, now));
        [came, visit.display.clone(), visit_words(visit)]
    });
    table(rows, "Nobody came in the last 30 days\n")
}

fn link_words(link: &LinkView, now: SystemTime) -> String {
    let terms = link.terms;
    let ends = link.ends.map_or("until it is revoked".into(), |ends| {
        format!("for {}", left(ends, now))
    });
    let used = match (link.uses, link.last_use) {
        (0, _) | (_, None) => "not used yet".into(),
        (1, Some(last)) => format!("used once, {} ago", age(last, now)),
        (uses, Some(last)) => format!("used {uses} times, the last {} ago", age(last, now)),
    };
    let mut words = vec![rights(terms.rights).to_owned(), ends];
    let further = [
        (terms.once, "for one session"),
        (terms.ask, "asks"),
        (terms.pin, "with a PIN"),
        (!link.shared, "for this machine"),
    ];
    words.extend(
        further
            .iter()
            .filter(|(holds, _)| *holds)
            .map(|(_, text)| (*text).to_owned()),
    );
    words.push(used);
    words.join(", ")
}

fn session_words(session: &SessionView, now: SystemTime) -> String {
    let link = session
        .link
        .map_or(String::new(), |link| format!(", link {link}"));
    format!(
        "{}, {}, for {}, {:.1} MB{link}",
        session.address,
        session.rights.map_or("as its VNC server has it", rights),
        age(session.since, now),
        session.to_viewer as f64 / 1e6,
    )
}

fn visit_words(visit: &VisitView) -> String {
    let stay = match visit.ended {
        Some(ended) => format!("for {}", between(visit.began, ended)),
        None => "end not known".into(),
    };
    let stay = match visit.visits {
        0 | 1 => stay,
        visits => format!("{visits} visits, {stay}"),
    };
    let why = visit
        .why
        .as_deref()
        .map_or(String::new(), |why| format!(": {why}"));
    format!("{}, {}, {stay}{why}", visit.address, rights(visit.rights))
}

fn rights(rights: SessionRights) -> &'static str {
    match rights {
        SessionRights::Control => "control",
        SessionRights::View => "view only",
    }
}

/// Rows of which the last column is as wide as it likes. Text from outside cannot command the terminal.
fn table<const N: usize>(rows: impl Iterator<Item = [String; N]>, empty: &str) -> String {
    let printable = |text: String| text.replace(char::is_control, " ");
    let rows: Vec<_> = rows.map(|row| row.map(printable)).collect();
    if rows.is_empty() {
        return empty.into();
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; N] = std::array::from_fn(|column| width(column).unwrap_or_default());
    let line = |row: &[String; N]| {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(text, width)| format!("{text:width$}  "));
        cells.collect::<String>().trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use porthole_core::Terms;

    use super::*;

    const NOW: u64 = 7_200_000;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(NOW)
    }

    fn link(id: u64) -> LinkView {
        LinkView {
            id,
            terms: Terms::default(),
            created: NOW - 60_000,
            ends: Some(NOW + 59 * 60_000),
            uses: 0,
            last_use: None,
            shared: true,
            made_for: None,
        }
    }

    #[test]
    fn links_are_told_with_their_terms() {
        let strict = LinkView {
            terms: Terms {
                rights: SessionRights::View,
                seconds: None,
                once: true,
                ask: true,
                pin: true,
            },
            ends: None,
            uses: 2,
            last_use: Some(NOW - 60_000),
            shared: false,
            ..link(12)
        };
        let of = |display: &str, link| LinkStatus {
            display: display.into(),
            display_id: "alice".parse().unwrap(),
            orphan_until: None,
            link,
        };
        assert_eq!(
            links(&[of("Alice", strict), of("Ümit B", link(3))], now()),
            "12  Alice   view only, until it is revoked, for one session, asks, with a PIN, for this machine, used 2 \
             times, the last 1 min ago\n3   Ümit B  control, for 59 min, not used yet\n"
        );
        let orphan = LinkStatus {
            orphan_until: Some(NOW + 120_000),
            ..of("Alice", link(4))
        };
        assert_eq!(
            links(&[orphan], now()),
            "4  Alice  opens nothing: the display has left the config; removed in 2 min, unless it comes back\n"
        );
        let suspended = LinkView {
            made_for: Some("desktop of bob".into()),
            ..link(5)
        };
        assert_eq!(
            links(&[of("Alice", suspended)], now()),
            "5  Alice  opens nothing: it was made for desktop of bob, which this display no longer is\n"
        );
        assert_eq!(links(&[], now()), "No links\n");
    }

    #[test]
    fn people_are_told_of() {
        let session = SessionView {
            id: 3,
            address: "192.0.2.1".into(),
            since: NOW - 5000,
            to_viewer: 1_260_000,
            to_server: 5,
            rights: Some(SessionRights::View),
            link: Some(12),
        };
        let sessions_now = [SessionStatus {
            display: "Alice".into(),
            display_id: None,
            session,
        }];
        assert_eq!(
            sessions(&sessions_now, now()),
            "3  Alice  192.0.2.1, view only, for 5 s, 1.3 MB, link 12\n"
        );
        let visitor = AskView {
            id: 1,
            display: "Alice".into(),
            address: "192.0.2.1".into(),
            rights: SessionRights::Control,
            since: NOW - 5000,
        };
        assert_eq!(
            visitors(&[visitor], now()),
            "1  Alice  192.0.2.1 waits for 5 s, control\n"
        );
        let visit = VisitView {
            display: "Alice".into(),
            display_id: None,
            address: "192.0.2.1".into(),
            rights: SessionRights::Control,
            visits: 1,
            began: NOW - 60_000,
            last: NOW - 60_000,
            ended: Some(NOW - 50_000),
            code: Some(4004),
            why: Some("The server says \u{1b}[2J.".into()),
        };
        assert_eq!(
            history(std::slice::from_ref(&visit), now()),
            "1 min ago  Alice  192.0.2.1, control, for 10 s: The server says  [2J.\n"
        );
        let often = VisitView {
            visits: 12,
            why: None,
            ..visit
        };
        assert_eq!(
            history(&[often], now()),
            "1 min ago  Alice  192.0.2.1, control, 12 visits, for 10 s\n"
        );
    }
}
