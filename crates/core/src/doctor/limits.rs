//! What the system allows, and what time it is.

use std::{
    fs,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use super::Machine;
use crate::{Finding, texts::say};

/// A viewer takes two descriptors, and four while much passes to it.
const DESCRIPTORS_PER_VIEWER: u64 = 4;

/// What the program needs for itself.
const OWN_DESCRIPTORS: u64 = 64;

/// A gateway for fewer viewers is worth a word.
const MANY_VIEWERS: u64 = 200;

/// No clock was right that says an earlier time than this, in seconds since 1970: the first of January 2026.
const RELEASE_TIME_SECONDS: u64 = 1_767_225_600;

/// A file's time can be a little ahead of ours, on a network disk.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(300);

/// How many files and sockets may be open at a time.
pub(super) fn descriptors(machine: &Machine) -> Vec<Finding> {
    const CHECK: &str = "descriptors";
    let limits = fs::read_to_string(machine.path("/proc/self/limits")).unwrap_or_default();
    let Some(most) = hard_limit(&limits) else {
        return Vec::new();
    };
    let viewers = most.saturating_sub(OWN_DESCRIPTORS) / DESCRIPTORS_PER_VIEWER;
    let fix = say!("doctor-descriptors-fix");
    let text = say!(
        "doctor-descriptors",
        most = most.to_string(),
        viewers = viewers.to_string()
    );
    vec![match viewers {
        0..10 => Finding::fault(CHECK, text, fix),
        10..MANY_VIEWERS => Finding::warn(CHECK, text, fix),
        _ => Finding::ok(CHECK, text),
    }]
}

/// The hard limit, to which the program raises its own. `unlimited` is more than anybody counts.
fn hard_limit(limits: &str) -> Option<u64> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    let hard = line.split_whitespace().nth(1)?;
    if hard == "unlimited" {
        Some(u64::MAX)
    } else {
        hard.parse().ok()
    }
}

/// Whether the clock can be right: links and certificates end by it.
pub(super) fn clock(machine: &Machine, state: Option<&Path>) -> Vec<Finding> {
    const CHECK: &str = "clock";
    let fix = say!("doctor-clock-fix");
    let now = machine.now;
    // The state was saved after that.
    let ahead = state.filter(|state| {
        let saved = fs::metadata(state).and_then(|data| data.modified());
        let ahead = saved.ok().and_then(|saved| saved.duration_since(now).ok());
        ahead.is_some_and(|ahead| ahead > CLOCK_TOLERANCE)
    });
    let finding = if now < UNIX_EPOCH + Duration::from_secs(RELEASE_TIME_SECONDS) {
        Finding::fault(CHECK, say!("doctor-clock-wrong"), fix)
    } else if let Some(state) = ahead {
        Finding::warn(
            CHECK,
            say!("doctor-clock-back", file = state.display().to_string()),
            fix,
        )
    } else {
        Finding::ok(CHECK, say!("doctor-clock-well"))
    };
    vec![finding]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hard_limit_counts() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max processes             95000                95001                processes \n\
                      Max open files            1024                 524288               files     \n";
        assert_eq!(hard_limit(limits), Some(524_288));
        assert_eq!(
            hard_limit("Max open files            1024                 unlimited            files"),
            Some(u64::MAX)
        );
        assert_eq!(hard_limit(""), None);
    }
}
