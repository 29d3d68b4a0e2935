//! When displays are checked.

use std::collections::HashSet;

use super::Controller;
use crate::reachability::display_states::Why;

impl Controller {
    /// Whoever has left may have done so since the display is gone.
    pub(super) fn sessions_changed(&mut self) {
        let now = self.service.sessions.list();
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
            // Sessions of a token file's targets are no display's.
            if let Ok(display) = display.parse() {
                self.check(&display, Why::Routine);
            }
        }
    }

    pub(super) fn check_all(&mut self) {
        let displays = self.porthole.config().displays.iter();
        let ids: Vec<_> = displays.map(|display| display.id.clone()).collect();
        for id in ids {
            self.check(&id, Why::Routine);
        }
    }
}
