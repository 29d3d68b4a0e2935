//! What is known of whether displays can be reached.

use std::collections::{HashMap, HashSet};

use porthole_gateway::{ServerError, TargetError};

use super::Controller;
use crate::{
    Reach,
    config::{Config, Place},
    unreachable::unreachable,
};

/// What is known of whether displays can be reached, by their names.
#[derive(Default)]
pub(super) struct Reaches {
    known: HashMap<String, Known>,
    attempts: u64,
}

/// Why a display is to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It is time, or a session has ended.
    Routine,
    /// A person asked.
    Asked,
    /// It is another than before: only what comes of this check counts.
    Changed,
}

struct Known {
    reach: Reach,
    /// The server was there and refused us. To try the same again and again would lock the display for its owner.
    refused: bool,
    /// The check that is under way. An answer to an earlier one, of what the display was before, counts for nothing.
    attempt: Option<u64>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            reach: Reach::Checking,
            refused: false,
            attempt: None,
        }
    }
}

/// Why a display cannot be reached, with the place that was tried.
pub(super) type Outcome = Result<(), (Place, TargetError)>;

impl Reaches {
    pub fn of(&self, display: &str) -> Reach {
        self.known
            .get(display)
            .map_or(Reach::Checking, |known| known.reach.clone())
    }

    /// Begins a check, and names it; `None`: better not, or one is under way.
    pub fn begin(&mut self, display: &str, why: Why) -> Option<u64> {
        let known = self.known.entry(display.to_owned()).or_default();
        if why != Why::Routine {
            known.reach = Reach::Checking;
        }
        let needless = known.attempt.is_some() && why != Why::Changed;
        if needless || (known.refused && why == Why::Routine) {
            return None;
        }
        self.attempts += 1;
        known.attempt = Some(self.attempts);
        known.attempt
    }

    pub fn learn(&mut self, display: &str, attempt: u64, outcome: Outcome) {
        let Some(known) = self
            .known
            .get_mut(display)
            .filter(|known| known.attempt == Some(attempt))
        else {
            return;
        };
        known.attempt = None;
        known.find(outcome);
    }

    /// Takes what was found in another way than by a check.
    pub fn find(&mut self, display: &str, outcome: Outcome) {
        if let Some(known) = self.known.get_mut(display) {
            known.find(outcome);
        }
    }

    /// A password that a person wanted to be kept was refused.
    pub fn refuse_password(&mut self, display: &str) {
        if let Some(known) = self.known.get_mut(display) {
            known.reach = Reach::AsksPassword { refused: true };
        }
    }

    /// Forgets displays that are not in the config any more.
    pub fn keep(&mut self, config: &Config) {
        self.known.retain(|name, _| config.display(name).is_some());
    }
}

impl Known {
    fn find(&mut self, outcome: Outcome) {
        self.refused = matches!(&outcome, Err((_, error)) if error.is_refusal());
        self.reach = match outcome {
            Ok(()) => Reach::Reachable,
            Err((_, TargetError::Refused(ServerError::PasswordMissing))) => {
                Reach::AsksPassword { refused: false }
            }
            Err((place, error)) => {
                let (reason, fix) = unreachable(&place, &error);
                Reach::Unreachable { reason, fix }
            }
        };
    }
}

impl Controller {
    /// Whoever has left may have done so since the display is gone.
    pub(super) fn sessions_changed(&mut self) {
        let now = self.porthole.sessions().list();
        let now: Vec<_> = now
            .into_iter()
            .map(|session| (session.id, session.display))
            .collect();
        let before = std::mem::replace(&mut self.sessions, now);
        let ended: HashSet<_> = before
            .into_iter()
            .filter(|session| !self.sessions.contains(session))
            .collect();
        for (_, display) in ended {
            self.check(&display, Why::Routine);
        }
    }

    pub(super) fn check_all(&mut self) {
        let names: Vec<_> = self
            .porthole
            .config()
            .displays
            .iter()
            .map(|display| display.name.clone())
            .collect();
        for name in names {
            self.check(&name, Why::Routine);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reaches: &mut Reaches, attempt: u64) {
        let error = TargetError::NoAnswer;
        reaches.learn("A", attempt, Err((Place::Demo, error)));
    }

    #[test]
    fn an_answer_to_an_earlier_check_counts_for_nothing() {
        let mut reaches = Reaches::default();
        let first = reaches.begin("A", Why::Routine).unwrap();
        for why in [Why::Routine, Why::Asked] {
            assert_eq!(reaches.begin("A", why), None, "one check at a time");
        }
        let second = reaches.begin("A", Why::Changed).unwrap();
        refused(&mut reaches, first);
        assert_eq!(reaches.of("A"), Reach::Checking);
        reaches.learn("A", second, Ok(()));
        assert_eq!(reaches.of("A"), Reach::Reachable);
    }

    #[test]
    fn a_check_that_is_a_routine_leaves_what_is_known_until_it_knows_better() {
        let mut reaches = Reaches::default();
        let first = reaches.begin("A", Why::Routine).unwrap();
        reaches.learn("A", first, Ok(()));
        let second = reaches.begin("A", Why::Routine).unwrap();
        assert_eq!(reaches.of("A"), Reach::Reachable);
        refused(&mut reaches, second);
        assert!(matches!(reaches.of("A"), Reach::Unreachable { .. }));
        reaches.keep(&Config::empty());
        assert_eq!(reaches.of("A"), Reach::Checking);
    }
}
