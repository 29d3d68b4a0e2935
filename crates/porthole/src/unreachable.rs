//! Why a display cannot be reached, for people.

use porthole_gateway::TargetError;

use crate::{config::Place, sentence::sentence};

/// Why a session with the VNC server at `place` could not begin, and what to do about it: a sentence each.
pub(crate) fn unreachable(place: &Place, error: &TargetError) -> (String, String) {
    match error {
        TargetError::Unreachable(why) => (
            format!("No connection to {place}: {why}."),
            "Start its VNC server, or correct the display's target in the config file.".into(),
        ),
        TargetError::NoAnswer => (
            format!("What listens at {place} did not answer in time."),
            "Check that it is a VNC server, and that it is not held up.".into(),
        ),
        TargetError::Refused(refusal) => (sentence(&refusal.cause()), sentence(refusal.fix())),
    }
}
