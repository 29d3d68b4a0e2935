//! What time it is, by two clocks.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::model::milliseconds::milliseconds;

/// One look at both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Now {
    /// The clock on the wall, in milliseconds since 1970 (UTC). People and programs set it, forwards and back.
    pub wall: u64,
    /// What has passed since some moment before the program's start. Nobody sets it, and it never goes back. On Linux
    /// the time that the machine sleeps counts; elsewhere it may not.
    pub ran: Duration,
}

/// Looks at both clocks.
pub(crate) type Clock = Arc<dyn Fn() -> Now + Send + Sync>;

/// This machine's clocks.
pub(crate) fn clock() -> Clock {
    let passed = passed();
    Arc::new(move || Now {
        wall: milliseconds(SystemTime::now()),
        ran: passed(),
    })
}

#[cfg(target_os = "linux")]
fn passed() -> impl Fn() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    || Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn passed() -> impl Fn() -> Duration {
    let start = std::time::Instant::now();
    move || start.elapsed()
}
