//! The process that leads one half of a display: its VNC server, or what runs in it.

use std::{io, time::Duration};

use tokio::time::timeout;

use super::process::{Identity, Process};
use crate::Exit;

/// How long sudo may take to follow what it ran.
const LEADER_TIMEOUT: Duration = Duration::from_secs(2);

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

    /// The process `pid` is what leads. It says so itself, and runs as user `uid`, who could let it say anything: so
    /// it must be a process of theirs, and not what became that user, which signals for it would reach as well.
    ///
    /// # Errors
    /// There is no such process, or it is somebody else's.
    pub fn is_really(&mut self, pid: i32, uid: u32) -> io::Result<()> {
        if pid != self.near.identity.pid {
            self.far = Some(Process::of(pid)?);
        }
        let status = procfs::process::Process::new(pid).and_then(|process| process.status());
        let owner = status.map_err(|_| io::ErrorKind::NotFound)?.euid;
        if owner != uid {
            self.far = None;
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!("process {pid} belongs to user id {owner}"),
            ));
        }
        Ok(())
    }

    /// What we started. Where it does not lead, it becomes the user, and closes what it has opened for that at the end.
    pub fn near(&self) -> &Process {
        &self.near
    }

    /// What has opened the session of whoever leads, if that is another process: `su`, or sudo.
    pub fn opener(&self) -> Option<Identity> {
        self.far.as_ref().map(|_| self.near.identity)
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
        timeout(LEADER_TIMEOUT, self.near.ended())
            .await
            .unwrap_or(Exit::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn somebody_elses_process_does_not_lead() {
        let mut child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
        let us = rustix::process::geteuid().as_raw();
        let pid = child.id().cast_signed();
        let mut leader = Leader::new(Process::of(std::process::id().cast_signed()).unwrap());
        assert_eq!(
            leader.is_really(pid, us + 1).unwrap_err().kind(),
            io::ErrorKind::PermissionDenied
        );
        assert_ne!(leader.identity().pid, pid);
        assert_eq!(leader.opener(), None);
        let near = leader.identity();
        leader.is_really(pid, us).unwrap();
        assert_eq!((leader.identity().pid, leader.opener()), (pid, Some(near)));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(leader.is_really(pid, us).is_err());
    }
}
