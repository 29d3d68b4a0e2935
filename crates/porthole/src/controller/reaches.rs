//! When displays are checked.

use std::collections::HashSet;

use super::Controller;
use crate::reaches::Why;

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
