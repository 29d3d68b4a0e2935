//! Visits that follow each other closely, as one line; and as many lines as are kept, so that no link displaces others.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::event::{Event, What, Why};
use crate::{
    DisplayId, SessionRights, VisitView, model::milliseconds::in_milliseconds, sharing::links::LinkId,
};

/// A visit that begins so soon after the last one of its link and address is counted with it.
const FOLD_WINDOW: Duration = Duration::from_secs(10 * 60);

/// So many lines are kept at most.
pub(super) const MAX_LINES: usize = 4000;

/// Visits by one link from one address that followed each other closely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Visits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    pub display: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_id: Option<DisplayId>,
    /// The visitor's address, or the network of 64 bits if there were several of it.
    pub address: String,
    pub rights: SessionRights,
    pub count: u32,
    /// When the first one began. Times are in milliseconds since 1970 (UTC).
    pub first: u64,
    /// When the last one began.
    pub last: u64,
    /// When one of them last ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<u64>,
    /// Why that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// The visits of which no end is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
}

/// Whose visits are counted together.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Visitor {
    link: Option<LinkId>,
    /// Its id, or for visits of the first versions its name.
    display: String,
    address: String,
    rights: SessionRights,
}

/// The lines that events make, in their order.
#[derive(Clone, Default)]
pub(super) struct Fold {
    lines: BTreeMap<u64, Visits>,
    next: u64,
    latest: HashMap<Visitor, u64>,
    /// The lines of the visits that have not ended.
    open: HashMap<String, u64>,
    /// The run of the program that the last visit was in: those of earlier ones have no end any more.
    run: String,
}

impl Fold {
    /// Adds the next event.
    pub fn add(&mut self, event: Event) {
        let Event { visit, at, what } = event;
        match what {
            What::Began {
                link,
                display,
                display_id,
                address,
                rights,
            } => self.begin(
                visit,
                Visits {
                    link,
                    display,
                    display_id,
                    address,
                    rights,
                    count: 1,
                    first: at,
                    last: at,
                    ended: None,
                    why: None,
                    open: Vec::new(),
                },
            ),
            What::Ended { why } => self.end(&visit, at, why),
            What::Visits(visits) => {
                self.insert(visits);
            }
        }
        if self.lines.len() >= 2 * MAX_LINES {
            self.keep(MAX_LINES);
        }
    }

    fn begin(&mut self, visit: String, new: Visits) {
        if run_of(&visit) != self.run {
            self.run = run_of(&visit).to_owned();
            for number in self.open.drain().map(|(_, number)| number) {
                if let Some(line) = self.lines.get_mut(&number) {
                    line.open.clear();
                }
            }
        }
        let number = match self.latest.get(&Visitor::of(&new)).copied() {
            Some(number)
                if self
                    .lines
                    .get(&number)
                    .is_some_and(|line| line.goes_on_with(&new)) =>
            {
                number
            }
            _ => self.insert(Visits {
                count: 0,
                ..new.clone()
            }),
        };
        if let Some(line) = self.lines.get_mut(&number) {
            line.count = line.count.saturating_add(1);
            line.last = new.last;
            if line.address != new.address {
                line.address = network(&new.address);
            }
            line.open.push(visit.clone());
            self.open.insert(visit, number);
        }
    }

    fn insert(&mut self, visits: Visits) -> u64 {
        let number = self.next;
        self.next += 1;
        self.latest.insert(Visitor::of(&visits), number);
        if let Some(visit) = visits.open.first() {
            self.run = run_of(visit).to_owned();
        }
        self.open
            .extend(visits.open.iter().map(|visit| (visit.clone(), number)));
        self.lines.insert(number, visits);
        number
    }

    /// Of a visit that was so long that its beginning is forgotten, nothing is told.
    fn end(&mut self, visit: &str, at: u64, why: Why) {
        let number = self.open.remove(visit);
        if let Some(line) = number.and_then(|number| self.lines.get_mut(&number)) {
            line.open.retain(|open| open != visit);
            line.ended = Some(at);
            line.why = Some(why);
        }
    }

    /// Forgets the lines of which nothing happened since `oldest`.
    pub fn forget_before(&mut self, oldest: u64) {
        self.retain(|line| line.last.max(line.ended.unwrap_or_default()) >= oldest);
    }

    /// Keeps at most `most` lines: the latest of each link, of all as many, so that those with few lose none.
    pub fn keep(&mut self, most: usize) {
        if self.lines.len() <= most {
            return;
        }
        let of = |line: &Visits| (line.link, line.display_key());
        let mut counts: HashMap<_, usize> = HashMap::new();
        for line in self.lines.values() {
            *counts.entry(of(line)).or_default() += 1;
        }
        let share = share(counts.values().copied().collect(), most);
        self.retain(|line| {
            let left = counts.entry(of(line)).or_default();
            *left -= 1;
            *left < share
        });
    }

    fn retain(&mut self, keep: impl FnMut(&Visits) -> bool) {
        let mut keep = keep;
        self.lines.retain(|_, line| keep(line));
        let lines = &self.lines;
        self.latest.retain(|_, number| lines.contains_key(number));
        self.open.retain(|_, number| lines.contains_key(number));
    }

    /// The lines as they are written.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        self.lines.values().map(|visits| Event {
            visit: String::new(),
            at: visits.last,
            what: What::Visits(visits.clone()),
        })
    }

    /// The lines, the latest first.
    pub fn latest_first(self) -> Vec<Visits> {
        let mut lines: Vec<_> = self.lines.into_values().rev().collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.last));
        lines
    }

    /// The lines as people read them, the latest first.
    #[cfg(any(test, fuzzing))]
    pub fn views(self) -> Vec<VisitView> {
        self.latest_first().into_iter().map(Visits::view).collect()
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.lines.len()
    }
}

impl Visits {
    fn goes_on_with(&self, new: &Self) -> bool {
        let last = self.last.max(self.ended.unwrap_or_default());
        !self.open.is_empty() || new.first.saturating_sub(last) <= in_milliseconds(FOLD_WINDOW)
    }

    fn display_key(&self) -> String {
        let id = self.display_id.as_ref().map(ToString::to_string);
        id.unwrap_or_else(|| self.display.clone())
    }

    /// As people read it, in the language that is spoken here.
    pub fn view(self) -> VisitView {
        let lasts = !self.open.is_empty();
        let why = self.why.filter(|_| !lasts);
        VisitView {
            display: self.display,
            display_id: self.display_id,
            address: self.address,
            rights: self.rights,
            visits: self.count,
            began: self.first,
            last: self.last,
            ended: self.ended.filter(|_| !lasts),
            code: why.as_ref().and_then(Why::code),
            why: why.as_ref().map(Why::told),
        }
    }
}

impl Visitor {
    fn of(visits: &Visits) -> Self {
        Self {
            link: visits.link,
            display: visits.display_key(),
            address: network(&visits.address),
            rights: visits.rights,
        }
    }
}

/// A visit's name begins with the run of the program that it was in.
fn run_of(visit: &str) -> &str {
    visit.split('-').next().unwrap_or_default()
}

/// A household has an IPv4 address, or a network of 64 bits; an address that is written otherwise is itself.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            let network = Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX));
            format!("{network}/64")
        }
        _ => address.to_owned(),
    }
}

/// Of how many each may keep at most, so that all together keep no more than `most`.
fn share(mut counts: Vec<usize>, most: usize) -> usize {
    counts.sort_unstable();
    let (mut left, mut others) = (most, counts.len());
    for count in counts {
        if count * others > left {
            break;
        }
        left -= count;
        others -= 1;
    }
    left / others.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn began(visit: &str, at: u64, link: LinkId, address: &str) -> Event {
        Event {
            visit: visit.into(),
            at,
            what: What::Began {
                link: Some(link),
                display: "Alice".into(),
                display_id: Some("alice".parse().unwrap()),
                address: address.into(),
                rights: SessionRights::View,
            },
        }
    }

    fn ended(visit: &str, at: u64) -> Event {
        Event {
            visit: visit.into(),
            at,
            what: What::Ended {
                why: Why::Sentence("Target closed.".into()),
            },
        }
    }

    fn fold(events: impl IntoIterator<Item = Event>) -> Fold {
        let mut fold = Fold::default();
        events.into_iter().for_each(|event| fold.add(event));
        fold
    }

    #[test]
    fn short_visits_are_one_line_with_its_count_and_others_stand_beside_it() {
        let short = (0..13_000u64).flat_map(|n| {
            let visit = format!("1-{n}");
            [
                began(&visit, n * 100, 7, "192.0.2.1"),
                ended(&visit, n * 100 + 50),
            ]
        });
        let other = [began("1-a", 5, 8, "192.0.2.1"), began("1-b", 6, 7, "192.0.2.2")];
        let views = fold(other.into_iter().chain(short)).views();
        assert_eq!(views.len(), 3);
        let line = &views[0];
        assert_eq!(
            (line.visits, line.began, line.last, line.ended),
            (13_000, 0, 1_299_900, Some(1_299_950))
        );
        assert_eq!((views[1].visits, views[1].ended), (1, None));
    }

    #[test]
    fn a_line_ends_with_the_last_visit_and_a_new_one_begins_after_a_while() {
        let mut fold = fold([
            began("1-1", 0, 7, "2001:db8::1"),
            began("1-2", 10, 7, "2001:db8::2"),
            ended("1-1", 20),
        ]);
        let hour = 3_600_000;
        // It lasts, so another is counted with it however late.
        fold.add(began("1-3", hour, 7, "2001:db8::1"));
        fold.add(ended("1-2", hour + 1));
        fold.add(ended("1-3", hour + 2));
        fold.add(ended("1-4", hour + 3));
        fold.add(began("1-5", 2 * hour, 7, "2001:db8::3"));
        let views = fold.views();
        let told: Vec<_> = views
            .iter()
            .map(|view| (&*view.address, view.visits, view.ended))
            .collect();
        assert_eq!(
            told,
            [("2001:db8::3", 1, None), ("2001:db8::/64", 3, Some(hour + 2))]
        );
    }

    #[test]
    fn what_is_written_goes_on_as_if_it_had_never_been() {
        let events = [
            began("1-1", 0, 7, "2001:db8::1"),
            began("1-2", 10, 7, "2001:db8::2"),
            ended("1-1", 20),
            began("1-3", 30, 9, "192.0.2.1"),
            ended("1-2", 40),
            began("1-4", 50, 7, "2001:db8::5"),
            ended("1-3", 60),
            began("2-1", 70, 7, "2001:db8::1"),
        ];
        let whole = fold(events.clone()).views();
        for at in 0..=events.len() {
            let (before, after) = events.split_at(at);
            let written: Vec<_> = fold(before.to_vec()).events().collect();
            let again = fold(written.into_iter().chain(after.to_vec()));
            assert_eq!(again.views(), whole, "{at}");
        }
    }

    #[test]
    fn a_link_with_many_lines_takes_none_from_those_with_few() {
        // As many addresses as the visitor likes.
        let many = |link, from: u32, count: u32| {
            (from..from + count).map(move |n| {
                let address = std::net::Ipv4Addr::from(n).to_string();
                began(&format!("1-{link}-{n}"), n.into(), link, &address)
            })
        };
        let mut fold = fold(many(1, 0, 10).chain(many(2, 0, 300)).chain(many(3, 0, 50_000)));
        assert!(fold.len() < 2 * MAX_LINES);
        fold.keep(MAX_LINES);
        assert_eq!(fold.len(), MAX_LINES);
        let of = |fold: &Fold, link| fold.lines.values().filter(|line| line.link == Some(link)).count();
        assert_eq!((of(&fold, 1), of(&fold, 2)), (10, 300));
        let last = fold.lines.values().next_back().unwrap();
        assert_eq!(last.last, 49_999);
        fold.keep(100);
        assert_eq!([of(&fold, 1), of(&fold, 2), of(&fold, 3)], [10, 45, 45]);
        fold.forget_before(49_990);
        assert_eq!((of(&fold, 1), fold.len()), (0, 10));
        assert_eq!((fold.latest.len(), fold.open.len()), (10, 10));
    }
}
