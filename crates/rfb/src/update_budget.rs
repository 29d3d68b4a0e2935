use std::time::Duration;

/// What one full update costs.
const COST: Duration = Duration::from_secs(1);
/// What can be saved up: ten at once.
const FULL: Duration = Duration::from_secs(10);

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
        Self { saved: FULL }
    }
}

impl UpdateBudget {
    pub(crate) fn elapse(&mut self, time: Duration) {
        self.saved = self.saved.saturating_add(time).min(FULL);
    }

    /// Pays for one full update, if it can.
    pub(crate) fn spend(&mut self) -> bool {
        let rest = self.saved.checked_sub(COST);
        self.saved = rest.unwrap_or(self.saved);
        rest.is_some()
    }
}
