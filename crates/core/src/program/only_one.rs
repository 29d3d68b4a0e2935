//! That one program at a time serves a config: two would not hear which links are revoked at the other.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use crate::{
    platform::{
        blocking::blocking,
        program_lock::{Holder, LockError, ProgramLock},
    },
    texts::say,
};

use super::run::{CLOSE_TIMEOUT, LAST_SAVE};

/// How long a start waits for the program before it to end, as at a restart: as long as that may take, and a second.
const LOCK_TIMEOUT: Duration = CLOSE_TIMEOUT
    .saturating_add(LAST_SAVE)
    .saturating_add(Duration::from_secs(1));

const LOCK_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Another program serves this config.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", say!("start-running", holder = self.holder()))]
pub struct AlreadyRunning(Option<Holder>);

impl AlreadyRunning {
    /// As sentences for the person at the screen, in their language.
    pub(super) fn told(&self) -> String {
        say!("start-running-window", holder = self.holder())
    }

    fn holder(&self) -> String {
        match &self.0 {
            Some(holder) => holder.to_string(),
            None => say!("lock-holder-unknown"),
        }
    }
}

/// Takes the lock of a config, which its program holds until it ends. If the system has no locks there, the program runs
/// without one, and that is to be said.
///
/// # Errors
/// Another program holds it, and does not end within [`LOCK_TIMEOUT`].
pub(super) async fn lock(path: &Path) -> Result<Result<Arc<ProgramLock>, String>, AlreadyRunning> {
    let until = Instant::now() + LOCK_TIMEOUT;
    let mut said = false;
    loop {
        let path = path.to_owned();
        let holder = match blocking(move || ProgramLock::take(&path)).await {
            Ok(lock) => return Ok(Ok(Arc::new(lock))),
            Err(LockError::Taken(holder)) => holder,
            Err(LockError::Io { path, source }) => {
                let (path, error) = (path.display().to_string(), source.to_string());
                return Ok(Err(say!("start-not-locked", path = path, error = error)));
            }
        };
        let running = AlreadyRunning(holder);
        if Instant::now() >= until {
            return Err(running);
        }
        if !said {
            tracing::info!(
                "another Porthole runs with this config: {} has it; waiting for its end",
                running.holder()
            );
            said = true;
        }
        sleep(LOCK_POLL_INTERVAL).await;
    }
}
