//! Displays that a person adds, as the controller attends to them: each leads to a link.

use porthole_gateway::{ServerError, Target, TargetError};

use super::{Controller, work::Done};
use crate::{
    Adding, AddingView, DisplayState, LaunchView, Notice, Secret, TokenFileView,
    config::{Added, Addition, Place, THIS_SCREEN, Which, display_at},
    reachability::unreachable::unreachable,
    texts::{explained, say, sentence::sentence},
};

/// What is being added.
#[derive(Default)]
pub(super) struct Additions {
    /// Displays that were added and are to be started once the config knows them.
    pub to_start: Vec<Which>,
    /// The display that was added last, until a link to it would work.
    pub to_share: Option<Which>,
    /// The VNC server that is about to be added.
    pub server: Option<AddingView>,
    /// The token file that is about to be taken over.
    pub token_file: Option<TokenFileView>,
    /// Tells the answer that is waited for from earlier ones.
    pub attempt: u64,
}

/// What came of trying a VNC server.
pub(super) struct TriedServer {
    attempt: u64,
    target: Target,
    addition: Addition,
    tried: Result<(), TargetError>,
}

impl Controller {
    /// Shares this screen; if it is in the list already, that is started and shared which shows it.
    pub(super) fn share_this_screen(&mut self) {
        let shared = |display: &&crate::config::Display| display.place.to_string() == THIS_SCREEN;
        match self.porthole.config().displays.iter().find(shared) {
            Some(display) => {
                let which = Which::of(display);
                self.start_display(display.id.clone());
                self.additions.to_share = Some(which);
            }
            None => self.add(Addition::ThisScreen),
        }
    }

    /// Adds a VNC server once it has let us in, or `anyway`.
    pub(super) fn add_server(&mut self, asked: String, password: Option<Secret>, anyway: bool) {
        let target: Target = match asked.trim().parse() {
            Ok(target) => target,
            Err(error) => {
                let reason = explained(&error);
                return self.is_adding(asked, Adding::Wrong { reason });
            }
        };
        if let Some(display) = display_at(self.porthole.config(), &target) {
            let display = display.id.clone();
            self.add_nothing();
            return self.open_share(display);
        }
        let found = self.found.iter().find(|found| found.target == asked);
        let program = found.and_then(|found| found.program.clone());
        let password = password.filter(|password| !password.expose().is_empty());
        let addition = Addition::Server {
            name: program.unwrap_or_else(|| target.to_string()),
            target: target.to_string(),
            password: password.clone(),
        };
        self.is_adding(asked, Adding::Trying);
        if anyway {
            return self.add(addition);
        }
        let (attempt, service) = (self.additions.attempt, self.service.clone());
        self.work.spawn(async move {
            let tried = service.try_server(&target, password.as_ref()).await;
            Done::TriedServer(Box::new(TriedServer {
                attempt,
                target,
                addition,
                tried,
            }))
        });
    }

    pub(super) fn take_tried_server(&mut self, done: TriedServer) {
        let Some(view) = self.additions.server.as_mut() else {
            return;
        };
        if done.attempt != self.additions.attempt {
            return;
        }
        view.state = match done.tried {
            Ok(()) => return self.add(done.addition),
            Err(TargetError::Refused(ServerError::PasswordMissing)) => {
                Adding::AsksPassword { refused: false }
            }
            Err(TargetError::Refused(ServerError::WrongPassword { .. })) => {
                Adding::AsksPassword { refused: true }
            }
            Err(error) => {
                let (reason, fix) = unreachable(&Place::At(done.target), &error);
                let fix = match error {
                    TargetError::Unreachable(_) => say!("unreachable-address-fix"),
                    _ => fix,
                };
                Adding::Unreachable { reason, fix }
            }
        };
    }

    /// Answers to what was asked before count for nothing.
    pub(super) fn add_nothing(&mut self) {
        self.additions.attempt += 1;
        self.additions.server = None;
        self.additions.token_file = None;
    }

    fn is_adding(&mut self, target: String, state: Adding) {
        self.additions.attempt += 1;
        self.additions.server = Some(AddingView { target, state });
    }

    pub(super) fn add(&mut self, addition: Addition) {
        let service = self.service.clone();
        let launched = !matches!(addition, Addition::Server { .. });
        self.work.spawn(async move {
            let added = service.add(addition).await;
            Done::Added { added, launched }
        });
    }

    pub(super) fn take_added(&mut self, added: Result<Added, String>, launched: bool) {
        self.additions.server = None;
        match added {
            Ok(Added { which, name, is_new }) => {
                let file = self.place.file().display();
                if is_new {
                    self.notice = Some(Notice::info(say!(
                        "done-added",
                        display = name,
                        file = file.to_string()
                    )));
                }
                self.additions.to_share = Some(which.clone());
                if launched {
                    self.additions.to_start.push(which);
                    self.start_added();
                }
            }
            Err(cause) => self.fail(sentence(&cause)),
        }
    }

    /// Starts what a person has added, now that the config knows it.
    pub(super) fn start_added(&mut self) {
        let config = self.porthole.config();
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for which in std::mem::take(&mut self.additions.to_start) {
            match which.find(config) {
                Some(display) => known.push(display.id.clone()),
                None => unknown.push(which),
            }
        }
        self.additions.to_start = unknown;
        self.service.start_soon(known);
    }

    /// Lets a person share what they have added, as soon as a link to it would work. What does not come up says why in
    /// the list.
    pub(super) fn share_added(&mut self) {
        let Some(which) = self.additions.to_share.clone() else {
            return;
        };
        if self.share_for.is_some() {
            self.additions.to_share = None;
            return;
        }
        let Some(display) = which.find(self.porthole.config()) else {
            return;
        };
        let display = display.id.clone();
        let works = match self.service.desktops.view(display.as_str()) {
            Some(LaunchView::Running { .. }) => true,
            Some(LaunchView::Ended { .. } | LaunchView::Unavailable { .. }) => false,
            Some(_) => return,
            None => match self.service.display_states.of(display.as_str()) {
                DisplayState::Checking => return,
                reach => !matches!(reach, DisplayState::Unreachable { .. }),
            },
        };
        self.additions.to_share = None;
        if works {
            // That it is in the list is seen.
            self.notice = None;
            self.open_share(display);
        }
    }
}
