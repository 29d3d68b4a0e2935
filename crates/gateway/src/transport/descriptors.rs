//! Descriptors that are kept back, so that a crowd takes none of what the program itself needs: control socket, history,
//! log and state.
//!
//! A new descriptor is the lowest that is free (POSIX.1, open), so its number tells how many are taken, whoever took them.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    task::yield_now,
    time::{Instant, sleep},
};

use crate::platform::descriptors::{self, Descriptor, Usage, usage_behind, usage_now};

/// Raises the limit of open files to the hard one: two sockets for each viewer soon exceed the 1,024 descriptors that a
/// process usually begins with. Where that is refused the limit stays as it is.
pub fn allow_many_descriptors() {
    descriptors::allow_many();
}

/// How much room is left behind the next descriptor.
pub(crate) fn room_now() -> DescriptorClass {
    usage_now().map_or(DescriptorClass::Nothing, DescriptorClass::of)
}

/// How much room is left behind a descriptor that is new.
pub(crate) fn room_behind(new: &impl Descriptor) -> DescriptorClass {
    DescriptorClass::of(usage_behind(new))
}

/// What is left behind a new descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DescriptorClass {
    /// Enough for everybody.
    Plenty,
    /// Connections that show no token should go.
    Scarce,
    /// Enough to answer, and not for a session.
    Full,
    /// Nothing but what is kept back.
    Nothing,
}

/// So many descriptors are kept back for the program itself, but no more than a fourth of all.
const RESERVED_DESCRIPTORS: u64 = 64;

/// So many lie between two kinds of room, but no more than a sixteenth of all.
const WARNING_STEP: u64 = 32;

impl DescriptorClass {
    fn of(usage: Option<Usage>) -> Self {
        usage.map_or(Self::Plenty, |usage| Self::behind(usage.taken, usage.limit))
    }

    /// Behind descriptor number `taken`, with at most `limit` of them.
    fn behind(taken: u64, limit: u64) -> Self {
        let step = WARNING_STEP.min(limit / 16);
        let nothing = limit - RESERVED_DESCRIPTORS.min(limit / 4);
        if taken >= nothing {
            Self::Nothing
        } else if taken >= nothing - step {
            Self::Full
        } else if taken >= nothing - 2 * step {
            Self::Scarce
        } else {
            Self::Plenty
        }
    }
}

/// Descriptors that are scarce, as the log tells of them: once, and again when they were not for a while.
#[derive(Default)]
pub(crate) struct Scarcity(Mutex<Option<Instant>>);

/// After so long without scarcity it is taken to be over.
const CALM_TIME: Duration = Duration::from_secs(60);

impl Scarcity {
    pub(crate) fn is_seen(&self) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = last.replace(Instant::now());
        if before.is_none_or(|before| before.elapsed() > CALM_TIME) {
            tracing::warn!(
                "nearly all descriptors are taken: connections that show no link are closed, and then visitors are turned \
                 away; raise the limit of open files (`ulimit -Hn`, or LimitNOFILE= of the unit)"
            );
        }
    }
}

/// How often it is looked whether those who had to go are gone, and how many times.
const POLL_INTERVAL: Duration = Duration::from_millis(2);
const MAX_POLLS: u32 = 50;

/// Waits for a moment until those who had to go are gone.
pub(crate) async fn room_is_made() {
    for _ in 0..MAX_POLLS {
        yield_now().await;
        if matches!(room_now(), DescriptorClass::Plenty | DescriptorClass::Scarce) {
            return;
        }
        sleep(POLL_INTERVAL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_back_is_little_of_many_and_something_of_few() {
        for (limit, plenty, scarce, full) in [
            (1024, 895, 927, 959),
            (48, 29, 32, 35),
            (524_288, 524_159, 524_191, 524_223),
        ] {
            assert_eq!(DescriptorClass::behind(plenty, limit), DescriptorClass::Plenty);
            assert_eq!(
                DescriptorClass::behind(plenty + 1, limit),
                DescriptorClass::Scarce
            );
            assert_eq!(DescriptorClass::behind(scarce, limit), DescriptorClass::Scarce);
            assert_eq!(DescriptorClass::behind(scarce + 1, limit), DescriptorClass::Full);
            assert_eq!(DescriptorClass::behind(full + 1, limit), DescriptorClass::Nothing);
        }
        for limit in 0..100 {
            assert_eq!(
                DescriptorClass::behind(limit, limit),
                DescriptorClass::Nothing,
                "{limit}"
            );
        }
    }
}
