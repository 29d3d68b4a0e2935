//! Moments as the window and our files write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The latest moment that a window can show: the end of a browser's calendar, in the year 275760 (ECMA-262 §21.4.1.1).
pub(crate) const LATEST: u64 = 8_640_000_000_000_000;

/// Milliseconds since 1970 (UTC); 0 for what was before.
pub(crate) fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    in_milliseconds(since)
}

/// A length of time, in milliseconds.
pub(crate) fn in_milliseconds(length: Duration) -> u64 {
    length.as_millis().try_into().unwrap_or(u64::MAX)
}

/// A moment that a file tells in seconds. Nothing is lost but what comes after the calendar's end.
pub(crate) fn from_seconds(seconds: u64) -> u64 {
    seconds.saturating_mul(1000).min(LATEST)
}
