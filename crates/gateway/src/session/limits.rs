//! How many sessions a link and a display may have, and what the sessions of one link share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{CloseReason, TokenHash, session::link_updates::LinkUpdates};

/// How many sessions there may be at a time. Whoever comes beyond that is turned away with [`CloseReason::LinkFull`] or
/// [`CloseReason::DisplayFull`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of one link: a class that looks on, and no crowd.
    pub sessions_per_link: usize,
    /// Of one display, whichever links they came by. A VNC server serves its viewers one after the other in one thread,
    /// and Xtigervnc is out of descriptors with its 1,012th.
    pub sessions_per_display: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions_per_link: 64,
            sessions_per_display: 128,
        }
    }
}

/// A link's full updates are remembered for so long after its last session: by then its budget is full again. (Those of new
/// sessions may take longer.)
const LINK_MEMORY: Duration = Duration::from_secs(10);

/// So many links are kept before those that are forgotten are looked for.
const MIN_REMEMBERED_LINKS: usize = 64;

/// The sessions that links and displays have. Cheap to clone; every clone is the same.
#[derive(Clone, Default)]
pub(crate) struct Slots(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    limits: Limits,
    links: HashMap<TokenHash, Link>,
    displays: HashMap<String, usize>,
    /// With so many links, those that are forgotten are taken out.
    sweep_at: usize,
}

struct Link {
    sessions: usize,
    updates: Arc<LinkUpdates>,
    last_left: Option<Instant>,
}

/// A session's slot among those of its link and its display; free again when this is dropped.
pub(crate) struct Slot {
    slots: Slots,
    token: TokenHash,
    display: String,
    /// The link's.
    pub(crate) updates: Arc<LinkUpdates>,
    /// How many sessions the link may have.
    sessions_per_link: usize,
}

impl Slot {
    /// Waits for its turn among the new sessions of the link.
    pub(crate) async fn turn(&self) {
        self.updates.first(self.sessions_per_link).await;
    }
}

impl Slots {
    pub(crate) fn set_limits(&self, limits: Limits) {
        self.taken().limits = limits;
    }

    /// Takes a slot for a session of this link and display. The sessions of the display's `owner` are not counted among
    /// those of the display, so that a crowd of visitors cannot keep the owner out.
    pub(crate) fn take(&self, token: TokenHash, display: &str, owner: bool) -> Result<Slot, CloseReason> {
        let mut taken = self.taken();
        let limits = taken.limits;
        let of_link = taken.links.get(&token).map_or(0, |link| link.sessions);
        if of_link >= limits.sessions_per_link {
            return Err(CloseReason::LinkFull);
        }
        let of_display = taken.displays.get(display).copied().unwrap_or_default();
        if !owner && of_display >= limits.sessions_per_display {
            return Err(CloseReason::DisplayFull);
        }
        taken.forget_links();
        let link = taken.links.entry(token).or_insert_with(Link::new);
        link.sessions += 1;
        let updates = Arc::clone(&link.updates);
        let display = if owner { String::new() } else { display.to_owned() };
        if !owner {
            *taken.displays.entry(display.clone()).or_default() += 1;
        }
        drop(taken);
        Ok(Slot {
            slots: self.clone(),
            token,
            display,
            updates,
            sessions_per_link: limits.sessions_per_link,
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn forget_links(&mut self) {
        if self.links.len() < self.sweep_at.max(MIN_REMEMBERED_LINKS) {
            return;
        }
        let now = Instant::now();
        self.links.retain(|_, link| {
            let is_fresh = link.last_left.is_some_and(|left| left.elapsed() < LINK_MEMORY);
            link.sessions > 0 || is_fresh || !link.updates.has_all_firsts(now)
        });
        self.sweep_at = 2 * self.links.len();
        self.links.shrink_to(self.sweep_at);
    }
}

impl Link {
    fn new() -> Self {
        Self {
            sessions: 0,
            updates: Arc::new(LinkUpdates::new()),
            last_left: None,
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken();
        if let Some(link) = taken.links.get_mut(&self.token) {
            link.sessions -= 1;
            link.last_left = Some(Instant::now());
        }
        if let Some(sessions) = taken.displays.get_mut(&self.display) {
            *sessions -= 1;
            if *sessions == 0 {
                taken.displays.remove(&self.display);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Token;

    fn token(text: &str) -> TokenHash {
        Token::from(text).hash()
    }

    #[test]
    fn links_and_displays_are_bounded_and_the_owner_is_let_in() {
        let slots = Slots::default();
        slots.set_limits(Limits {
            sessions_per_link: 2,
            sessions_per_display: 3,
        });
        let one = slots.take(token("one"), "Alice", false).unwrap();
        let _two = slots.take(token("one"), "Alice", false).unwrap();
        assert_eq!(
            slots.take(token("one"), "Alice", false).err(),
            Some(CloseReason::LinkFull)
        );
        let _three = slots.take(token("two"), "Alice", false).unwrap();
        assert_eq!(
            slots.take(token("two"), "Alice", false).err(),
            Some(CloseReason::DisplayFull)
        );
        let owner = slots.take(token("own"), "Alice", true).unwrap();
        drop(owner);
        let _bob = slots.take(token("two"), "Bob", false).unwrap();
        drop(one);
        slots.take(token("one"), "Alice", false).unwrap();
    }

    #[test]
    fn coming_back_fills_no_budget_and_a_million_links_leave_nothing() {
        let slots = Slots::default();
        let first = Arc::clone(&slots.take(token("one"), "Alice", false).unwrap().updates);
        let again = Arc::clone(&slots.take(token("one"), "Alice", false).unwrap().updates);
        assert!(Arc::ptr_eq(&first, &again));
        for number in 0..10_000 {
            slots.take(token(&number.to_string()), "Alice", false).unwrap();
        }
        let mut taken = slots.taken();
        for link in taken.links.values_mut() {
            link.last_left = None;
        }
        taken.sweep_at = 0;
        taken.forget_links();
        assert_eq!((taken.links.len(), taken.displays.len()), (0, 0));
    }
}
