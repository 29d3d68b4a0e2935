use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What one full update costs.
const FULL_UPDATE_COST: Duration = Duration::from_secs(1);
/// What can be saved up: ten at once.
const MAX_SAVED_BUDGET: Duration = Duration::from_secs(10);

/// How many full updates a view-only viewer may still ask for: ten at once, then one a second.
///
/// A full update makes the server encode its whole screen; asked for without end, it costs everybody.
/// Time is told to the budget, which has no clock.
#[derive(Debug)]
pub(crate) struct UpdateBudget {
    saved: Duration,
}

impl Default for UpdateBudget {
    fn default() -> Self {
        Self {
            saved: MAX_SAVED_BUDGET,
        }
    }
}

impl UpdateBudget {
    pub(crate) fn elapse(&mut self, time: Duration) {
        self.saved = self.saved.saturating_add(time).min(MAX_SAVED_BUDGET);
    }

    /// Pays for one full update, if it can.
    pub(crate) fn spend(&mut self) -> bool {
        let rest = self.saved.checked_sub(FULL_UPDATE_COST);
        self.saved = rest.unwrap_or(self.saved);
        rest.is_some()
    }
}

/// One budget for all view-only viewers of a link: together they may ask for ten full updates at once, then for one a
/// second, besides the first of each viewer.
///
/// Time is told to it by whichever viewer has news, as the time since it was made, so that none counts twice.
#[derive(Debug, Default)]
pub struct SharedUpdateBudget(Mutex<Shared>);

#[derive(Debug, Default)]
struct Shared {
    budget: UpdateBudget,
    /// Since the budget was made.
    told: Duration,
}

impl SharedUpdateBudget {
    /// Tells how much time has passed since the budget was made; what was told before is not counted again.
    pub fn elapse_until(&self, since_made: Duration) {
        self.with(|shared| {
            let news = since_made.saturating_sub(shared.told);
            shared.told += news;
            shared.budget.elapse(news);
        });
    }

    pub(crate) fn spend(&self) -> bool {
        self.with(|shared| shared.budget.spend())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Shared) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_several_tell_counts_once() {
        let shared = SharedUpdateBudget::default();
        assert_eq!((0..20).filter(|_| shared.spend()).count(), 10);
        for _ in 0..5 {
            shared.elapse_until(Duration::from_secs(2));
        }
        // One that is behind takes nothing back.
        shared.elapse_until(Duration::from_secs(1));
        assert_eq!((0..20).filter(|_| shared.spend()).count(), 2);
    }
}
