//! Which displays have their picture taken.

use std::collections::{HashMap, HashSet};

use porthole_gateway::{Ready, Rights};

use super::Controller;
use crate::{
    DisplayState,
    config::{Display, Place},
    reachability::display_states::Why,
    thumbnails::ThumbnailSource,
};

impl Controller {
    /// Whether a live picture is taken of a display: that is proof enough that it can be reached.
    pub(super) fn is_pictured(&self, display: &str) -> bool {
        self.pictures.view(display).is_some_and(|picture| picture.live)
    }

    /// A picture that is no longer live is no proof any more.
    pub(super) fn pictures_changed(&mut self) {
        let displays = self.porthole.config().displays.iter();
        let pictured = displays
            .map(|display| &display.id)
            .filter(|id| self.is_pictured(id.as_str()));
        let pictured: HashSet<_> = pictured.cloned().collect();
        let before = std::mem::replace(&mut self.pictured, pictured);
        if self.visible {
            for display in before.difference(&self.pictured.clone()) {
                self.check(display, Why::Routine);
            }
        }
    }

    /// Has pictures taken of the displays that can be reached as they are: none is started for its picture.
    pub(super) fn take_pictures(&self) {
        let watched: HashSet<_> = self
            .sessions
            .iter()
            .map(|(_, display)| display.as_str())
            .collect();
        let displays = self.porthole.config().displays.iter();
        let subjects: HashMap<_, _> = displays
            .filter(|display| display.picture)
            .filter_map(|display| {
                let Ready { target, password } = self.ready(display)?;
                let subject = ThumbnailSource {
                    target,
                    password,
                    watched: watched.contains(display.id.as_str()),
                };
                Some((display.id.to_string(), subject))
            })
            .collect();
        self.pictures.take_of(subjects, self.visible);
    }

    /// Where a display's VNC server is, if it runs.
    fn ready(&self, display: &Display) -> Option<Ready> {
        if matches!(display.place, Place::Launched(_)) {
            return self.service.desktops.ready_to_view(display.id.as_str());
        }
        (self.service.display_states.of(display.id.as_str()) == DisplayState::Reachable).then(|| Ready {
            target: self.service.links.target(display, Rights::Control),
            password: display.password.clone(),
        })
    }
}
