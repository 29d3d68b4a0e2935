//! How many links there can be.

use porthole_gateway::TokenHash;

use super::{Entry, Table};
use crate::{
    DisplayId,
    sharing::links::{Audience, TooMany},
};

/// So many links of one display can be kept at once.
pub(in crate::sharing::links) const MAX_LINKS_PER_DISPLAY: usize = 20_000;

/// So many links can be kept in all.
pub(in crate::sharing::links) const MAX_LINKS: usize = 50_000;

/// So many links of one display can be held by windows of the program's own. Nobody else has them, so that another can
/// take the place of the one that is least likely to be needed.
pub(in crate::sharing::links) const MAX_WINDOW_LINKS_PER_DISPLAY: usize = 100;

/// How many links can be kept.
pub(in crate::sharing::links) struct Limits {
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

impl Table {
    #[cfg(test)]
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Whether one more link to a display can be kept.
    pub(super) fn has_room(&self, display: &DisplayId) -> Result<(), TooMany> {
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

    /// Takes out one link that a window has of a display, if there are too many: of those that nobody uses now the first,
    /// and rather one that was never used.
    pub(super) fn make_room(&mut self, display: &DisplayId) -> Option<TokenHash> {
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
}
