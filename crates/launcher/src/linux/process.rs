//! A process that is known for certain, whether or not it is a child of ours.

use std::{io, os::fd::OwnedFd, sync::OnceLock, time::Duration};

use procfs::Current;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, pidfd_open, pidfd_send_signal, waitid,
};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{Interest, unix::AsyncFd},
    time::{interval, timeout},
};

use crate::Exit;

/// Between two signals to go on, for a process that is to end and may be stopped once more.
const CONTINUE_INTERVAL: Duration = Duration::from_millis(50);

/// How long the system may take to end what was killed.
pub(super) const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// What tells a process from all others that this boot of the machine has seen: numbers are used again, start times
/// are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub pid: i32,
    /// In clock ticks since the machine started.
    start: u64,
}

impl Identity {
    /// How long ago it started; `None` if the system does not say.
    pub fn age(self) -> Option<Duration> {
        let now = procfs::Uptime::current().ok()?.uptime_duration();
        let ticks = procfs::ticks_per_second();
        let start = Duration::from_secs_f64(self.start as f64 / ticks as f64);
        Some(now.saturating_sub(start))
    }

    /// Its parent; `None` if it has been reaped.
    pub fn parent(self) -> Option<Self> {
        let stat = |pid| procfs::process::Process::new(pid)?.stat();
        let child = stat(self.pid)
            .ok()
            .filter(|child| child.starttime == self.start)?;
        let start = stat(child.ppid).ok()?.starttime;
        let pid = child.ppid;
        Some(Self { pid, start })
    }

    /// The POSIX session that this process leads, or led before it ended; `None` if its number is another's now.
    pub fn session(self) -> Option<i32> {
        let now = procfs::process::Process::new(self.pid).and_then(|process| process.stat());
        now.map_or(true, |now| now.starttime == self.start)
            .then_some(self.pid)
    }
}

/// A process, held by a descriptor of its own (pidfd): whoever gets its number later is not mistaken for it.
#[derive(Debug)]
pub(super) struct Process {
    pub identity: Identity,
    pidfd: AsyncFd<OwnedFd>,
    exit: OnceLock<Exit>,
}

impl Process {
    /// The process that has this number now; an error if there is none.
    #[expect(
        deprecated,
        reason = "unsound for what only borrows a descriptor; this owns it, and `unsafe` is forbidden"
    )]
    pub fn of(pid: i32) -> io::Result<Self> {
        // A descriptor that reads as ready tells of the end; nothing is read from it.
        let pidfd = AsyncFd::with_interest(open(pid)?, Interest::READABLE)?;
        let stat = procfs::process::Process::new(pid).and_then(|process| process.stat());
        let start = stat.map_err(|_| io::ErrorKind::NotFound)?.starttime;
        Ok(Self {
            identity: Identity { pid, start },
            pidfd,
            exit: OnceLock::new(),
        })
    }

    /// That very process, if it still runs. One that only waits to be reaped, by a parent who takes its time, does not.
    pub fn find(identity: Identity) -> Option<Self> {
        let found = Self::of(identity.pid).ok()?;
        let stat = procfs::process::Process::new(identity.pid).and_then(|process| process.stat());
        let runs = stat.is_ok_and(|stat| !matches!(stat.state, 'Z' | 'X'));
        (found.identity == identity && runs).then_some(found)
    }

    /// Waits for its end, and reaps it if it is a child of ours.
    pub async fn ended(&self) -> Exit {
        self.over().await;
        *self.exit.get_or_init(|| self.reap())
    }

    /// Waits for its end, and leaves it to its parent to be reaped.
    pub async fn over(&self) {
        // The only error is that of a runtime that is shutting down, when nobody asks any more.
        let _ = self.pidfd.readable().await;
    }

    /// Sends it a signal: to this very process, or to nobody.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        Ok(pidfd_send_signal(self.pidfd.get_ref(), signal)?)
    }

    /// Waits for its end for so long, and lets it go on whenever it is stopped: `su` and sudo stop themselves when the user
    /// stops what they run. Says whether it has ended.
    pub async fn ends_within(&self, patience: Duration) -> bool {
        let mut looks = interval(CONTINUE_INTERVAL);
        let end = async {
            loop {
                tokio::select! {
                    biased;
                    () = self.over() => return,
                    _ = looks.tick() => {
                        // It may be of another user.
                        let _ = self.signal(Signal::CONT);
                    }
                }
            }
        };
        timeout(patience, end).await.is_ok()
    }

    /// Asks it to end. Says whether it has ended within `patience`.
    pub async fn asked_to_end(&self, patience: Duration) -> bool {
        let _ = self.signal(Signal::TERM);
        self.ends_within(patience).await
    }

    /// Kills it, and waits until the system has ended it.
    pub async fn kill(&self) {
        let _ = self.signal(Signal::KILL);
        let _ = timeout(KILL_PATIENCE, self.over()).await;
    }

    fn reap(&self) -> Exit {
        let id = WaitId::PidFd(std::os::fd::AsFd::as_fd(self.pidfd.get_ref()));
        match waitid(id, WaitIdOptions::EXITED | WaitIdOptions::NOHANG) {
            Ok(Some(status)) => match (status.exit_status(), status.terminating_signal()) {
                (Some(status), _) => Exit::Status(status),
                (None, Some(signal)) => Exit::Signal(signal),
                (None, None) => Exit::Unknown,
            },
            // Not our child, or somebody else in this program has reaped it.
            Ok(None) | Err(_) => Exit::Unknown,
        }
    }
}

fn open(pid: i32) -> io::Result<OwnedFd> {
    let pid = Some(pid)
        .filter(|pid| *pid > 0)
        .and_then(Pid::from_raw)
        .ok_or(io::ErrorKind::InvalidInput)?;
    Ok(pidfd_open(pid, PidfdFlags::NONBLOCK)?)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[tokio::test]
    async fn a_child_is_reaped_and_its_end_told() {
        for (script, exit) in [("exit 3", Exit::Status(3)), ("kill -9 $$", Exit::Signal(9))] {
            let pid = Command::new("sh").args(["-c", script]).spawn().unwrap().id() as i32;
            let process = Process::of(pid).unwrap();
            assert_eq!(process.ended().await, exit);
            assert_eq!(process.ended().await, exit, "asked again");
            assert!(Process::find(process.identity).is_none());
        }
    }

    #[tokio::test]
    async fn what_waits_to_be_reaped_is_not_found() {
        let mut child = Command::new("true").spawn().unwrap();
        let process = Process::of(child.id() as i32).unwrap();
        process.over().await;
        assert!(Process::find(process.identity).is_none());
        child.wait().unwrap();
    }

    #[tokio::test]
    async fn a_number_alone_is_no_identity() {
        let us = Process::of(std::process::id() as i32).unwrap().identity;
        assert!(Process::find(us).is_some());
        let earlier = Identity {
            start: us.start - 1,
            ..us
        };
        assert!(Process::find(earlier).is_none());
        assert!(Process::of(0).is_err() && Process::of(-1).is_err() && Process::of(i32::MAX).is_err());
    }
}
