//! How long to wait before a display that ended is started again.

use std::time::Duration;

/// A display that ran for so long starts again without delay.
const STEADY_TIME: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The waits between the restarts of one display: none at first, then one second, doubling to a minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restarts {
    next: Duration,
}

impl Restarts {
    /// How long to wait, now that the display has ended after it `ran` for that time.
    pub fn wait(&mut self, ran: Duration) -> Duration {
        if ran >= STEADY_TIME {
            self.next = Duration::ZERO;
        }
        let wait = self.next;
        self.next = (wait * 2).clamp(FIRST_PAUSE, MAX_PAUSE);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_until_a_display_ran_steadily() {
        let mut restarts = Restarts::default();
        let waits: Vec<u64> = (0..9).map(|_| restarts.wait(Duration::ZERO).as_secs()).collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(restarts.wait(STEADY_TIME), Duration::ZERO);
        assert_eq!(restarts.wait(Duration::ZERO), FIRST_PAUSE);
    }
}
