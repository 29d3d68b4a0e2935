//! Displays that Porthole launches, as the controller attends to them.

use porthole_gateway::Target;
use porthole_launcher::{FoundServer, LaunchError, Search};

use super::{Controller, work::Done};
use crate::{
    DisplayId, FoundView, Notice,
    config::{Config, Place, here},
    desktops::words,
    texts::say,
};

impl Controller {
    pub(super) fn start_display(&mut self, display: DisplayId) {
        let (service, name) = (self.service.clone(), self.service.name(&display));
        self.launch(async move {
            service.start(&display).await.map_err(|error| {
                say!(
                    "desk-not-started",
                    display = name,
                    cause = words::no_desktop(&error)
                )
            })
        });
    }

    pub(super) fn stop_display(&mut self, display: DisplayId) {
        let service = self.service.clone();
        self.launch(async move {
            let stopped = service.stop(&display).await;
            stopped.map_err(|error| words::no_desktop(&error))
        });
    }

    pub(super) fn restart_display(&mut self, display: DisplayId) {
        let (service, name) = (self.service.clone(), self.service.name(&display));
        self.launch(async move {
            service.restart(&display).await.map_err(|error| {
                say!(
                    "desk-not-restarted",
                    display = name,
                    cause = words::no_desktop(&error)
                )
            })
        });
    }

    /// Stops all that run; the program ends when they have.
    pub(super) fn stop_all(&mut self) {
        let service = self.service.clone();
        self.work.spawn(async move {
            service.stop_all().await;
            Done::AllStopped
        });
    }

    /// Looks what there is to launch, what it takes, and what runs besides; not twice at once.
    pub(super) fn look(&mut self) {
        let Some(mut search) = self.search.take() else {
            return;
        };
        let desktops = self.service.desktops.clone();
        let visible = self.visible;
        self.work.spawn(async move {
            let obstacles = desktops.look().await;
            let said = |error: LaunchError| words::whole(&error);
            let (memory, found) = if visible {
                (desktops.memory().await, search.look().await)
            } else {
                Default::default()
            };
            Done::Looked(Box::new(Looked {
                search,
                new_desktop: obstacles.desktop.map(said),
                this_screen: obstacles.this_screen.map(said),
                memory,
                found,
            }))
        });
    }

    pub(super) fn take_looked(&mut self, looked: Looked) {
        self.search = Some(looked.search);
        self.new_desktop = looked.new_desktop;
        self.this_screen = looked.this_screen;
        if self.visible {
            self.memory = looked.memory;
            self.found = looked.found;
        }
    }

    /// Nobody looks any more, so what would soon be out of date is forgotten.
    pub(super) fn look_away(&mut self) {
        self.memory.clear();
        self.found.clear();
    }

    /// The servers that were found and that no display shows.
    pub(super) fn found_views(&self) -> Vec<FoundView> {
        let known = known_targets(self.porthole.config(), self.service.desktops.sockets());
        new_places(&self.found, known)
    }

    fn launch(&mut self, work: impl Future<Output = Result<(), String>> + Send + 'static) {
        self.work
            .spawn(async move { Done::asked(work.await.err().map(Notice::error)) });
    }
}

/// What came of a look.
pub(super) struct Looked {
    search: Search,
    new_desktop: Option<String>,
    this_screen: Option<String>,
    memory: std::collections::HashMap<DisplayId, u64>,
    found: Vec<FoundServer>,
}

fn known_targets(config: &Config, ours: Vec<Target>) -> Vec<Target> {
    let targets = config.displays.iter().filter_map(|display| match &display.place {
        Place::At(target) => Some(target.clone()),
        _ => None,
    });
    targets.chain(ours).collect()
}

/// Those of `found` that are at no place of `known`, each place once.
fn new_places(found: &[FoundServer], known: Vec<Target>) -> Vec<FoundView> {
    let mut known: Vec<Target> = known.into_iter().map(here).collect();
    let mut views = Vec::new();
    for FoundServer { target, program } in found {
        let Ok(place) = target.parse().map(here) else {
            continue;
        };
        if !known.contains(&place) {
            known.push(place);
            views.push(FoundView {
                target: target.clone(),
                program: program.clone(),
            });
        }
    }
    views
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_offered_once_and_not_what_a_display_shows() {
        let found = [
            ("127.0.0.1:5901", "Xvnc"),
            ("127.0.0.1:5902", "x11vnc"),
            ("[::1]:5902", "x11vnc"),
            ("unix:/run/a.sock", "Xvnc"),
            ("unix:/run/b.sock", "Xvnc"),
        ];
        let found = found.map(|(target, program)| FoundServer {
            target: target.into(),
            program: Some(program.into()),
        });
        let known = ["localhost:1", "unix:/run/a.sock"].map(|target| target.parse().unwrap());
        let targets: Vec<_> = new_places(&found, known.into())
            .into_iter()
            .map(|view| view.target)
            .collect();
        assert_eq!(targets, ["127.0.0.1:5902", "unix:/run/b.sock"]);
    }
}
