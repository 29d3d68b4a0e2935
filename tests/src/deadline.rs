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
    let mut answer = anyhow!("no answer");
    loop {
        match timeout_at(deadline, probe()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => answer = error,
            // What was said last tells more than that it was asked once more.
            Err(_) => {}
        }
        if Instant::now() >= deadline {
            return Err(answer).with_context(|| format!("{what}: not within {limit:?}"));
        }
        sleep(Duration::from_millis(25)).await;
    }
}
