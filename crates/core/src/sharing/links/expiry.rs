//! How long a link works that has an end.

use std::time::Duration;

use super::clock::Now;

/// A clock that is put right may go back so much without anybody having to doubt it, in milliseconds.
const CLOCK_SLACK_MILLIS: u64 = 60 * 60 * 1000;

/// Clocks that are kept right by the network drift against each other a little; an end is not moved for less, in
/// milliseconds.
const STEP: u64 = 2000;

/// The longest time that is not for ever: a hundred years, in seconds.
const LONGEST: u64 = 100 * 365 * 24 * 60 * 60;

/// How long a link works that has an end.
///
/// Two clocks count, and the one that is first there ends the link: the clock on the wall, and the time that has passed
/// since the link was made or, after a start of the program, first believed. What is over is taken out of the table, so
/// no clock can bring it back. From one start to the next only the clock on the wall can tell how much time has passed.
/// So a link that was kept remembers when it was last seen alive: as long as the clock on the wall is behind that, nobody
/// knows how long the program was gone, and the link opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expiry {
    /// By the clock on the wall.
    ends: u64,
    /// When it was last seen alive, by the clock on the wall.
    seen: u64,
    /// By the time that passes; `None`: it comes from an earlier start of the program, and is not believed yet.
    deadline: Option<Duration>,
}

/// How a link fares at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LifeStatus {
    /// It works, and will for so long.
    Works(Duration),
    /// It opens nothing until the clock on the wall is believable again.
    Waits,
    /// Its time is over for good.
    Over,
}

impl Expiry {
    /// It begins now, and lasts for `seconds`: one at least, and at most a hundred years.
    pub fn of(seconds: u64, now: Now) -> Self {
        let length = Duration::from_secs(seconds.clamp(1, LONGEST));
        Self {
            ends: now.wall.saturating_add(length.as_millis() as u64),
            seen: now.wall,
            deadline: Some(now.ran.saturating_add(length)),
        }
    }

    /// It began at an earlier start of the program. Both in milliseconds since 1970 (UTC).
    pub fn kept(ends: u64, seen: u64) -> Self {
        Self {
            ends,
            seen,
            deadline: None,
        }
    }

    /// When it ends by the clock on the wall, in milliseconds since 1970 (UTC).
    pub fn ends(self) -> u64 {
        self.ends
    }

    /// When it was last seen alive, likewise.
    pub fn seen(self) -> u64 {
        self.seen
    }

    /// How long until it is to be looked at again, if nobody sets a clock.
    pub fn left(&mut self, now: Now) -> Duration {
        match self.look(now) {
            LifeStatus::Works(left) => left,
            LifeStatus::Waits => Duration::MAX,
            LifeStatus::Over => Duration::ZERO,
        }
    }

    /// Looks at the clocks. It has to be looked at again before it is believed again.
    pub fn look(&mut self, now: Now) -> LifeStatus {
        let deadline = match self.deadline {
            Some(deadline) => deadline,
            None if now.wall.saturating_add(CLOCK_SLACK_MILLIS) < self.seen => return LifeStatus::Waits,
            None => {
                let left = self.ends.saturating_sub(self.seen.max(now.wall));
                now.ran.saturating_add(Duration::from_millis(left))
            }
        };
        let left = deadline.saturating_sub(now.ran);
        let by_the_wall = Duration::from_millis(self.ends.saturating_sub(now.wall));
        if left.is_zero() || by_the_wall.is_zero() {
            return LifeStatus::Over;
        }
        let end = now.wall.saturating_add(left.as_millis() as u64);
        if end.saturating_add(STEP) < self.ends {
            // The clock on the wall was put back: the link ends when it would have.
            self.ends = end;
        }
        self.seen = now.wall;
        self.deadline = Some(deadline);
        LifeStatus::Works(left.min(by_the_wall))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: u64 = 3_600_000;
    const YEAR: i64 = 365 * 24 * 3_600_000;
    const TODAY: u64 = 1_800_000_000_000;

    fn at(wall: i64, ran: u64) -> Now {
        Now {
            wall: TODAY.checked_add_signed(wall).unwrap(),
            ran: Duration::from_millis(ran),
        }
    }

    #[test]
    fn the_first_clock_ends_it() {
        let hour = HOUR as i64;
        for (wall, ran, works) in [
            (0, 0, true),
            (hour - 1, HOUR - 1, true),
            (hour, HOUR, false),
            (hour, 0, false),
            (0, HOUR, false),
            (10 * YEAR, 1, false),
            (-10 * YEAR, 1, true),
            (-10 * YEAR, HOUR, false),
            (-1, HOUR - 1, true),
        ] {
            let fares = Expiry::of(3600, at(0, 0)).look(at(wall, ran));
            assert_eq!(
                matches!(fares, LifeStatus::Works(_)),
                works,
                "{wall} {ran}: {fares:?}"
            );
        }
    }

    #[test]
    fn one_that_was_kept_waits_for_a_clock_that_it_can_believe() {
        let hour = HOUR as i64;
        let ends = TODAY + 2 * HOUR;
        for (wall, fares) in [
            (0, LifeStatus::Works(Duration::from_secs(2 * 3600))),
            (hour, LifeStatus::Works(Duration::from_secs(3600))),
            (2 * hour, LifeStatus::Over),
            (10 * YEAR, LifeStatus::Over),
            // Less than the slack: it has no longer to live than when it was last seen.
            (-hour, LifeStatus::Works(Duration::from_secs(2 * 3600))),
            (-hour - 1, LifeStatus::Waits),
            (-10 * YEAR, LifeStatus::Waits),
        ] {
            assert_eq!(Expiry::kept(ends, TODAY).look(at(wall, 5)), fares, "{wall}");
        }
        let mut expiry = Expiry::kept(ends, TODAY);
        assert_eq!(expiry.look(at(-10 * YEAR, 0)), LifeStatus::Waits);
        assert_eq!(
            expiry.look(at(hour, 1)),
            LifeStatus::Works(Duration::from_secs(3600))
        );
    }

    #[test]
    fn a_clock_that_is_put_back_moves_the_end_with_it() {
        let mut expiry = Expiry::of(7200, at(0, 0));
        expiry.look(at(-10 * YEAR, HOUR));
        assert_eq!(expiry.ends(), at(-10 * YEAR, 0).wall + HOUR);
        assert_eq!(expiry.seen(), at(-10 * YEAR, 0).wall);
        let mut drifting = Expiry::of(7200, at(0, 0));
        drifting.look(at(HOUR as i64 - 1500, HOUR));
        assert_eq!(
            drifting.ends(),
            TODAY + 2 * HOUR,
            "a view that changes for nothing"
        );
    }

    #[test]
    fn lengths_are_bounded() {
        let LifeStatus::Works(left) = Expiry::of(u64::MAX, at(0, 0)).look(at(0, 0)) else {
            panic!()
        };
        assert_eq!(left.as_secs(), LONGEST);
        assert!(matches!(
            Expiry::of(0, at(0, 0)).look(at(0, 0)),
            LifeStatus::Works(left) if left.as_secs() == 1
        ));
        assert_eq!(Expiry::kept(0, u64::MAX).look(at(0, 0)), LifeStatus::Waits);
        assert_eq!(
            Expiry::kept(u64::MAX, u64::MAX).look(Now {
                wall: u64::MAX,
                ran: Duration::MAX
            }),
            LifeStatus::Over
        );
    }

    /// What can happen to a machine between two looks.
    #[derive(Clone, Debug)]
    enum Happens {
        /// Time passes, in milliseconds.
        Passes(u64),
        /// The clock on the wall is set, by so many milliseconds.
        Set(i64),
        /// The program is started again, after so many milliseconds.
        Again(u64),
    }

    fn happens() -> impl Strategy<Value = Happens> {
        // A clock that is set years ahead ends the story.
        prop_oneof![
            6 => (0..2 * HOUR).prop_map(Happens::Passes),
            3 => (-10 * YEAR..0).prop_map(Happens::Set),
            3 => (-2 * HOUR as i64..HOUR as i64).prop_map(Happens::Set),
            1 => (0..10 * YEAR).prop_map(Happens::Set),
            2 => (0..2 * HOUR).prop_map(Happens::Again),
        ]
    }

    proptest! {
        /// Whatever is done to the clock, a link never works for longer than its time while the program runs, and what
        /// was over is over.
        #[test]
        fn no_clock_lengthens_a_life(story in prop::collection::vec(happens(), 1..60)) {
            let (mut wall, mut ran) = (0, 0);
            let mut expiry = Expiry::of(6 * 3600, at(wall, ran));
            let mut worked = 0;
            let mut works = true;
            let mut ends = expiry.ends();
            for what in story {
                let before = ran;
                match what {
                    Happens::Passes(time) => {
                        wall += time as i64;
                        ran += time;
                    }
                    Happens::Set(by) => wall = (wall + by).clamp(-11 * YEAR, 40 * YEAR),
                    Happens::Again(gone) => {
                        expiry = Expiry::kept(expiry.ends() / 1000 * 1000, expiry.seen() / 1000 * 1000);
                        wall += gone as i64;
                        ran += gone;
                        works = false;
                    }
                }
                let fares = expiry.look(at(wall, ran));
                prop_assert!(expiry.ends() <= ends, "an end only comes nearer");
                ends = expiry.ends();
                if works {
                    worked += ran - before;
                }
                match fares {
                    LifeStatus::Works(left) => {
                        prop_assert!(worked < 6 * HOUR, "it works after {worked} ms");
                        prop_assert!(left.as_millis() as u64 <= 6 * HOUR - worked);
                    }
                    // The table forgets it.
                    LifeStatus::Over => return Ok(()),
                    LifeStatus::Waits => prop_assert!(!works, "one that worked does not wait"),
                }
                works = matches!(fares, LifeStatus::Works(_));
            }
        }
    }
}
