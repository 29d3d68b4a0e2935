//! Which links there are. Does no I/O, and is told what time it is.

use std::{collections::HashMap, time::Duration};

use porthole_gateway::{End, Pin, Token, TokenHash};

use super::{
    Audience, LinkId, Orphan, TooMany,
    clock::Now,
    identity::{Identities, Known},
    life::{Fares, Life},
    pin::{MOST_WRONG, PinHash},
};
use crate::{
    DisplayId, LinkView, Terms,
    config::Display,
    sharing::state::{Link, State},
};

/// So many links of one display can be kept at once.
pub(super) const MAX_LINKS_PER_DISPLAY: usize = 20_000;

/// So many links can be kept in all.
pub(super) const MAX_LINKS: usize = 50_000;

/// So many links of one display can be held by windows of the program's own. Nobody else has them, so that another can
/// take the place of the one that is least likely to be needed.
pub(super) const MAX_WINDOW_LINKS_PER_DISPLAY: usize = 100;

/// All links.
#[derive(Default)]
pub(super) struct Table {
    pub port: Option<u16>,
    /// The displays: links of those that are not in the config open nothing.
    pub displays: Identities,
    links: HashMap<TokenHash, Entry>,
    /// The id that was given last. None is given twice, so that to revoke one can never meet another.
    last: LinkId,
    /// The last that an earlier start of the program gave.
    last_of_earlier: LinkId,
    /// How many links can be kept, of one display and in all.
    limits: Limits,
}

/// How many links can be kept.
pub(super) struct Limits {
    pub per_display: usize,
    pub in_all: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_display: MAX_LINKS_PER_DISPLAY,
            in_all: MAX_LINKS,
        }
    }
}

struct Entry {
    id: LinkId,
    display: DisplayId,
    /// What tells the place that it was made for from others; empty for links of the first versions, until a config says
    /// which display they belong to.
    place: String,
    terms: Terms,
    audience: Audience,
    /// In milliseconds since 1970 (UTC).
    created: u64,
    /// `None`: until somebody revokes it.
    life: Option<Life>,
    pin: Option<PinHash>,
    wrong_pins: u32,
    uses: u32,
    /// In milliseconds since 1970 (UTC).
    last_use: Option<u64>,
    /// Visits under way: of those who were let in, and have not left.
    visits: u32,
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
    /// The links of an earlier start.
    pub fn of(state: State) -> Self {
        let known = state.links.iter().filter_map(|link| link.id).max();
        let mut table = Self {
            port: state.port,
            last: known.max(Some(state.last_link)).unwrap_or_default(),
            displays: Identities::of(state.displays),
            ..Self::default()
        };
        for link in state.links {
            let entry = table.entry_of(&link);
            if !entry.is_shut() {
                table.links.insert(link.token, entry);
            }
        }
        table.last_of_earlier = table.last;
        table
    }

    #[cfg(test)]
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

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
            life: terms.seconds.map(|seconds| Life::of(seconds, now)),
            pin: new.pin,
            wrong_pins: 0,
            uses: 0,
            last_use: None,
            visits: 0,
        };
        self.links.insert(token, entry);
        let gone = match new.audience {
            Audience::Window => self.make_room(new.display),
            _ => None,
        };
        Ok((id, gone))
    }

    /// Whether one more link to a display can be kept.
    fn has_room(&self, display: &DisplayId) -> Result<(), TooMany> {
        let kept = self.links.values().filter(|entry| entry.audience.outlives_us());
        let (all, of_display) = kept.fold((0, 0), |(all, of_display), entry| {
            (all + 1, of_display + usize::from(entry.display == *display))
        });
        if of_display >= self.limits.per_display {
            return Err(TooMany::OfDisplay(of_display));
        }
        match all >= self.limits.in_all {
            true => Err(TooMany::InAll(all)),
            false => Ok(()),
        }
    }

    /// Takes out the links that earlier starts of the program have made for this machine and nobody has used. Whoever
    /// uses one comes back by it after a restart, until its end.
    pub fn retire_links_of_starts(&mut self) -> Vec<TokenHash> {
        let last = self.last_of_earlier;
        self.take_out(|entry| entry.audience == Audience::Start && entry.uses == 0 && entry.id <= last)
    }

    /// Takes out one link that a window has of a display, if there are too many: of those that nobody uses now the first,
    /// and rather one that was never used.
    fn make_room(&mut self, display: &DisplayId) -> Option<TokenHash> {
        let of_windows = |entry: &Entry| entry.display == *display && entry.audience == Audience::Window;
        let held = self.links.iter().filter(|(_, entry)| of_windows(entry));
        let mut held: Vec<_> = held
            .map(|(token, entry)| (entry.visits > 0, entry.uses > 0, entry.id, *token))
            .collect();
        if held.len() <= MAX_WINDOW_LINKS_PER_DISPLAY {
            return None;
        }
        // The one that was made just now is the last, and stays.
        held.sort_by_key(|(inside, used, id, _)| (*id == self.last, *inside, *used, *id));
        let (.., token) = held.first()?;
        self.links.remove(token);
        Some(*token)
    }

    /// What a token opens.
    pub fn open(&mut self, token: TokenHash, now: Now) -> Option<Opened> {
        let entry = self.links.get_mut(&token)?;
        let left = match entry.life.as_mut().map(|life| life.look(now)) {
            None => None,
            Some(Fares::Works(left)) => Some(left),
            Some(Fares::Waits | Fares::Over) => return None,
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
    pub fn try_pin(&mut self, token: &Token, shown: Option<&Pin>, now: Now) -> Result<(), End> {
        let opened = self.open(token.hash(), now).ok_or(End::NoSuchLink)?;
        if !opened.terms.pin {
            return Ok(());
        }
        let shown = shown.ok_or(End::PinWanted)?;
        let entry = self.links.get_mut(&token.hash()).ok_or(End::NoSuchLink)?;
        if entry.pin == Some(PinHash::of(shown.expose(), token)) {
            return Ok(());
        }
        entry.wrong_pins += 1;
        if entry.is_over() {
            self.links.remove(&token.hash());
        }
        Err(End::WrongPin)
    }

    /// Lets a visitor in, unless the link opens nothing any more. [`Table::leave`] has to follow.
    pub fn enter(&mut self, token: TokenHash, now: Now) -> Option<LinkId> {
        self.open(token, now)?;
        let entry = self.links.get_mut(&token)?;
        entry.visits += 1;
        Some(entry.id)
    }

    /// A visitor who was let in has a session. Says for whom the link is, or `None` if it is gone.
    pub fn begin(&mut self, token: TokenHash, now: Now) -> Option<Audience> {
        let entry = self.links.get_mut(&token)?;
        entry.uses = entry.uses.saturating_add(1);
        entry.last_use = Some(now.wall);
        Some(entry.audience)
    }

    /// A visitor who was let in has left. If there was no session, a link that works once works again.
    pub fn leave(&mut self, token: TokenHash) {
        if let Some(entry) = self.links.get_mut(&token) {
            entry.visits = entry.visits.saturating_sub(1);
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
        for (old, new) in self.displays.put_in_force(displays, now) {
            for entry in self.links.values_mut().filter(|entry| entry.display == old) {
                entry.display = new.clone();
            }
        }
        for (of_old, name) in of_old {
            let Some(display) = displays.iter().find(|display| display.name == name) else {
                continue;
            };
            for entry in self.links.values_mut().filter(|entry| entry.display == of_old) {
                entry.display = display.id.clone();
                entry.place = display.place.identity();
            }
            self.displays.forget(of_old.as_str());
        }
        gone
    }

    /// Takes out the links whose time is over, and forgets the displays that have left the config long enough ago; says
    /// which links are gone, and whether a display is.
    pub fn expire(&mut self, now: Now) -> (Vec<TokenHash>, bool) {
        let forgotten = self.displays.expire(now);
        let gone = self.take_out(|entry| {
            let fares = entry.life.as_mut().map(|life| life.look(now));
            fares == Some(Fares::Over) || forgotten.contains(&entry.display)
        });
        (gone, !forgotten.is_empty())
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
        self.links
            .extract_if(|_, entry| which(entry))
            .map(|(token, _)| token)
            .collect()
    }

    /// How long until the next link ends, if none is made or revoked before.
    pub fn next_end(&mut self, now: Now) -> Option<Duration> {
        let lives = self.links.values_mut().filter_map(|entry| entry.life.as_mut());
        let next = lives.map(|life| life.left(now)).min();
        next.into_iter().chain(self.displays.next_end(now)).min()
    }

    /// Whether a link for others lives.
    pub fn is_shared(&self) -> bool {
        let shared = |entry: &Entry| {
            entry.audience == Audience::Others && self.displays.opens(entry.display.as_str(), &entry.place)
        };
        self.links.values().any(shared)
    }

    /// The link that a token belongs to; `None` for windows of the program's own.
    pub fn id(&self, token: TokenHash) -> Option<LinkId> {
        let entry = self.links.get(&token)?;
        entry.audience.outlives_us().then_some(entry.id)
    }

    /// The links of all displays with the display's id, the latest first.
    pub fn views(&self) -> Vec<(DisplayId, LinkView)> {
        let shown = self.links.values().filter(|entry| entry.audience.outlives_us());
        let mut shown: Vec<_> = shown.map(|entry| (entry.display.clone(), entry.view())).collect();
        shown.sort_by_key(|(_, view)| std::cmp::Reverse(view.id));
        shown
    }

    /// What is to be kept from one start to the next.
    pub fn state(&self) -> State {
        let kept = self
            .links
            .iter()
            .filter(|(_, entry)| entry.audience.outlives_us());
        let mut links: Vec<_> = kept.map(|(token, entry)| self.kept(*token, entry)).collect();
        links.sort_by_key(|link| link.id);
        State {
            port: self.port,
            links,
            last_link: self.last,
            displays: self.displays.kept(),
        }
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

    fn kept(&self, token: TokenHash, entry: &Entry) -> Link {
        let display = self.displays.get(entry.display.as_str());
        Link {
            token,
            display: display.map(|display| display.name.clone()).unwrap_or_default(),
            display_id: Some(entry.display.clone()),
            place: entry.place.clone(),
            created: entry.created / 1000,
            expires: entry.life.map(|life| life.ends() / 1000),
            id: Some(entry.id),
            seen: entry.life.map(|life| life.seen() / 1000),
            terms: Some(entry.terms),
            shared: entry.audience == Audience::Others,
            of_start: entry.audience == Audience::Start,
            pin: entry.pin,
            wrong_pins: entry.wrong_pins,
            uses: entry.uses,
            last_use: entry.last_use.map(|last| last / 1000),
        }
    }

    fn next_id(&mut self) -> LinkId {
        self.last += 1;
        self.last
    }

    fn entry_of(&mut self, link: &Link) -> Entry {
        let length = link.expires.map(|expires| expires.saturating_sub(link.created));
        let of_old = Terms {
            seconds: length,
            ..Terms::default()
        };
        let seen = link.seen.unwrap_or(link.created);
        let display = link.display_id.clone().unwrap_or_else(|| {
            let of_old = DisplayId::derived(&link.display, "", 0);
            self.displays.remember(of_old.clone(), link.display.clone());
            of_old
        });
        Entry {
            id: link.id.unwrap_or_else(|| self.next_id()),
            display,
            place: link.place.clone(),
            terms: link.terms.unwrap_or(of_old),
            audience: match (link.shared, link.of_start) {
                (true, _) => Audience::Others,
                (false, true) => Audience::Start,
                (false, false) => Audience::Here,
            },
            created: link.created.saturating_mul(1000),
            life: link
                .expires
                .map(|expires| Life::kept(expires.saturating_mul(1000), seen.saturating_mul(1000))),
            pin: link.pin,
            wrong_pins: link.wrong_pins,
            uses: link.uses,
            last_use: link.last_use.map(|last| last.saturating_mul(1000)),
            visits: 0,
        }
    }
}

impl Entry {
    /// It opens nothing more; a session that it opened may last.
    fn is_shut(&self) -> bool {
        let used_up = self.terms.once && (self.uses > 0 || self.visits > 0);
        used_up || self.wrong_pins >= MOST_WRONG
    }

    /// It is shut, and nobody is inside.
    fn is_over(&self) -> bool {
        self.is_shut() && self.visits == 0
    }

    fn view(&self) -> LinkView {
        LinkView {
            id: self.id,
            terms: self.terms,
            created: self.created,
            ends: self.life.map(Life::ends),
            uses: self.uses,
            last_use: self.last_use,
            shared: self.audience == Audience::Others,
        }
    }
}
