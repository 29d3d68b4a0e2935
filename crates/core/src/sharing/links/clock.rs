//! What time it is, by two clocks.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{model::milliseconds::milliseconds, platform::clock::running_time};

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
    let passed = running_time();
    Arc::new(move || Now {
        wall: milliseconds(SystemTime::now()),
        ran: passed(),
    })
}
