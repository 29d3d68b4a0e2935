//! What is kept of the table from one start of the program to the next, and what of it has changed.

use std::{
    collections::HashSet,
    mem,
    sync::{Mutex, PoisonError},
};

use porthole_gateway::TokenHash;

use super::{Entry, Table, room::MAX_LINKS};
use crate::{
    DisplayId,
    sharing::{
        links::{LinkId, clock::Now, identity::Identities},
        state::{Changes, Head, Source, State},
    },
};

/// The largest id that is taken from a file. Windows read whole numbers up to 2⁵³, and there must be more for new links; who
/// makes a link each microsecond comes here after a hundred years.
const MAX_KEPT_ID: LinkId = 1 << 52;

/// What has changed since it was last taken to be saved.
#[derive(Default)]
pub(super) struct Dirty {
    /// Links that are new, have changed, or are gone.
    links: HashSet<TokenHash>,
    /// What is not about links.
    head: bool,
    seen: Option<u64>,
    /// What has changed is not told apart any more, and all is to be written: so many links have while nothing could be
    /// saved, or what was read is not what is kept.
    all: bool,
}

impl Dirty {
    pub fn mark(&mut self, token: TokenHash) {
        if !self.all {
            self.links.insert(token);
        }
        if self.links.len() > MAX_LINKS {
            self.links = HashSet::new();
            self.all = true;
        }
    }

    pub fn mark_head(&mut self) {
        self.head = true;
    }

    fn is_empty(&self) -> bool {
        self.links.is_empty() && !self.head && self.seen.is_none() && !self.all
    }
}

impl Table {
    /// The links of an earlier start. One whose id no program has given it, since another has it or no window could
    /// read it, gets a new one.
    pub fn of(state: State) -> Self {
        let ids = state.links.iter().filter_map(|link| link.id);
        let ids = ids.chain([state.last_link]).filter(|id| *id <= MAX_KEPT_ID);
        let mut taken = HashSet::new();
        let mut table = Self {
            port: state.port,
            last: ids.max().unwrap_or_default(),
            displays: Identities::of(state.displays),
            ..Self::default()
        };
        table.dirty.all = state.last_link > MAX_KEPT_ID;
        for link in state.links {
            let known = link.id.filter(|id| *id <= MAX_KEPT_ID && taken.insert(*id));
            let id = known.unwrap_or_else(|| table.next_id());
            let display = link.display_id.clone().unwrap_or_else(|| {
                let of_old = DisplayId::derived(&link.display, "", 0);
                table.displays.remember(of_old.clone(), link.display.clone());
                of_old
            });
            let entry = Entry::of(&link, id, display);
            match entry.is_shut() {
                true => table.links.remove(&link.token),
                false => table.links.insert(link.token, entry),
            };
            // What was made up here has to be written, or the next start would make up something else.
            table.dirty.all |= known.is_none() || link.display_id.is_none();
        }
        table.last_of_earlier = table.last;
        table
    }

    /// Remembers the port that was chosen.
    pub fn set_port(&mut self, port: u16) {
        self.port = Some(port);
        self.dirty.mark_head();
    }

    /// Remembers that all links that could be believed are still alive, after they were looked at.
    pub fn mark_seen(&mut self, now: Now) {
        self.dirty.seen = Some(now.wall / 1000);
    }

    /// Whether something is to be saved.
    pub fn has_changed(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// All that is to be kept from one start to the next.
    fn state(&self) -> State {
        let kept = self.links.iter();
        let kept = kept.filter(|(_, entry)| entry.audience.outlives_us());
        let mut links: Vec<_> = kept
            .map(|(token, entry)| entry.kept(*token, self.name_of(entry)))
            .collect();
        links.sort_by_key(|link| link.id);
        State {
            port: self.port,
            links,
            last_link: self.last,
            displays: self.displays.kept(),
        }
    }

    fn take_changes(&mut self) -> Option<Changes> {
        let Dirty {
            links,
            head,
            seen,
            all,
        } = mem::take(&mut self.dirty);
        if all {
            return None;
        }
        let mut changes = Changes {
            last_link: self.last,
            seen,
            head: head.then(|| Head {
                port: self.port,
                displays: self.displays.kept(),
            }),
            ..Changes::default()
        };
        for token in links {
            match self.links.get(&token) {
                Some(entry) => changes.put.push(entry.kept(token, self.name_of(entry))),
                None => changes.removed.push(token),
            }
        }
        Some(changes)
    }

    fn name_of(&self, entry: &Entry) -> String {
        let display = self.displays.get(entry.display.as_str());
        display.map(|display| display.name.clone()).unwrap_or_default()
    }
}

impl Source for Mutex<Table> {
    fn whole(&self) -> State {
        let mut table = self.lock().unwrap_or_else(PoisonError::into_inner);
        table.dirty = Dirty::default();
        table.state()
    }

    fn changes(&self) -> Option<Changes> {
        self.lock().unwrap_or_else(PoisonError::into_inner).take_changes()
    }
}
