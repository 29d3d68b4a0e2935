//! What a session's viewer may do: what is wanted, and what is in force.

use std::time::Duration;

use porthole_rfb::Rights;
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

/// How long a VNC server may take to be told of new rights. When control is to be taken away and it has not been told by
/// then, the session is ended instead.
const MAX_CHANGE_TIME: Duration = Duration::from_secs(5);

/// Why a session's rights are not as they were to be. Who asked for them has the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RightsError {
    /// There is no such session, or it is on a raw route, where nobody can tell.
    NoSession,
    /// The session ended before they were in force, or was ended because its VNC server could not be told of them.
    Ended,
    /// Somebody wanted other rights meanwhile.
    Overruled,
    /// The VNC server takes nothing. The viewer gets control as soon as it does.
    NotYet,
}

/// The rights of one session. On a raw route it has none.
pub(crate) struct LiveRights(watch::Sender<Option<State>>);

#[derive(Clone, Copy)]
struct State {
    wanted: Rights,
    in_force: Rights,
    /// Somebody reads what the viewer sends, and [confirms](LiveRights::confirm) new rights. Before that nothing of it
    /// reaches the server, so what is wanted is in force.
    enforced: bool,
    /// A change is on its way upstream.
    under_way: bool,
    /// By when what is wanted should be in force, while it is not.
    due: Option<Instant>,
    ended: bool,
}

impl State {
    fn is_settled(&self) -> bool {
        self.in_force == self.wanted && !self.under_way
    }
}

impl LiveRights {
    pub(crate) fn new(rights: Option<Rights>) -> Self {
        let state = rights.map(|rights| State {
            wanted: rights,
            in_force: rights,
            enforced: false,
            under_way: false,
            due: None,
            ended: false,
        });
        Self(watch::Sender::new(state))
    }

    pub(crate) fn in_force(&self) -> Option<Rights> {
        self.0.borrow().map(|state| state.in_force)
    }

    pub(crate) fn wanted(&self) -> Option<Rights> {
        self.0.borrow().map(|state| state.wanted)
    }

    /// Asks for these; `true` when they are in force at once, and were not.
    pub(crate) fn want(&self, rights: Rights) -> bool {
        self.change(|state| {
            if state.wanted != rights {
                state.wanted = rights;
                state.due = Some(Instant::now() + MAX_CHANGE_TIME);
            }
            if !state.enforced {
                state.in_force = rights;
            }
        })
    }

    /// What the viewer may do from now on is up to whoever calls this, until it confirms something else.
    pub(crate) fn enforce(&self) -> Option<Rights> {
        self.change(|state| state.enforced = true);
        self.in_force()
    }

    /// Whoever enforces them has taken over new ones.
    pub(crate) fn take_over(&self) {
        self.change(|state| state.under_way = true);
    }

    /// All that makes these hold is upstream; `true` when they did not hold before.
    pub(crate) fn confirm(&self, rights: Rights) -> bool {
        let is_known = |state: State| state.in_force == rights && !state.under_way;
        if self.0.borrow().is_none_or(is_known) {
            return false;
        }
        self.change(|state| {
            state.in_force = rights;
            state.under_way = false;
        })
    }

    /// The session is over.
    pub(crate) fn end(&self) {
        self.change(|state| state.ended = true);
    }

    /// `true` when other rights are in force than before.
    fn change(&self, change: impl FnOnce(&mut State)) -> bool {
        let mut changed = false;
        self.0.send_modify(|state| {
            if let Some(state) = state {
                let before = state.in_force;
                change(state);
                if state.is_settled() {
                    state.due = None;
                }
                changed = state.in_force != before;
            }
        });
        changed
    }

    /// Waits until other rights than `known` are wanted.
    pub(crate) async fn wanted_change(&self, known: Option<Rights>) {
        let mut states = self.0.subscribe();
        // The sender is ours, so this does not fail.
        let _ = states
            .wait_for(|state| state.map(|state| state.wanted) != known)
            .await;
    }

    /// Waits until these are in force.
    ///
    /// # Errors
    /// Why they will not be, or are not yet.
    pub(crate) async fn settled(&self, rights: Rights) -> Result<(), RightsError> {
        let mut states = self.0.subscribe();
        let settled = states.wait_for(|state| {
            state.is_none_or(|state| state.ended || state.wanted != rights || state.is_settled())
        });
        let settled = match rights {
            // The session ends if it takes too long.
            Rights::View => settled.await.ok().map(|state| *state),
            Rights::Control => match timeout_at(Instant::now() + MAX_CHANGE_TIME, settled).await {
                Ok(settled) => settled.ok().map(|state| *state),
                Err(_) => return Err(RightsError::NotYet),
            },
        };
        match settled.flatten() {
            None => Err(RightsError::NoSession),
            Some(state) if state.ended => Err(RightsError::Ended),
            Some(state) if state.wanted != rights => Err(RightsError::Overruled),
            Some(_) => Ok(()),
        }
    }

    /// Waits until control should have been taken away for too long.
    pub(crate) async fn overdue(&self) {
        let mut states = self.0.subscribe();
        loop {
            // The sender is ours, so neither fails.
            let pending = states.wait_for(|state| demotion_due(*state).is_some()).await;
            let due = pending.ok().and_then(|state| demotion_due(*state));
            let Some(due) = due else { continue };
            let moved_on = states.wait_for(|state| demotion_due(*state) != Some(due));
            if timeout_at(due, moved_on).await.is_err() {
                return;
            }
        }
    }
}

fn demotion_due(state: Option<State>) -> Option<Instant> {
    state
        .filter(|state| state.wanted == Rights::View)
        .and_then(|state| state.due)
}
