//! Which displays have their picture taken.

use std::collections::{HashMap, HashSet};

use porthole_gateway::Ready;

use super::Controller;
use crate::{
    Reach,
    config::{Display, Place},
    pictures::Subject,
};

impl Controller {
    /// Has pictures taken of the displays that can be reached as they are: none is started for its picture.
    pub(super) fn take_pictures(&self) {
        let watched: HashSet<_> = self.sessions.iter().map(|(_, display)| display).collect();
        let displays = self.porthole.config().displays.iter();
        let subjects: HashMap<_, _> = displays
            .filter(|display| display.picture)
            .filter_map(|display| {
                let Ready { target, password } = self.ready(display)?;
                let subject = Subject {
                    target,
                    password,
                    watched: watched.contains(&display.name),
                };
                Some((display.name.clone(), subject))
            })
            .collect();
        self.pictures.take_of(subjects, self.visible);
    }

    /// Where a display's VNC server is, if it runs.
    fn ready(&self, display: &Display) -> Option<Ready> {
        if matches!(display.place, Place::Launched(_)) {
            return self.porthole.desks().ready_to_view(&display.name);
        }
        (self.reaches.of(&display.name) == Reach::Reachable).then(|| Ready {
            target: self.porthole.target(display),
            password: display.password.clone(),
        })
    }
}
