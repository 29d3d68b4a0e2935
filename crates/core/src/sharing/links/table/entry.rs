//! A link in the table, and as it is kept from one start to the next.

use crate::{
    DisplayId, LinkView, Terms,
    model::milliseconds::from_seconds,
    sharing::{
        links::{
            Audience, LinkId,
            clock::Now,
            expiry::{Expiry, LifeStatus},
            pin::{MAX_WRONG_PINS, PinHash},
        },
        state::Link,
    },
};
use porthole_gateway::TokenHash;

pub(super) struct Entry {
    pub id: LinkId,
    pub display: DisplayId,
    /// What tells the place that it was made for from others; empty for links of the first versions, until a config says
    /// which display they belong to.
    pub place: String,
    pub terms: Terms,
    pub audience: Audience,
    /// In milliseconds since 1970 (UTC).
    pub created: u64,
    /// `None`: until somebody revokes it.
    pub expiry: Option<Expiry>,
    pub pin: Option<PinHash>,
    pub wrong_pins: u32,
    pub uses: u32,
    /// In milliseconds since 1970 (UTC).
    pub last_use: Option<u64>,
    /// Visits under way: of those who were let in, and have not left.
    pub visits: u32,
}

impl Entry {
    /// A link of an earlier start.
    pub fn of(link: &Link, id: LinkId, display: DisplayId) -> Self {
        let of_old = Terms {
            seconds: link.expires.map(|expires| expires.saturating_sub(link.created)),
            ..Terms::default()
        };
        let seen = link.seen.unwrap_or(link.created);
        Self {
            id,
            display,
            place: link.place.clone(),
            terms: link.terms.unwrap_or(of_old),
            audience: match (link.shared, link.of_start) {
                (true, _) => Audience::Others,
                (false, true) => Audience::Start,
                (false, false) => Audience::Here,
            },
            created: from_seconds(link.created),
            expiry: link
                .expires
                .map(|expires| Expiry::kept(from_seconds(expires), from_seconds(seen))),
            pin: link.pin,
            wrong_pins: link.wrong_pins,
            uses: link.uses,
            last_use: link.last_use.map(from_seconds),
            visits: 0,
        }
    }

    /// As it is kept; `name` is what its display is called.
    pub fn kept(&self, token: TokenHash, name: String) -> Link {
        // Whoever is inside may have a session before that is on the disk.
        let may_be_used = u32::from(self.terms.once && self.visits > 0);
        Link {
            token,
            display: name,
            display_id: Some(self.display.clone()),
            place: self.place.clone(),
            created: self.created / 1000,
            expires: self.expiry.map(|expiry| expiry.ends() / 1000),
            id: Some(self.id),
            seen: self.expiry.map(|expiry| expiry.seen() / 1000),
            terms: Some(self.terms),
            shared: self.audience == Audience::Others,
            of_start: self.audience == Audience::Start,
            pin: self.pin,
            wrong_pins: self.wrong_pins,
            uses: self.uses.max(may_be_used),
            last_use: self.last_use.map(|last| last / 1000),
        }
    }

    /// Asks the clocks about its end, if it has one; and whether that was moved because a clock was put back.
    pub fn look(&mut self, now: Now) -> (Option<LifeStatus>, bool) {
        let Some(expiry) = &mut self.expiry else {
            return (None, false);
        };
        let before = expiry.ends();
        let fares = expiry.look(now);
        (Some(fares), expiry.ends() != before)
    }

    /// It opens nothing more; a session that it opened may last.
    pub fn is_shut(&self) -> bool {
        let used_up = self.terms.once && (self.uses > 0 || self.visits > 0);
        used_up || self.wrong_pins >= MAX_WRONG_PINS
    }

    /// It is shut, and nobody is inside.
    pub fn is_over(&self) -> bool {
        self.is_shut() && self.visits == 0
    }

    /// `opens`: its display leads where it was made for.
    pub fn view(&self, opens: bool) -> LinkView {
        LinkView {
            id: self.id,
            terms: self.terms,
            created: self.created,
            ends: self.expiry.map(Expiry::ends),
            uses: self.uses,
            last_use: self.last_use,
            shared: self.audience == Audience::Others,
            made_for: (!opens).then(|| self.place.clone()),
        }
    }
}
