//! Waiting for what must come true.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use tokio::time::{Instant, sleep, timeout_at};

/// How long anything may take on a slow machine that does other work besides.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks `probe` until it gives a value.
///
/// # Errors
///
/// After [`PATIENCE`]: `what`, and what the last answer was.
pub async fn eventually<T>(what: &str, probe: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    within(PATIENCE, what, probe).await
}

/// Asks `probe` until it gives a value, for what takes its own time.
///
/// # Errors
///
/// After `limit`: `what`, and what the last answer was.
pub async fn within<T>(limit: Duration, what: &str, mut probe: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        let answer = match timeout_at(deadline, probe()).await {
            Err(_) => Err(anyhow!("no answer")),
            Ok(Err(_)) if Instant::now() < deadline => {
                sleep(Duration::from_millis(25)).await;
                continue;
            }
            Ok(answer) => answer,
        };
        return answer.with_context(|| format!("{what}: not within {limit:?}"));
    }
}
