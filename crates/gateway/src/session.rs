//! The viewers that are connected.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use porthole_rfb::Rights;
use tokio::sync::watch;

use crate::{End, Grant, OnDemand, Route, Target, TokenHash};

/// Names a session for as long as the program runs.
pub type SessionId = u64;

/// A session as others see it.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    /// Its name in [`Sessions::end`].
    pub id: SessionId,
    /// The display's name.
    pub display: String,
    /// The hash of the token that opened it.
    pub token: TokenHash,
    /// Where the viewer's connection comes from: behind a reverse proxy, the proxy.
    pub address: IpAddr,
    /// Since when.
    pub since: SystemTime,
    /// What the viewer may do; `None` on a raw route, where nobody can tell.
    pub rights: Option<Rights>,
    /// Bytes sent to the viewer, without WebSocket framing.
    pub to_viewer: u64,
    /// Bytes sent to the VNC server.
    pub to_server: u64,
}

/// All sessions of a gateway. Cheap to clone; every clone sees the same.
#[derive(Clone, Default)]
pub struct Sessions(Arc<Registry>);

#[derive(Default)]
struct Registry {
    entries: Mutex<BTreeMap<SessionId, Arc<Entry>>>,
    next: AtomicU64,
    changes: watch::Sender<u64>,
    closed: OnceLock<End>,
}

struct Entry {
    info: SessionInfo,
    to_viewer: AtomicU64,
    to_server: AtomicU64,
    end: watch::Sender<Option<End>>,
}

impl Sessions {
    /// The sessions there are, oldest first.
    pub fn list(&self) -> Vec<SessionInfo> {
        self.entries().values().map(|entry| entry.snapshot()).collect()
    }

    /// Ends a session; `false` if there is none of that name. Takes effect also while a write to its viewer is blocked.
    pub fn end(&self, id: SessionId, why: End) -> bool {
        self.end_where(why, |session| session.id == id) > 0
    }

    /// Ends all sessions that `which` picks, and says how many they were.
    pub fn end_where(&self, why: End, which: impl Fn(&SessionInfo) -> bool) -> usize {
        let picked: Vec<_> = self
            .entries()
            .values()
            .filter(|entry| which(&entry.info))
            .cloned()
            .collect();
        for entry in &picked {
            entry.ask_to_end(why.clone());
        }
        picked.len()
    }

    /// Ends all sessions, and every one that begins from now on at once.
    pub(crate) fn close(&self, why: End) {
        self.0.closed.get_or_init(|| why.clone());
        self.end_where(why, |_| true);
    }

    /// Changes whenever a session begins or ends (not when bytes pass).
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    pub(crate) fn begin(&self, grant: &Grant, token: TokenHash, address: IpAddr) -> Session {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed) + 1;
        let rights = match grant.route {
            Route::Raw => None,
            Route::Vnc { rights, .. } => Some(rights),
        };
        let info = SessionInfo {
            id,
            display: grant.display.clone(),
            token,
            address,
            since: SystemTime::now(),
            rights,
            to_viewer: 0,
            to_server: 0,
        };
        let (to_viewer, to_server) = (AtomicU64::new(0), AtomicU64::new(0));
        let entry = Arc::new(Entry {
            info,
            to_viewer,
            to_server,
            end: watch::Sender::new(None),
        });
        self.entries().insert(id, Arc::clone(&entry));
        // After the insertion: a closing that missed the entry is seen here.
        if let Some(why) = self.0.closed.get() {
            entry.ask_to_end(why.clone());
        }
        self.0.changes.send_modify(|count| *count += 1);
        let on_demand = match &grant.target {
            Target::OnDemand(server) => Some(Arc::clone(server)),
            _ => None,
        };
        Session {
            on_demand,
            ended: entry.end.subscribe(),
            entry,
            sessions: self.clone(),
        }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<SessionId, Arc<Entry>>> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn snapshot(&self) -> SessionInfo {
        SessionInfo {
            to_viewer: self.to_viewer.load(Ordering::Relaxed),
            to_server: self.to_server.load(Ordering::Relaxed),
            ..self.info.clone()
        }
    }

    /// Sticky: the first reason counts, and a session that looks later still sees it.
    fn ask_to_end(&self, why: End) {
        self.end.send_if_modified(|end| {
            let first = end.is_none();
            end.get_or_insert(why);
            first
        });
    }
}

/// A session's own end of its entry in the list: dropping it, however the session ends, takes the entry out.
pub(crate) struct Session {
    entry: Arc<Entry>,
    on_demand: Option<Arc<dyn OnDemand>>,
    ended: watch::Receiver<Option<End>>,
    sessions: Sessions,
}

impl Session {
    pub(crate) fn info(&self) -> SessionInfo {
        self.entry.snapshot()
    }

    pub(crate) fn count_to_viewer(&self, bytes: usize) {
        self.entry.to_viewer.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn count_to_server(&self, bytes: usize) {
        self.entry.to_server.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Waits until somebody ends the session, and says why.
    pub(crate) async fn ended(&self) -> End {
        let mut ended = self.ended.clone();
        let end = ended
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|end| end.clone());
        // The sender lives in our own entry, so there is always an end.
        end.unwrap_or(End::ShuttingDown)
    }

    /// `end`, or what a server that we started can tell of it.
    pub(crate) async fn explained(&self, end: End) -> End {
        let (Some(server), End::TargetClosed | End::Target(_)) = (&self.on_demand, &end) else {
            return end;
        };
        tokio::select! {
            asked = self.ended() => asked,
            words = server.last_words() => words.map_or(end, End::DisplayEnded),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.sessions.entries().remove(&self.entry.info.id);
        self.sessions.0.changes.send_modify(|count| *count += 1);
    }
}
