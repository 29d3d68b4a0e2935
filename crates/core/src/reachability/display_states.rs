//! What is known of whether displays can be reached: one knowledge for window, tray and control socket.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use porthole_gateway::{NoWay, Password, ServerError, Target, TargetError, probe};
use tokio::sync::watch;

use crate::{
    DisplayId, DisplayState,
    config::{Config, Place},
    reachability::{presence::Presence, unreachable::unreachable},
};

/// What is known of whether displays can be reached, by their ids.
#[derive(Clone, Default)]
pub(crate) struct DisplayStates {
    inner: Arc<Mutex<Inner>>,
    /// Tells that a check has ended.
    ended: watch::Sender<()>,
}

#[derive(Default)]
struct Inner {
    known: HashMap<String, Known>,
    attempts: u64,
}

/// Why a display is to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// It is time, or a session has ended.
    Routine,
    /// A person asked.
    Asked,
    /// It is another than before: only what comes of this check counts.
    Changed,
}

struct Known {
    reach: DisplayState,
    /// The server was there and refused us, this one. To try the same again and again would lock the display for its
    /// owner.
    refused_by: Option<Presence>,
    /// The check that is under way. An answer to an earlier one, of what the display was before, counts for nothing.
    attempt: Option<u64>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            reach: DisplayState::Checking,
            refused_by: None,
            attempt: None,
        }
    }
}

/// Why a display cannot be reached, with the place that was tried.
pub(crate) type Outcome = Result<(), (Place, TargetError)>;

/// A check that has begun.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Its number.
    pub number: u64,
    /// The server that refused us: while it is the same, it is left alone.
    refused_by: Option<Presence>,
}

/// What came of a check.
#[derive(Debug)]
pub(crate) struct Checked {
    presence: Presence,
    /// `None`: the server is the one that refused us, so it was not asked again.
    outcome: Option<Outcome>,
}

impl Attempt {
    /// Looks whether a session could begin, unless that could do harm.
    pub async fn run(&self, place: Place, target: &Target, password: Option<&Password>) -> Checked {
        let presence = Presence::of(target).await;
        let refused_by = self.refused_by.as_ref();
        let outcome = if refused_by.is_none_or(|before| presence.differs_from(before)) {
            Some(probe(target, password).await.map_err(|error| (place, error)))
        } else {
            None
        };
        Checked { presence, outcome }
    }
}

impl DisplayStates {
    pub fn of(&self, display: &str) -> DisplayState {
        let inner = self.inner();
        let known = inner.known.get(display);
        known.map_or(DisplayState::Checking, |known| known.reach.clone())
    }

    /// Begins a check; `None`: one is under way.
    pub fn begin(&self, display: &str, why: Why) -> Option<Attempt> {
        let mut inner = self.inner();
        let number = inner.attempts + 1;
        let known = inner.known.entry(display.to_owned()).or_default();
        if why != Why::Routine {
            known.reach = DisplayState::Checking;
        }
        // A routine check leaves a server alone that has refused us; who asks is not to be put off with that.
        let is_idle = why == Why::Asked && known.refused_by.is_some();
        if known.attempt.is_some() && why != Why::Changed && !is_idle {
            return None;
        }
        known.attempt = Some(number);
        let refused_by = known.refused_by.clone().filter(|_| why == Why::Routine);
        inner.attempts = number;
        Some(Attempt { number, refused_by })
    }

    /// Takes what came of the check of that number.
    pub fn learn(&self, display: &str, attempt: u64, checked: Checked) {
        if let Some(known) = self.inner().known.get_mut(display)
            && known.attempt == Some(attempt)
        {
            known.attempt = None;
            match checked.outcome {
                Some(outcome) => known.find(outcome, checked.presence),
                None => known.refused_by = Some(checked.presence),
            }
        }
        self.ended.send_replace(());
    }

    /// Takes what was found in another way than by a check.
    pub fn find(&self, display: &str, outcome: Outcome) {
        if let Some(known) = self.inner().known.get_mut(display) {
            known.find(outcome, Presence::Unknown);
        }
    }

    /// A password that a person wanted to be kept was refused.
    pub fn refuse_password(&self, display: &str) {
        if let Some(known) = self.inner().known.get_mut(display) {
            known.reach = DisplayState::AsksPassword { refused: true };
        }
    }

    /// Forgets displays that are not in the config any more, and what was known of those that are others now.
    pub fn keep(&self, config: &Config, changed: &[DisplayId]) {
        let stays = |id: &String| {
            config.display(id).is_some() && !changed.iter().any(|changed| changed.as_str() == id.as_str())
        };
        self.inner().known.retain(|id, _| stays(id));
        self.ended.send_replace(());
    }

    /// Waits until no check is under way.
    pub async fn settled(&self) {
        let mut ended = self.ended.subscribe();
        while self.inner().known.values().any(|known| known.attempt.is_some()) {
            if ended.changed().await.is_err() {
                return;
            }
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn find(&mut self, outcome: Outcome, presence: Presence) {
        let is_refusal = matches!(&outcome, Err((_, error)) if error.is_refusal());
        self.refused_by = is_refusal.then_some(presence);
        self.reach = match outcome {
            // Who has no room for one more is there.
            Ok(()) | Err((_, TargetError::Unreachable(NoWay::Full))) => DisplayState::Reachable,
            Err((_, TargetError::Refused(ServerError::PasswordMissing))) => {
                DisplayState::AsksPassword { refused: false }
            }
            Err((place, error)) => {
                let (reason, fix) = unreachable(&place, &error);
                DisplayState::Unreachable { reason, fix }
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(outcome: Option<Outcome>) -> Checked {
        let presence = Presence::Unknown;
        Checked { presence, outcome }
    }

    fn silent(display_states: &DisplayStates, attempt: u64) {
        let error = TargetError::NoAnswer;
        display_states.learn("A", attempt, checked(Some(Err((Place::Demo, error)))));
    }

    #[test]
    fn an_answer_to_an_earlier_check_counts_for_nothing() {
        let display_states = DisplayStates::default();
        let first = display_states.begin("A", Why::Routine).unwrap();
        for why in [Why::Routine, Why::Asked] {
            assert!(display_states.begin("A", why).is_none(), "one check at a time");
        }
        let second = display_states.begin("A", Why::Changed).unwrap();
        silent(&display_states, first.number);
        assert_eq!(display_states.of("A"), DisplayState::Checking);
        display_states.learn("A", second.number, checked(Some(Ok(()))));
        assert_eq!(display_states.of("A"), DisplayState::Reachable);
    }

    #[test]
    fn a_check_that_is_a_routine_leaves_what_is_known_until_it_knows_better() {
        let display_states = DisplayStates::default();
        let first = display_states.begin("A", Why::Routine).unwrap();
        display_states.learn("A", first.number, checked(Some(Ok(()))));
        let second = display_states.begin("A", Why::Routine).unwrap();
        assert_eq!(display_states.of("A"), DisplayState::Reachable);
        silent(&display_states, second.number);
        assert!(matches!(display_states.of("A"), DisplayState::Unreachable { .. }));
        display_states.keep(&Config::empty(), &[]);
        assert_eq!(display_states.of("A"), DisplayState::Checking);
    }

    #[test]
    fn a_server_that_refused_is_left_alone_by_routine_and_asked_when_a_person_asks() {
        let display_states = DisplayStates::default();
        let first = display_states.begin("A", Why::Routine).unwrap();
        let asks = TargetError::Refused(ServerError::PasswordMissing);
        display_states.learn("A", first.number, checked(Some(Err((Place::Demo, asks)))));
        let routine = display_states.begin("A", Why::Routine).unwrap();
        assert_eq!(routine.refused_by, Some(Presence::Unknown));
        display_states.learn("A", routine.number, checked(None));
        assert_eq!(
            display_states.of("A"),
            DisplayState::AsksPassword { refused: false }
        );
        assert_eq!(display_states.begin("A", Why::Asked).unwrap().refused_by, None);
    }

    #[tokio::test]
    async fn whoever_asks_meanwhile_waits_for_the_check() {
        let display_states = DisplayStates::default();
        display_states.settled().await;
        let attempt = display_states.begin("A", Why::Routine).unwrap();
        let waits = display_states.clone();
        let waits = tokio::spawn(async move { waits.settled().await });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        silent(&display_states, attempt.number);
        waits.await.unwrap();
    }
}
