//! Which display is which, from one version of the config to the next. Does no I/O, and is told what time it is.
//!
//! An id that the person wrote says it. Of the others the program remembers name and place, and knows them again by both,
//! or as renamed: the same place under a new name, where nothing else can be meant. In doubt a display is a new one: a
//! link opens the place that it was made for, or nothing.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::{
    clock::Now,
    life::{Fares, Life},
};
use crate::{
    DisplayId,
    config::Display,
    sharing::state::{Gone, KnownDisplay},
};

/// How long a display that has left the config is remembered, in seconds: an entry that is taken out by mistake, or
/// moved in two steps, comes back with its links.
pub(super) const GRACE_SECONDS: u64 = 10 * 60;

/// The displays of the config, and those that have left it not long ago.
#[derive(Default)]
pub(super) struct Identities(HashMap<DisplayId, Known>);

/// A display that is known.
pub(super) struct Known {
    pub name: String,
    /// As [`Place::identity`](crate::config::Place::identity) has it.
    pub place: String,
    pub standing: Standing,
}

/// How a display stands to the config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It was in the config when the program was last there; no config has been put in force since.
    Remembered,
    /// It is in the config in force. Where its id is `written`, the person decides where its links lead.
    InConfig { written: bool },
    /// It has left the config. When this is over, it is forgotten with its links.
    Gone(Life),
}

impl Identities {
    /// The displays of an earlier start.
    pub fn of(kept: Vec<KnownDisplay>) -> Self {
        let known = |KnownDisplay {
                         id,
                         name,
                         place,
                         gone,
                     }| {
            let standing = gone.map_or(Standing::Remembered, |Gone { ends, seen }| {
                Standing::Gone(Life::kept(ends.saturating_mul(1000), seen.saturating_mul(1000)))
            });
            let known = Known {
                name,
                place,
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
            gone: match known.standing {
                Standing::Gone(life) => Some(Gone {
                    ends: life.ends() / 1000,
                    seen: life.seen() / 1000,
                }),
                Standing::Remembered | Standing::InConfig { .. } => None,
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
        let (place, standing) = (String::new(), Standing::Remembered);
        self.0.entry(id).or_insert(Known {
            name,
            place,
            standing,
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
        self.0.get(id).is_some_and(|known| match known.standing {
            Standing::InConfig { written } => written || known.place == place,
            Standing::Remembered | Standing::Gone(_) => false,
        })
    }

    /// Gives the displays of a config their ids, and takes them for those that there are.
    pub fn put_in_force(&mut self, displays: &mut [Display], now: Now) {
        self.name(displays);
        let mut here: HashMap<_, _> = displays.iter().map(|display| (&display.id, display)).collect();
        for (id, known) in &mut self.0 {
            match (here.remove(id), known.standing) {
                (Some(display), _) => *known = Known::of(display),
                (None, Standing::Gone(_)) => {}
                (None, _) => known.standing = Standing::Gone(Life::of(GRACE_SECONDS, now)),
            }
        }
        let new = here
            .into_values()
            .map(|display| (display.id.clone(), Known::of(display)));
        self.0.extend(new.collect::<Vec<_>>());
    }

    /// Gives each display the id that it has: what is written first, then what is known, then a new one.
    fn name(&self, displays: &mut [Display]) {
        let written = displays.iter().filter(|display| display.id_is_written);
        let mut taken: HashSet<DisplayId> = written.map(|display| display.id.clone()).collect();
        let mut open: Vec<&mut Display> = Vec::new();
        let names: HashSet<String> = displays.iter().map(|display| display.name.clone()).collect();
        for display in displays.iter_mut().filter(|display| !display.id_is_written) {
            match self.same(display, &taken) {
                Some(id) => {
                    taken.insert(id.clone());
                    display.id = id;
                }
                None => open.push(display),
            }
        }
        let renamed: Vec<_> = open
            .iter()
            .map(|display| self.renamed(display, &open, &names, &taken))
            .collect();
        taken.extend(renamed.iter().flatten().cloned());
        for (display, renamed) in open.into_iter().zip(renamed) {
            display.id = renamed.unwrap_or_else(|| self.new_id(display, &taken));
            taken.insert(display.id.clone());
        }
    }

    /// The known display of the same name and place: one that is there, or else the only one that is gone.
    fn same(&self, display: &Display, taken: &HashSet<DisplayId>) -> Option<DisplayId> {
        let place = display.place.identity();
        let same = |(id, known): &(&DisplayId, &Known)| {
            known.name == display.name && known.place == place && !taken.contains(*id)
        };
        let (gone, there): (Vec<_>, Vec<_>) =
            self.0.iter().filter(same).partition(|(_, known)| known.is_gone());
        only(there).or_else(|| only(gone)).map(|(id, _)| id.clone())
    }

    /// The known display of the same place that is called so now, if none other can be meant.
    fn renamed(
        &self,
        display: &Display,
        open: &[&mut Display],
        names: &HashSet<String>,
        taken: &HashSet<DisplayId>,
    ) -> Option<DisplayId> {
        let place = display.place.identity();
        let before = self
            .0
            .iter()
            .filter(|(id, known)| known.place == place && !known.is_gone() && !taken.contains(*id));
        let (id, known) = only(before.collect())?;
        let here = open
            .iter()
            .filter(|other| other.place.identity() == place)
            .count();
        (here == 1 && !names.contains(&known.name)).then(|| id.clone())
    }

    fn new_id(&self, display: &Display, taken: &HashSet<DisplayId>) -> DisplayId {
        let place = display.place.identity();
        let mut ids = (0..).map(|number| DisplayId::derived(&display.name, &place, number));
        ids.find(|id| !taken.contains(id) && !self.0.contains_key(id))
            .unwrap_or_else(|| display.id.clone())
    }

    /// Forgets those whose grace is over, and says which.
    pub fn expire(&mut self, now: Now) -> Vec<DisplayId> {
        let over = self.0.extract_if(|_, known| match &mut known.standing {
            Standing::Gone(life) => life.look(now) == Fares::Over,
            Standing::Remembered | Standing::InConfig { .. } => false,
        });
        over.map(|(id, _)| id).collect()
    }

    /// How long until the next of them is forgotten.
    pub fn next_end(&mut self, now: Now) -> Option<std::time::Duration> {
        let lives = self.0.values_mut().filter_map(|known| match &mut known.standing {
            Standing::Gone(life) => Some(life.left(now)),
            Standing::Remembered | Standing::InConfig { .. } => None,
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
            Standing::Gone(life) => Some((id, known, life.ends())),
            Standing::Remembered | Standing::InConfig { .. } => None,
        })
    }
}

impl Known {
    fn of(display: &Display) -> Self {
        Self {
            name: display.name.clone(),
            place: display.place.identity(),
            standing: Standing::InConfig {
                written: display.id_is_written,
            },
        }
    }

    fn is_gone(&self) -> bool {
        matches!(self.standing, Standing::Gone(_))
    }
}

fn only<T>(mut all: Vec<T>) -> Option<T> {
    let last = all.pop();
    last.filter(|_| all.is_empty())
}
