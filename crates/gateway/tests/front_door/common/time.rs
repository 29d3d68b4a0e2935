//! Deadlines, days that pass in no time, and clocks that stand still.

use std::{sync::mpsc, time::Duration};

/// How long a clock can be held. A test that waits for what never happens fails then.
const MAX_HELD: Duration = Duration::from_secs(300);

/// Awaits what must happen soon. The deadline is for a gateway that hangs; a machine that is slow stays below it.
#[track_caller]
pub fn within<F: Future>(event: F) -> impl Future<Output = F::Output> {
    let caller = std::panic::Location::caller();
    async move {
        match tokio::time::timeout(Duration::from_secs(15), event).await {
            Ok(output) => output,
            Err(_) => panic!("{caller}: it did not happen"),
        }
    }
}

/// Lets the clock of everything in this test jump ahead. Events are then awaited in real time again: a clock that stays
/// paused runs ahead of bytes that are still under way.
pub async fn skip(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// The clock of everything in a test, which stands still until this is dropped: however long the machine takes, nothing
/// is due but what [`advance`](Self::advance) makes so.
pub struct HeldClock {
    /// Lets it go on when it is dropped.
    _holds: mpsc::Sender<()>,
}

/// Holds the clock still. Deadlines of [`within`] are not due then, either.
pub fn hold_clock() -> HeldClock {
    let (holds, is_let_go) = mpsc::channel::<()>();
    // Tokio's paused clock runs ahead of bytes that are under way, but not while a blocking task runs.
    tokio::task::spawn_blocking(move || is_let_go.recv_timeout(MAX_HELD));
    tokio::time::pause();
    HeldClock { _holds: holds }
}

impl HeldClock {
    pub async fn advance(&self, time: Duration) {
        tokio::time::advance(time).await;
    }
}

impl Drop for HeldClock {
    fn drop(&mut self) {
        tokio::time::resume();
    }
}

/// Waits until what nobody announces is true.
#[track_caller]
pub fn until(true_at_last: impl Fn() -> bool) -> impl Future<Output = ()> {
    within(async move {
        while !true_at_last() {
            tokio::task::yield_now().await;
        }
    })
}
