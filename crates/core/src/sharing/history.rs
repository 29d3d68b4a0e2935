//! Who came and went: a file of its own beside the state, kept for 30 days.

mod csv;
mod event;
mod file;
mod fold;
#[cfg(fuzzing)]
pub mod fuzzing;

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use porthole_gateway::{CloseReason, SessionInfo};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};

use crate::{
    VisitView, model::milliseconds::milliseconds, platform::blocking::blocking, sharing::links::LinkId,
};
use event::{Event, What};
use fold::{Fold, Visits};

pub(crate) use csv::export;

/// How often visits that are too old are forgotten; besides, at every start.
const PRUNE_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// So many events wait to be written. When there are more, the disk is too slow for what happens, and some are lost.
const MAX_WAITING_EVENTS: usize = 1024;

/// The history. Cheap to clone; every clone is the same. What is wrong with its file is said in the log, and holds
/// nobody up.
#[derive(Clone)]
pub(crate) struct History {
    /// When the program started, in milliseconds: with a session's id, it names a visit.
    run: u64,
    jobs: mpsc::Sender<Job>,
    changes: watch::Sender<u64>,
}

enum Job {
    Write(Box<Event>),
    Read(oneshot::Sender<Vec<Visits>>),
}

impl History {
    /// Keeps the history in a file, until the last clone is dropped and all is written.
    pub fn start(file: PathBuf) -> Self {
        Self::keep_in(Keeping::File(file))
    }

    /// Likewise in memory alone, for a program that leaves nothing behind.
    pub fn in_memory() -> Self {
        Self::keep_in(Keeping::Memory(Fold::default()))
    }

    fn keep_in(place: Keeping) -> Self {
        let (jobs, queue) = mpsc::channel(MAX_WAITING_EVENTS);
        let changes = watch::Sender::new(0);
        tokio::spawn(keep(place, queue, changes.clone()));
        Self {
            run: milliseconds(SystemTime::now()),
            jobs,
            changes,
        }
    }

    /// A session has begun, by this link, if it is one of ours.
    pub fn began(&self, link: Option<LinkId>, session: &SessionInfo) {
        self.write(session, What::began(link, session));
    }

    /// It has ended.
    pub fn ended(&self, session: &SessionInfo, why: &CloseReason) {
        self.write(session, What::ended(why));
    }

    /// The visits of the last 30 days, the latest first, in the language that is spoken here; those that followed each
    /// other closely as one.
    pub async fn read(&self) -> Vec<VisitView> {
        let (answer, answered) = oneshot::channel();
        // Whoever keeps it lives as long as this does; if not, the program ends, and nobody will look.
        let _ = self.jobs.send(Job::Read(answer)).await;
        let visits = answered.await.unwrap_or_default();
        visits.into_iter().map(Visits::view).collect()
    }

    /// Changes when there is something new to read.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn write(&self, session: &SessionInfo, what: What) {
        let event = Event {
            visit: format!("{}-{}", self.run, session.id),
            at: milliseconds(SystemTime::now()),
            what,
        };
        if self.jobs.try_send(Job::Write(Box::new(event))).is_err() {
            tracing::warn!("the disk is too slow for the history: a visit is missing from it");
        }
    }
}

/// Where the history is kept.
enum Keeping {
    File(PathBuf),
    Memory(Fold),
}

impl Keeping {
    async fn prune(&mut self) {
        match self {
            Self::File(path) => {
                let path = path.clone();
                blocking(move || warn(&path, file::prune(&path, SystemTime::now()))).await;
            }
            Self::Memory(fold) => file::forget_old(fold, SystemTime::now()),
        }
    }

    /// Does what was asked, in its order: reads find what was written before. Says whether anything was written.
    async fn attend(&mut self, jobs: Vec<Job>) -> bool {
        match self {
            Self::File(path) => {
                let path = path.clone();
                blocking(move || attend(&path, jobs)).await
            }
            Self::Memory(fold) => {
                let mut wrote = false;
                for job in jobs {
                    match job {
                        Job::Write(event) => {
                            fold.add(*event);
                            wrote = true;
                        }
                        // Who asked may have gone.
                        Job::Read(answer) => drop(answer.send(fold.clone().latest_first())),
                    }
                }
                wrote
            }
        }
    }
}

async fn keep(mut place: Keeping, mut queue: mpsc::Receiver<Job>, changes: watch::Sender<u64>) {
    let mut prune_at = Instant::now();
    let mut jobs = Vec::new();
    loop {
        tokio::select! {
            biased;
            () = sleep_until(prune_at) => {
                place.prune().await;
                prune_at = Instant::now() + PRUNE_INTERVAL;
            }
            count = queue.recv_many(&mut jobs, MAX_WAITING_EVENTS) => {
                if count == 0 {
                    return;
                }
                let jobs = std::mem::take(&mut jobs);
                if place.attend(jobs).await {
                    changes.send_modify(|count| *count += 1);
                }
            }
        }
    }
}

/// See [`Keeping::attend`]. Blocks.
fn attend(path: &Path, jobs: Vec<Job>) -> bool {
    let mut events = Vec::new();
    let mut wrote = false;
    for job in jobs {
        match job {
            Job::Write(event) => events.push(*event),
            Job::Read(answer) => {
                wrote |= append(path, &mut events);
                let read = file::read(path).unwrap_or_else(|error| {
                    warn(path, Err(error));
                    Fold::default()
                });
                // Who asked may have gone.
                let _ = answer.send(read.latest_first());
            }
        }
    }
    append(path, &mut events) || wrote
}

fn append(path: &Path, events: &mut Vec<Event>) -> bool {
    let events = std::mem::take(events);
    if !events.is_empty() {
        warn(path, file::append(path, events, SystemTime::now()));
        return true;
    }
    false
}

fn warn(path: &Path, outcome: std::io::Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!("the history {}: {error}", path.display());
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use porthole_gateway::{Rights, Token};

    use super::*;
    use crate::SessionRights;

    fn session(id: u64, rights: Rights) -> SessionInfo {
        SessionInfo {
            id,
            display: "alice".into(),
            name: "Alice".into(),
            token: Token::from("secret").hash(),
            address: IpAddr::from(Ipv4Addr::new(192, 0, 2, 1)),
            since: SystemTime::now(),
            rights: Some(rights),
            to_viewer: 0,
            to_server: 0,
        }
    }

    #[tokio::test]
    async fn who_came_and_went_is_told_also_after_another_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.history.jsonl");
        let history = History::start(file.clone());
        assert_eq!(history.read().await, []);
        let mut changes = history.changes();
        let (one, other) = (session(1, Rights::Control), session(2, Rights::View));
        history.began(Some(1), &one);
        history.began(Some(1), &other);
        history.ended(&one, &CloseReason::ViewerClosed);
        changes.changed().await.unwrap();
        let seen = history.read().await;
        assert_eq!(
            (seen[0].rights, seen[0].ended, seen[1].rights),
            (SessionRights::View, None, SessionRights::Control)
        );
        assert_eq!(seen[1].why.as_deref(), Some("The viewer left."));
        assert!(seen[1].ended.unwrap() >= seen[1].began);
        drop(history);
        let again = History::start(file.clone());
        assert_eq!(again.read().await, seen);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
