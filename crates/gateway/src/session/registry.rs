//! The viewers that are connected.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::SystemTime,
};

use porthole_rfb::Rights;
use tokio::sync::watch;

use crate::{
    CloseReason, Grant, Limits, OnDemand, RightsError, Route, Target, TokenHash,
    session::{
        limits::{Slot, Slots},
        link_updates::LinkUpdates,
        live_rights::LiveRights,
        taken_control::{TakenControl, VisitorKey},
    },
};

/// Names a session for as long as the program runs.
pub type SessionId = u64;

/// A session as others see it.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    /// Its name in [`Sessions::end`].
    pub id: SessionId,
    /// The [display](Grant::display), whatever it is called by now.
    pub display: String,
    /// What the display was called when the session began.
    pub name: String,
    /// The hash of the token that opened it.
    pub token: TokenHash,
    /// Where the viewer's connection comes from; behind a reverse proxy that is not [trusted](crate::TrustedProxies),
    /// the proxy.
    pub address: IpAddr,
    /// Since when.
    pub since: SystemTime,
    /// The rights that are in force; `None` on a raw route, where nobody can tell.
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
    /// How often sessions were ended from outside; changes only while `entries` is held.
    endings: AtomicU64,
    changes: watch::Sender<u64>,
    closed: OnceLock<CloseReason>,
    slots: Slots,
    taken_control: TakenControl,
}

struct Entry {
    /// Its counters and rights stand beside it.
    info: SessionInfo,
    visitor: VisitorKey,
    to_viewer: AtomicU64,
    to_server: AtomicU64,
    rights: LiveRights,
    /// Past its link's door.
    inside: AtomicBool,
    end: watch::Sender<Option<CloseReason>>,
}

impl Sessions {
    /// The sessions there are, oldest first. Visitors who still stand at a [`Door`](crate::Door) are not among them.
    pub fn list(&self) -> Vec<SessionInfo> {
        let entries = self.entries();
        let inside = entries.values().filter(|entry| entry.is_inside());
        inside.map(|entry| entry.snapshot()).collect()
    }

    /// Changes what a session's viewer may do, in the same connection, whatever the session began with and also while a
    /// write to the viewer is blocked. Returns when it is so.
    ///
    /// When control is taken away, that is when the keys and buttons that the viewer holds down have been released, a
    /// VNC server that can keep its clipboard to itself has been told to, the viewer's page has been told if it takes
    /// anything, and nothing more that needs control goes upstream: not even the end of a message that the viewer had
    /// begun. A server that takes nothing for 5 seconds cannot be told, so the session is ended instead.
    ///
    /// Taking control away concerns the visitor, as far as they can be told apart: all sessions of the same link and
    /// address lose it together, those of whoever cannot be told from them, too, and their later ones do not have it,
    /// until it is given back here or by whoever is asked at a [`Door`](crate::Door). Control is given to this session.
    ///
    /// # Errors
    /// Why it is not so.
    pub async fn set_rights(&self, id: SessionId, rights: Rights) -> Result<(), RightsError> {
        let (entry, others) = self.want_rights(id, rights).ok_or(RightsError::NoSession)?;
        let settled = entry.rights.settled(rights).await;
        for other in others {
            // Asked at the same time, so it takes no longer. One that has ended or was given control meanwhile is as
            // somebody wanted it.
            let _ = other.rights.settled(rights).await;
        }
        settled
    }

    /// Asks for new rights of a session, and of those which lose control with it. Sessions begin before or after that:
    /// either they are among them, or they know what was decided.
    fn want_rights(&self, id: SessionId, rights: Rights) -> Option<(Arc<Entry>, Vec<Arc<Entry>>)> {
        let entries = self.entries();
        let entry = entries.get(&id).filter(|entry| entry.is_inside()).cloned()?;
        entry.rights.wanted()?;
        self.0.taken_control.decide(entry.visitor, rights);
        let is_other = |other: &&Arc<Entry>| {
            rights == Rights::View && other.info.id != id && other.visitor.may_be(entry.visitor)
        };
        let others: Vec<_> = entries.values().filter(is_other).cloned().collect();
        for entry in [&entry].into_iter().chain(&others) {
            if entry.rights.want(rights) {
                self.changed();
            }
        }
        Some((entry, others))
    }

    /// Ends a session; `false` if there is none of that name. Takes effect also while a write to its viewer is blocked.
    pub fn end(&self, id: SessionId, why: CloseReason) -> bool {
        self.end_where(why, |session| session.id == id) > 0
    }

    /// Ends all sessions that `which` picks, those who still stand at a door among them, and says how many they were.
    pub fn end_where(&self, why: CloseReason, which: impl Fn(&SessionInfo) -> bool) -> usize {
        let picked: Vec<_> = {
            let entries = self.entries();
            self.0.endings.fetch_add(1, Ordering::Relaxed);
            let picked = entries.values().filter(|entry| which(&entry.snapshot()));
            picked.cloned().collect()
        };
        for entry in &picked {
            entry.ask_to_end(why.clone());
        }
        picked.len()
    }

    /// Ends all sessions, and every one that begins from now on at once.
    pub(crate) fn close(&self, why: CloseReason) {
        self.0.closed.get_or_init(|| why.clone());
        self.end_where(why, |_| true);
    }

    /// From the next session on; those that are open stay.
    pub(crate) fn set_limits(&self, limits: Limits) {
        self.0.slots.set_limits(limits);
    }

    /// How often sessions were ended from outside. A session that began since this was the same has missed none.
    pub(crate) fn endings(&self) -> u64 {
        let _entries = self.entries();
        self.0.endings.load(Ordering::Relaxed)
    }

    /// Whether nobody is left, not even at a door.
    pub(crate) fn are_gone(&self) -> bool {
        self.entries().is_empty()
    }

    /// Changes whenever a session begins or ends, or its rights change (not when bytes pass).
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    fn changed(&self) {
        self.0.changes.send_modify(|count| *count += 1);
    }

    /// Takes in a viewer with a grant; one whose grant has a door is not [inside](Session::enter) yet. `is_proxy`: the
    /// address is that of a trusted proxy, which does not tell for whom it connects.
    pub(crate) fn begin(&self, grant: &Grant, token: TokenHash, address: IpAddr, is_proxy: bool) -> Session {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed) + 1;
        let visitor = VisitorKey::new(token, address, is_proxy);
        let mut entries = self.entries();
        let rights = match grant.route {
            Route::Raw => None,
            Route::Vnc { rights, .. } => Some(self.0.taken_control.left_of(rights, visitor)),
        };
        let info = SessionInfo {
            id,
            display: grant.display.clone(),
            name: grant.name.clone(),
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
            visitor,
            to_viewer,
            to_server,
            rights: LiveRights::new(rights),
            inside: AtomicBool::new(grant.door.is_none()),
            end: watch::Sender::new(None),
        });
        entries.insert(id, Arc::clone(&entry));
        drop(entries);
        // After the insertion: a closing that missed the entry is seen here.
        if let Some(why) = self.0.closed.get() {
            entry.ask_to_end(why.clone());
        }
        self.changed();
        let on_demand = match &grant.target {
            Target::OnDemand(server) => Some(Arc::clone(server)),
            _ => None,
        };
        Session {
            on_demand,
            ended: entry.end.subscribe(),
            slot: OnceLock::new(),
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
            rights: self.rights.in_force(),
            ..self.info.clone()
        }
    }

    fn is_inside(&self) -> bool {
        self.inside.load(Ordering::Relaxed)
    }

    /// Sticky: the first reason counts, and a session that looks later still sees it.
    fn ask_to_end(&self, why: CloseReason) {
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
    ended: watch::Receiver<Option<CloseReason>>,
    /// Taken once the visitor is past the door.
    slot: OnceLock<Slot>,
    sessions: Sessions,
}

impl Session {
    pub(crate) fn info(&self) -> SessionInfo {
        self.entry.snapshot()
    }

    /// The visitor is past the door, with these rights to begin with: as somebody has `decided` who was asked, or what is
    /// left to the visitor of those that the link gives.
    pub(crate) fn enter(&self, rights: Rights, decided: bool) {
        let entry = &self.entry;
        let taken = &self.sessions.0.taken_control;
        // Whoever takes control away meanwhile finds the session inside, or has decided before.
        let entries = self.sessions.entries();
        let rights = if decided {
            taken.decide(entry.visitor, rights);
            rights
        } else {
            taken.left_of(rights, entry.visitor)
        };
        entry.rights.want(rights);
        entry.inside.store(true, Ordering::Relaxed);
        drop(entries);
        self.sessions.changed();
    }

    /// Takes one of the slots of the link and of the display.
    ///
    /// # Errors
    /// They have as many sessions as they may have.
    pub(crate) fn take_slot(&self, grant: &Grant) -> Result<(), CloseReason> {
        let owner = grant.door.as_ref().is_some_and(|door| door.is_owners());
        let slots = &self.sessions.0.slots;
        let slot = slots.take(self.entry.info.token, &grant.display, owner)?;
        // It is taken once.
        let _ = self.slot.set(slot);
        Ok(())
    }

    /// The full updates that all sessions of the link may ask for.
    pub(crate) fn link_updates(&self) -> Option<&LinkUpdates> {
        self.slot.get().map(|slot| &*slot.updates)
    }

    /// Waits for its turn, if the viewer may only view: the sessions of a link do not all begin at once. Whoever is given
    /// control meanwhile need not wait for it.
    pub(crate) async fn turn(&self) {
        let Some(slot) = self.slot.get() else { return };
        let control = self.entry.rights.wanted_change(Some(Rights::View));
        tokio::select! {
            biased;
            () = control => {}
            () = slot.turn() => {}
        }
    }

    /// Those that the viewer is to have; `None` on a raw route.
    pub(crate) fn rights(&self) -> Option<Rights> {
        self.entry.rights.wanted()
    }

    /// Those to begin with: from now on the caller sees to it that they are kept, and [confirms](Self::confirm_rights)
    /// that they have changed.
    pub(crate) fn enforce_rights(&self) -> Option<Rights> {
        self.entry.rights.enforce()
    }

    /// They have been taken over, and are on their way upstream.
    pub(crate) fn take_over_rights(&self) {
        self.entry.rights.take_over();
    }

    /// All that makes these hold is upstream.
    pub(crate) fn confirm_rights(&self, rights: Rights) {
        if self.entry.rights.confirm(rights) {
            self.sessions.changed();
        }
    }

    /// Waits until they are other than `known`.
    pub(crate) async fn rights_change(&self, known: Option<Rights>) {
        self.entry.rights.wanted_change(known).await;
    }

    /// Waits until somebody ends the session, or control cannot be taken away without that, and says why it ends.
    pub(crate) async fn ended(&self) -> CloseReason {
        tokio::select! {
            biased;
            end = self.asked_to_end() => end,
            () = self.entry.rights.overdue() => {
                tracing::warn!(
                    session = self.entry.info.id,
                    "its VNC server takes nothing, so control could not be taken away: the session is ended"
                );
                self.entry.ask_to_end(CloseReason::Disconnected);
                CloseReason::Disconnected
            }
        }
    }

    /// Bytes that passed, both ways together.
    pub(crate) fn moved(&self) -> u64 {
        let entry = &self.entry;
        entry.to_viewer.load(Ordering::Relaxed) + entry.to_server.load(Ordering::Relaxed)
    }

    pub(crate) fn count_to_viewer(&self, bytes: usize) {
        self.entry.to_viewer.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn count_to_server(&self, bytes: usize) {
        self.entry.to_server.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    async fn asked_to_end(&self) -> CloseReason {
        let mut ended = self.ended.clone();
        let end = ended
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|end| end.clone());
        // The sender lives in our own entry, so there is always an end.
        end.unwrap_or(CloseReason::ShuttingDown)
    }

    /// `end`, or what a server that we started can tell of it.
    pub(crate) async fn explained(&self, end: CloseReason) -> CloseReason {
        let (Some(server), CloseReason::TargetClosed | CloseReason::Target(_)) = (&self.on_demand, &end)
        else {
            return end;
        };
        tokio::select! {
            asked = self.asked_to_end() => asked,
            words = server.last_words() => words.map_or(end, CloseReason::DisplayEnded),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.entry.rights.end();
        self.sessions.entries().remove(&self.entry.info.id);
        self.sessions.changed();
    }
}
