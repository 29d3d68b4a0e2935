//! The process that leads one half of a display: its VNC server, or what runs in it.

use std::{io, time::Duration};

use tokio::time::timeout;

use super::process::{Identity, Process};
use crate::Exit;

/// How long sudo may take to follow what it ran.
const FOLLOWS: Duration = Duration::from_secs(2);

/// A process that leads a POSIX session of its own.
#[derive(Debug)]
pub(super) struct Leader {
    /// What we started, or found again.
    near: Process,
    /// What really leads, where sudo stands between it and us.
    far: Option<Process>,
}

impl Leader {
    /// Leads by itself, as far as is known.
    pub fn new(process: Process) -> Self {
        Self {
            near: process,
            far: None,
        }
    }

    /// The process `pid` is what leads.
    pub fn is_really(&mut self, pid: i32) -> io::Result<Identity> {
        if pid != self.near.identity.pid {
            self.far = Some(Process::of(pid)?);
        }
        Ok(self.identity())
    }

    /// Which process leads.
    pub fn identity(&self) -> Identity {
        self.far.as_ref().unwrap_or(&self.near).identity
    }

    /// Waits for its end, and reaps what is a child of ours.
    pub async fn ended(&self) -> Exit {
        let Some(far) = &self.far else {
            return self.near.ended().await;
        };
        far.ended().await;
        // sudo ends as what it ran did.
        timeout(FOLLOWS, self.near.ended()).await.unwrap_or(Exit::Unknown)
    }
}
