//! Deadlines, and days that pass in no time.

use std::time::Duration;

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

/// Waits until what nobody announces is true.
#[track_caller]
pub fn until(true_at_last: impl Fn() -> bool) -> impl Future<Output = ()> {
    within(async move {
        while !true_at_last() {
            tokio::task::yield_now().await;
        }
    })
}
