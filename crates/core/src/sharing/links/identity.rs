//! Which display is which, from one version of the config to the next. Does no I/O, and is told what time it is.
//!
//! An id in the config file says it. Of displays without one the program remembers name and place, and knows them again by
//! both, or as renamed: the same place under a new name, where nothing else can be meant. In doubt a display is a new one.
//!
//! Whatever comes of that, a link opens the place that it was made for, or nothing: also where an id says that the display
//! is the same (see docs/decisions/0012-links-and-places.md).

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::{
    clock::Now,
    expiry::{Expiry, LifeStatus},
};
use crate::{
    DisplayId,
    config::Display,
    model::milliseconds::from_seconds,
    sharing::state::{Gone, KnownDisplay},
};

/// How long a display that has left the config is remembered, in seconds: an entry that is taken out by mistake, or
/// moved in two steps, comes back with its links.
pub(super) const GRACE_SECONDS: u64 = 10 * 60;

/// So many former ids of a display are remembered.
const MAX_FORMER_IDS: usize = 8;

/// The displays of the config, and those that have left it not long ago.
#[derive(Default)]
pub(super) struct Identities(HashMap<DisplayId, Known>);

/// A display that is known.
pub(super) struct Known {
    pub name: String,
    /// As [`Place::identity`](crate::config::Place::identity) has it.
    pub place: String,
    /// As [`Place::launch`](crate::config::Place::launch) has it.
    launch: String,
    /// Ids that it had before another was written into its entry: its running desktop may still call itself so.
    former_ids: Vec<DisplayId>,
    pub standing: Standing,
}

/// How a display stands to the config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It was in the config when the program was last there; no config has been put in force since.
    Remembered,
    /// It is in the config in force.
    InConfig,
    /// It has left the config. When this is over, it is forgotten with its links.
    Gone(Expiry),
}

impl Identities {
    /// The displays of an earlier start.
    pub fn of(kept: Vec<KnownDisplay>) -> Self {
        let known = |KnownDisplay {
                         id,
                         name,
                         place,
                         launch,
                         former_ids,
                         gone,
                     }| {
            let standing = gone.map_or(Standing::Remembered, |Gone { ends, seen }| {
                Standing::Gone(Expiry::kept(from_seconds(ends), from_seconds(seen)))
            });
            let known = Known {
                name,
                place,
                launch,
                former_ids,
                standing,
            };
            (id, known)
        };
        Self(kept.into_iter().map(known).collect())
    }

    /// What is to be kept from one start to the next, always in the same order.
    pub fn kept(&self) -> Vec<KnownDisplay> {
        let kept = self.0.iter().map(|(id, known)| KnownDisplay {
            id: id.clone(),
            name: known.name.clone(),
            place: known.place.clone(),
            launch: known.launch.clone(),
            former_ids: known.former_ids.clone(),
            gone: match known.standing {
                Standing::Gone(expiry) => Some(Gone {
                    ends: expiry.ends() / 1000,
                    seen: expiry.seen() / 1000,
                }),
                Standing::Remembered | Standing::InConfig => None,
            },
        });
        let mut kept: Vec<_> = kept.collect();
        kept.sort_by(|one, other| one.id.cmp(&other.id));
        kept
    }

    pub fn get(&self, id: &str) -> Option<&Known> {
        self.0.get(id)
    }

    /// A display that the config may still turn out to have, since it was there once.
    pub fn remember(&mut self, id: DisplayId, name: String) {
        self.0.entry(id).or_insert(Known {
            name,
            place: String::new(),
            launch: String::new(),
            former_ids: Vec::new(),
            standing: Standing::Remembered,
        });
    }

    /// Those of which nothing but the name is known, before a config is first put in force.
    pub fn without_place(&self) -> Vec<(DisplayId, String)> {
        let without = self
            .0
            .iter()
            .filter(|(_, known)| known.place.is_empty() && known.standing == Standing::Remembered);
        without
            .map(|(id, known)| (id.clone(), known.name.clone()))
            .collect()
    }

    /// Whether a link that was made for a place of this display opens it now.
    pub fn opens(&self, id: &str, place: &str) -> bool {
        self.is_in_config(id) && self.0.get(id).is_some_and(|known| known.place == place)
    }

    /// Whether the config in force has a display with this id.
    pub fn is_in_config(&self, id: &str) -> bool {
        let known = self.0.get(id);
        known.is_some_and(|known| known.standing == Standing::InConfig)
    }

    /// Gives the displays of a config their ids, and takes them for those that there are. Returns which id has become
    /// which, because another was written into the entry: links go on with the display.
    pub fn put_in_force(&mut self, displays: &mut [Display], now: Now) -> Vec<(DisplayId, DisplayId)> {
        let moved = self.name(displays);
        let mut former: HashMap<DisplayId, Vec<DisplayId>> = HashMap::new();
        for (old, new) in &moved {
            let known = self.0.remove(old);
            let before = known.map(|known| known.former_ids).unwrap_or_default();
            former.insert(new.clone(), [before, vec![old.clone()]].concat());
        }
        let here: HashSet<DisplayId> = displays.iter().map(|display| display.id.clone()).collect();
        for (_, known) in self.0.iter_mut().filter(|(id, _)| !here.contains(*id)) {
            if !known.is_gone() {
                known.standing = Standing::Gone(Expiry::of(GRACE_SECONDS, now));
            }
        }
        for display in displays {
            let known = self.0.remove(&display.id);
            let mut ids = known.map(|known| known.former_ids).unwrap_or_default();
            ids.extend(former.remove(&display.id).unwrap_or_default());
            ids.retain(|id| !here.contains(id));
            ids.drain(..ids.len().saturating_sub(MAX_FORMER_IDS));
            display.former_ids = ids;
            self.0.insert(display.id.clone(), Known::of(display));
        }
        moved
    }

    /// Gives each display the id that it has: what is written first, then what is known, then a new one. Returns which
    /// id has become which.
    fn name(&self, displays: &mut [Display]) -> Vec<(DisplayId, DisplayId)> {
        let entries: Vec<Entry> = displays.iter().map(Entry::of).collect();
        let written = displays.iter().filter(|display| display.id_is_written);
        let mut taken: HashSet<DisplayId> = written.map(|display| display.id.clone()).collect();
        let (mut open, mut moved) = (Vec::new(), Vec::new());
        for (display, entry) in displays.iter_mut().zip(&entries) {
            match (self.same(entry, &entries, &taken), display.id_is_written) {
                (Some(id), true) if !self.is_there(&display.id) => {
                    taken.insert(id.clone());
                    moved.push((id, display.id.clone()));
                }
                (Some(id), false) => {
                    taken.insert(id.clone());
                    display.id = id;
                }
                (_, true) => {}
                (None, false) => open.push((display, entry)),
            }
        }
        let without: Vec<&Entry> = open.iter().map(|(_, entry)| *entry).collect();
        let renamed: Vec<_> = without
            .iter()
            .map(|entry| self.renamed(entry, &without, &entries, &taken))
            .collect();
        taken.extend(renamed.iter().flatten().cloned());
        for ((display, entry), renamed) in open.into_iter().zip(renamed) {
            display.id = renamed
                .or_else(|| self.new_id(entry, &taken))
                .unwrap_or_else(|| display.id.clone());
            taken.insert(display.id.clone());
        }
        moved
    }

    /// Whether there is a display with this id, and it has not left the config.
    fn is_there(&self, id: &DisplayId) -> bool {
        self.0.get(id).is_some_and(|known| !known.is_gone())
    }

    /// Whether the display with this id has the name and the place that an entry says.
    fn is_same(&self, id: &DisplayId, entry: &Entry) -> bool {
        let known = self.0.get(id);
        known.is_some_and(|known| known.name == entry.name && known.place == entry.place)
    }

    /// The known display of the same name and place: one that is there, or else the only one that is gone.
    fn same(&self, entry: &Entry, entries: &[Entry], taken: &HashSet<DisplayId>) -> Option<DisplayId> {
        let same = |(id, _): &(&DisplayId, &Known)| self.is_same(id, entry) && !taken.contains(*id);
        let (gone, there): (Vec<_>, Vec<_>) =
            self.0.iter().filter(same).partition(|(_, known)| known.is_gone());
        let (id, known) = only(there).or_else(|| only(gone))?;
        let is_other = known.launch != entry.launch && self.is_started_like_another(entry, entries);
        (!is_other).then(|| id.clone())
    }

    /// Whether an entry starts its desktop exactly as one of another name has done, of the same user, that is no longer
    /// in the config as it was: the two may have changed their names.
    fn is_started_like_another(&self, entry: &Entry, entries: &[Entry]) -> bool {
        let mut others = self
            .0
            .values()
            .filter(|known| known.is_started_like(entry) && known.name != entry.name && !known.is_gone());
        others.any(|other| {
            let stays = |entry: &Entry| other.is_started_like(entry) && entry.name == other.name;
            !entries.iter().any(stays)
        })
    }

    /// The known display of the same place that is called so now, if none other can be meant.
    ///
    /// A VNC server is the same under any name. Desktops of one user are told apart by how they are started; of those
    /// that are alike in this, too, a new name may be that of a new one.
    fn renamed(
        &self,
        entry: &Entry,
        without: &[&Entry],
        entries: &[Entry],
        taken: &HashSet<DisplayId>,
    ) -> Option<DisplayId> {
        let is_desktop = !entry.launch.is_empty();
        let alike = |other: &Entry| other.place == entry.place && other.launch == entry.launch;
        let before = self.0.iter().filter(|(id, known)| {
            let counts = is_desktop || !taken.contains(*id);
            known.is_started_like(entry) && !known.is_gone() && counts
        });
        let (id, known) = only(before.collect()).filter(|(id, _)| !taken.contains(*id))?;
        let here = match is_desktop {
            true => entries.iter().filter(|other| alike(other)).count(),
            false => without.iter().filter(|other| alike(other)).count(),
        };
        let name_is_free = entries.iter().all(|entry| entry.name != known.name);
        let mut there = self.0.values().filter(|known| !known.is_gone());
        let is_anothers_name = is_desktop && there.any(|known| known.name == entry.name);
        (here == 1 && name_is_free && !is_anothers_name).then(|| id.clone())
    }

    /// An id that no display has or had, as far as is known.
    fn new_id(&self, entry: &Entry, taken: &HashSet<DisplayId>) -> Option<DisplayId> {
        let had = |id: &DisplayId| self.0.values().any(|known| known.former_ids.contains(id));
        let mut ids = (0..).map(|number| DisplayId::derived(&entry.name, &entry.place, number));
        ids.find(|id| !taken.contains(id) && !self.0.contains_key(id) && !had(id))
    }

    /// Forgets those whose grace is over, and says which.
    pub fn expire(&mut self, now: Now) -> Vec<DisplayId> {
        let over = self.0.extract_if(|_, known| match &mut known.standing {
            Standing::Gone(expiry) => expiry.look(now) == LifeStatus::Over,
            Standing::Remembered | Standing::InConfig => false,
        });
        over.map(|(id, _)| id).collect()
    }

    /// How long until the next of them is forgotten.
    pub fn next_end(&mut self, now: Now) -> Option<std::time::Duration> {
        let lives = self.0.values_mut().filter_map(|known| match &mut known.standing {
            Standing::Gone(expiry) => Some(expiry.left(now)),
            Standing::Remembered | Standing::InConfig => None,
        });
        lives.min()
    }

    /// Forgets a display.
    pub fn forget(&mut self, id: &str) {
        self.0.remove(id);
    }

    /// Those that have left the config, and when they are forgotten, in milliseconds since 1970 (UTC).
    pub fn gone(&self) -> impl Iterator<Item = (&DisplayId, &Known, u64)> {
        self.0.iter().filter_map(|(id, known)| match known.standing {
            Standing::Gone(expiry) => Some((id, known, expiry.ends())),
            Standing::Remembered | Standing::InConfig => None,
        })
    }
}

impl Known {
    fn of(display: &Display) -> Self {
        Self {
            name: display.name.clone(),
            place: display.place.identity(),
            launch: display.place.launch(),
            former_ids: display.former_ids.clone(),
            standing: Standing::InConfig,
        }
    }

    fn is_gone(&self) -> bool {
        matches!(self.standing, Standing::Gone(_))
    }

    /// Whether it is at the same place, and started in the same way if Porthole starts it.
    fn is_started_like(&self, entry: &Entry) -> bool {
        self.place == entry.place && self.launch == entry.launch
    }
}

/// What a config says of a display, besides its id.
struct Entry {
    name: String,
    place: String,
    launch: String,
}

impl Entry {
    fn of(display: &Display) -> Self {
        Self {
            name: display.name.clone(),
            place: display.place.identity(),
            launch: display.place.launch(),
        }
    }
}

fn only<T>(mut all: Vec<T>) -> Option<T> {
    let last = all.pop();
    last.filter(|_| all.is_empty())
}
