//! Where nothing can be launched.

use std::{path::PathBuf, sync::Arc};

use tokio::sync::watch;

use crate::{Ended, FoundServer, Launch, LaunchError, Launched, Reason, State, What};

/// Starts and adopts displays: on Linux only, so here each ends at once and says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launcher;

impl Launcher {
    /// A launcher.
    pub fn new() -> Self {
        Self
    }

    /// A launcher that does not see what others have started.
    pub fn apart(_: String) -> Self {
        Self
    }

    /// A launcher that finds what all have started.
    pub fn every() -> Self {
        Self
    }

    /// A launcher that keeps its displays in that folder.
    pub fn at(_: PathBuf) -> Self {
        Self
    }

    /// Nothing begins anywhere here.
    #[must_use]
    pub fn with_home(self, _: PathBuf) -> Self {
        self
    }

    /// Nothing can be launched here.
    pub fn check(&self, _: &What) -> Result<(), LaunchError> {
        Err(LaunchError::NotHere)
    }

    /// There are no desktops here.
    pub fn opens_login_sessions(&self) -> bool {
        false
    }

    /// A display that has ended because nothing can be launched here.
    pub fn start(&self, launch: Launch) -> Launched {
        let (_, state) = watch::channel(State::Ended(Ended {
            reason: Reason::NotStarted(LaunchError::NotHere),
            log: Vec::new(),
        }));
        Launched {
            launch: Arc::new(launch),
            state,
            stop: Arc::new(watch::channel(false).0),
        }
    }

    /// There is nothing to adopt.
    pub async fn adopt(&self) -> Vec<Launched> {
        Vec::new()
    }
}

/// Looks for VNC servers that already run on this machine: on Linux only.
#[derive(Debug, Default)]
pub struct Search;

impl Search {
    /// Nothing is looked for here.
    pub async fn look(&mut self) -> Vec<FoundServer> {
        Vec::new()
    }
}

/// Nothing is started here that could get too much.
pub fn remember_open_files() {}

/// Nothing runs.
pub(crate) fn memory(_: &[i32], _: u32) -> u64 {
    0
}
