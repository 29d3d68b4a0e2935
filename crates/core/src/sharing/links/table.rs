//! Which links there are. Does no I/O, and is told what time it is.

mod entry;
mod keeping;
mod room;

use std::{collections::HashMap, time::Duration};

use porthole_gateway::{CloseReason, Pin, Token, TokenHash};

use super::{
    Audience, LinkId, LinksSummary, Orphan, TooMany,
    clock::Now,
    expiry::{Expiry, LifeStatus},
    identity::{Identities, Known},
    pin::PinHash,
};
use crate::{DisplayId, LinkView, Terms, config::Display};
use entry::Entry;
use keeping::Dirty;

pub(super) use room::Limits;
#[cfg(test)]
pub(super) use room::MAX_WINDOW_LINKS_PER_DISPLAY;

/// All links.
#[derive(Default)]
pub(super) struct Table {
    port: Option<u16>,
    /// The displays: links of those that are not in the config open nothing.
    pub displays: Identities,
    links: HashMap<TokenHash, Entry>,
    /// The id that was given last. None is given twice, so that to revoke one can never meet another.
    last: LinkId,
    /// The last that an earlier start of the program gave.
    last_of_earlier: LinkId,
    /// How many links can be kept, of one display and in all.
    limits: Limits,
    /// What is to be saved of all this.
    dirty: Dirty,
}

/// A session that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Begun {
    /// For whom its link is.
    pub audience: Audience,
    /// It is the link's first.
    pub is_first: bool,
}

/// What a link opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub display: DisplayId,
    /// What tells the place that it was made for from others.
    pub place: String,
    pub audience: Audience,
    pub terms: Terms,
    /// How long it works still; `None`: until somebody revokes it.
    pub left: Option<Duration>,
}

/// A link to be made.
pub(super) struct NewLink<'a> {
    pub display: &'a DisplayId,
    /// What tells its place from others.
    pub place: String,
    pub terms: Terms,
    pub audience: Audience,
    pub pin: Option<PinHash>,
}

impl Table {
    /// Adds a link, and says which one of a window's had to make room for it.
    ///
    /// # Errors
    /// There are too many already: no link that was given out ends because another is made.
    pub fn insert(
        &mut self,
        token: TokenHash,
        new: NewLink<'_>,
        now: Now,
    ) -> Result<(LinkId, Option<TokenHash>), TooMany> {
        if new.audience.outlives_us() {
            self.has_room(new.display)?;
        }
        let id = self.next_id();
        let terms = Terms {
            pin: new.pin.is_some(),
            ..new.terms
        };
        let entry = Entry {
            id,
            display: new.display.clone(),
            place: new.place,
            terms,
            audience: new.audience,
            created: now.wall,
            expiry: terms.seconds.map(|seconds| Expiry::of(seconds, now)),
            pin: new.pin,
            wrong_pins: 0,
            uses: 0,
            last_use: None,
            visits: 0,
        };
        self.links.insert(token, entry);
        if new.audience.outlives_us() {
            self.dirty.mark(token);
        }
        let gone = match new.audience {
            Audience::Window => self.make_room(new.display),
            _ => None,
        };
        Ok((id, gone))
    }

    /// Takes out the links that earlier starts of the program have made for this machine and nobody has used. Whoever
    /// uses one comes back by it after a restart, until its end.
    pub fn retire_links_of_starts(&mut self) -> Vec<TokenHash> {
        let last = self.last_of_earlier;
        self.take_out(|entry| entry.audience == Audience::Start && entry.uses == 0 && entry.id <= last)
    }

    /// What a token opens.
    pub fn open(&mut self, token: TokenHash, now: Now) -> Option<Opened> {
        let entry = self.links.get_mut(&token)?;
        let (fares, moved) = entry.look(now);
        if moved && entry.audience.outlives_us() {
            self.dirty.mark(token);
        }
        let left = match fares {
            None => None,
            Some(LifeStatus::Works(left)) => Some(left),
            Some(LifeStatus::Waits | LifeStatus::Over) => return None,
        };
        let opens = !entry.is_shut() && self.displays.opens(entry.display.as_str(), &entry.place);
        opens.then(|| Opened {
            display: entry.display.clone(),
            place: entry.place.clone(),
            audience: entry.audience,
            terms: entry.terms,
            left,
        })
    }

    /// Whether a visitor has shown the right PIN, if one is wanted.
    pub fn try_pin(&mut self, token: &Token, shown: Option<&Pin>, now: Now) -> Result<(), CloseReason> {
        let opened = self.open(token.hash(), now).ok_or(CloseReason::NoSuchLink)?;
        if !opened.terms.pin {
            return Ok(());
        }
        let shown = shown.ok_or(CloseReason::PinWanted)?;
        let entry = self.links.get_mut(&token.hash()).ok_or(CloseReason::NoSuchLink)?;
        if entry.pin == Some(PinHash::of(shown.expose(), token)) {
            return Ok(());
        }
        entry.wrong_pins += 1;
        self.dirty.mark(token.hash());
        if entry.is_over() {
            self.links.remove(&token.hash());
        }
        Err(CloseReason::WrongPin)
    }

    /// Lets a visitor in, unless the link opens nothing any more. [`Table::leave`] has to follow. Says which link it is,
    /// and whether it is for one session.
    pub fn enter(&mut self, token: TokenHash, now: Now) -> Option<(LinkId, bool)> {
        self.open(token, now)?;
        let entry = self.links.get_mut(&token)?;
        entry.visits += 1;
        if entry.terms.once {
            self.dirty.mark(token);
        }
        Some((entry.id, entry.terms.once))
    }

    /// A visitor who was let in has a session; `None` if the link is gone.
    pub fn begin(&mut self, token: TokenHash, now: Now) -> Option<Begun> {
        let entry = self.links.get_mut(&token)?;
        let is_first = entry.uses == 0;
        entry.uses = entry.uses.saturating_add(1);
        entry.last_use = Some(now.wall);
        if entry.audience.outlives_us() {
            self.dirty.mark(token);
        }
        Some(Begun {
            audience: entry.audience,
            is_first,
        })
    }

    /// A visitor who was let in has left. If there was no session, a link that works once works again.
    pub fn leave(&mut self, token: TokenHash) {
        if let Some(entry) = self.links.get_mut(&token) {
            entry.visits = entry.visits.saturating_sub(1);
            if entry.terms.once {
                self.dirty.mark(token);
            }
            if entry.is_over() {
                self.links.remove(&token);
            }
        }
    }

    /// Gives the displays of a config their ids, and takes them for those that there are. Says which links are gone,
    /// because their display left too long ago.
    pub fn put_in_force(&mut self, displays: &mut [Display], now: Now) -> Vec<TokenHash> {
        let (gone, _) = self.expire(now);
        // In the first versions a link belonged to whatever had its name. What that is when a config is first put in
        // force is the best that can be known, and holds from then on.
        let of_old = self.displays.without_place();
        self.dirty.mark_head();
        for (old, new) in self.displays.put_in_force(displays, now) {
            for (token, entry) in self.links.iter_mut().filter(|(_, entry)| entry.display == old) {
                entry.display = new.clone();
                if entry.audience.outlives_us() {
                    self.dirty.mark(*token);
                }
            }
        }
        for (of_old, name) in of_old {
            let Some(display) = displays.iter().find(|display| display.name == name) else {
                continue;
            };
            for (token, entry) in self.links.iter_mut().filter(|(_, entry)| entry.display == of_old) {
                entry.display = display.id.clone();
                entry.place = display.place.identity();
                if entry.audience.outlives_us() {
                    self.dirty.mark(*token);
                }
            }
            self.displays.forget(of_old.as_str());
        }
        gone
    }

    /// Takes out the links whose time is over, and forgets the displays that have left the config long enough ago; says
    /// which links are gone, and whether a display is.
    pub fn expire(&mut self, now: Now) -> (Vec<TokenHash>, bool) {
        let forgotten = self.displays.expire(now);
        if !forgotten.is_empty() {
            self.dirty.mark_head();
        }
        for (token, entry) in &mut self.links {
            if entry.look(now).1 && entry.audience.outlives_us() {
                self.dirty.mark(*token);
            }
        }
        let gone = self.take_out(|entry| {
            entry.look(now).0 == Some(LifeStatus::Over) || forgotten.contains(&entry.display)
        });
        (gone, !forgotten.is_empty())
    }

    /// The links of a display that [`Table::revoke_all`] takes out.
    pub fn ids_of(&self, display: &str) -> Vec<LinkId> {
        let of_display = |entry: &&Entry| entry.display.as_str() == display && entry.audience.outlives_us();
        self.links
            .values()
            .filter(of_display)
            .map(|entry| entry.id)
            .collect()
    }

    /// Takes out a link, and says which token it had.
    pub fn revoke(&mut self, id: LinkId) -> Vec<TokenHash> {
        self.take_out(|entry| entry.id == id)
    }

    /// Takes out all links of a display but those of the program's own windows.
    pub fn revoke_all(&mut self, display: &str) -> Vec<TokenHash> {
        self.take_out(|entry| entry.display == *display && entry.audience.outlives_us())
    }

    fn take_out(&mut self, mut which: impl FnMut(&mut Entry) -> bool) -> Vec<TokenHash> {
        let gone = self.links.extract_if(|_, entry| which(entry));
        let take = |(token, entry): (TokenHash, Entry)| {
            if entry.audience.outlives_us() {
                self.dirty.mark(token);
            }
            token
        };
        gone.map(take).collect()
    }

    /// How long until the next link ends, if none is made or revoked before.
    pub fn next_end(&mut self, now: Now) -> Option<Duration> {
        let lives = self.links.values_mut().filter_map(|entry| entry.expiry.as_mut());
        let next = lives.map(|expiry| expiry.left(now)).min();
        next.into_iter().chain(self.displays.next_end(now)).min()
    }

    /// Whether a link for others lives.
    pub fn is_shared(&self) -> bool {
        let shared = |entry: &Entry| entry.audience == Audience::Others && self.leads_to(entry);
        self.links.values().any(shared)
    }

    /// The link that a token belongs to; `None` for windows of the program's own.
    pub fn id(&self, token: TokenHash) -> Option<LinkId> {
        let entry = self.links.get(&token)?;
        entry.audience.outlives_us().then_some(entry.id)
    }

    /// One link, if it is none of a window's.
    pub fn view(&self, id: LinkId) -> Option<LinkView> {
        let mut shown = self.links.values().filter(|entry| entry.audience.outlives_us());
        shown
            .find(|entry| entry.id == id)
            .map(|entry| self.view_of(entry))
    }

    /// The links of all displays with the display's id, the latest first.
    pub fn views(&self) -> Vec<(DisplayId, LinkView)> {
        let shown = self.links.values().filter(|entry| entry.audience.outlives_us());
        let mut shown: Vec<_> = shown
            .map(|entry| (entry.display.clone(), self.view_of(entry)))
            .collect();
        shown.sort_by_key(|(_, view)| std::cmp::Reverse(view.id));
        shown
    }

    /// The links of each display for whoever looks at them: the latest `most`, and those that are in use.
    pub fn summaries(&self, most: usize) -> HashMap<DisplayId, LinksSummary> {
        let mut of_displays: HashMap<&DisplayId, Vec<&Entry>> = HashMap::new();
        for entry in self.links.values().filter(|entry| entry.audience.outlives_us()) {
            of_displays.entry(&entry.display).or_default().push(entry);
        }
        let summary =
            |(display, links): (&DisplayId, Vec<&Entry>)| (display.clone(), self.summary(links, most));
        of_displays.into_iter().map(summary).collect()
    }

    fn summary(&self, mut links: Vec<&Entry>, most: usize) -> LinksSummary {
        let count = links.len();
        let for_others = links
            .iter()
            .filter(|entry| entry.audience == Audience::Others && self.leads_to(entry))
            .count();
        if count > most {
            links.select_nth_unstable_by_key(most, |entry| std::cmp::Reverse(entry.id));
            let rest = links.split_off(most);
            links.extend(rest.into_iter().filter(|entry| entry.visits > 0));
        }
        links.sort_by_key(|entry| std::cmp::Reverse(entry.id));
        LinksSummary {
            more: count - links.len(),
            shown: links.into_iter().map(|entry| self.view_of(entry)).collect(),
            for_others,
        }
    }

    fn view_of(&self, entry: &Entry) -> LinkView {
        entry.view(!self.displays.is_in_config(entry.display.as_str()) || self.leads_to(entry))
    }

    /// Whether its display is in the config, and leads where the link was made for.
    fn leads_to(&self, entry: &Entry) -> bool {
        self.displays.opens(entry.display.as_str(), &entry.place)
    }

    /// The displays that have left the config and still have links.
    pub fn orphans(&self) -> Vec<Orphan> {
        let orphan = |(id, known, until): (&DisplayId, &Known, u64)| Orphan {
            id: id.clone(),
            name: known.name.clone(),
            until,
        };
        let has_links = |orphan: &Orphan| {
            let mut links = self.links.values();
            links.any(|entry| entry.display == orphan.id && entry.audience.outlives_us())
        };
        let mut orphans: Vec<_> = self.displays.gone().map(orphan).filter(has_links).collect();
        orphans.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        orphans
    }

    fn next_id(&mut self) -> LinkId {
        self.last += 1;
        self.last
    }
}
