//! How long ago, and for how long.

use std::time::{SystemTime, UNIX_EPOCH};

/// How long ago that was. A clock that was set back counts from now.
pub fn age(then: u64, now: SystemTime) -> String {
    between(then, milliseconds(now))
}

/// How long it is until then, to the nearest minute while it is longer: a link that was made for an hour is for an hour.
pub fn left(then: u64, now: SystemTime) -> String {
    const MINUTE: u64 = 60 * 1000;
    let now = milliseconds(now);
    let longer = then.saturating_sub(now) > MINUTE;
    between(
        now,
        if longer {
            then.saturating_add(MINUTE / 2)
        } else {
            then
        },
    )
}

/// From one moment to another, both in milliseconds, in the two units that matter.
pub fn between(begin: u64, end: u64) -> String {
    let seconds = end.saturating_sub(begin) / 1000;
    match (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

fn milliseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_left() {
        for (seconds, text) in [
            (45, "45 s"),
            (89, "1 min"),
            (3598, "1 h 0 min"),
            (7 * 86_400 - 2, "7 d 0 h"),
        ] {
            assert_eq!(left(seconds * 1000, UNIX_EPOCH), text);
        }
    }

    #[test]
    fn what_never_comes_is_far() {
        assert!(left(u64::MAX, UNIX_EPOCH).ends_with(" h"));
    }

    #[test]
    fn ages() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3599, "59 min"),
            (3660, "1 h 1 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(age(0, UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
        assert_eq!(age(5000, UNIX_EPOCH), "0 s");
    }
}
