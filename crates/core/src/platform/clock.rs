//! A clock that nobody sets.

use std::time::Duration;

/// Tells what has passed since some moment before now, which never goes back. The time that the machine sleeps counts.
#[cfg(target_os = "linux")]
pub(crate) fn running_time() -> impl Fn() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    || Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
}

/// Tells what has passed since now, which never goes back. The time that the machine sleeps may not count.
#[cfg(not(target_os = "linux"))]
pub(crate) fn running_time() -> impl Fn() -> Duration {
    let start = std::time::Instant::now();
    move || start.elapsed()
}
