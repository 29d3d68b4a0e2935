//! The password of a display that is in the list without it, as the controller keeps it.

use porthole_gateway::{Password, ServerError, TargetError, probe};

use super::{Controller, work::Done};
use crate::{
    DisplayId, Notice, Secret,
    config::{Place, Which, keep_password},
    platform::blocking::blocking,
    reachability::display_states::Why,
    texts::{say, sentence::sentence},
};

/// Why a password was not kept.
pub(super) enum NotKept {
    /// No session could begin with it.
    Refused(Place, TargetError),
    /// It could not be written.
    Unwritten(String),
}

impl Controller {
    /// Keeps the password of a display, once its server has let us in with it.
    pub(super) fn keep_password(&mut self, display: DisplayId, password: Secret) {
        let Some(known) = self.porthole.config().display(display.as_str()).cloned() else {
            return;
        };
        let Place::At(target) = known.place.clone() else {
            return;
        };
        let shown = Password::from(password.expose());
        if password.expose().is_empty() || known.password.is_some() || !self.busy.insert(display.clone()) {
            return;
        }
        let file = self.porthole.config_file().to_owned();
        self.work.spawn(async move {
            let kept = match probe(&target, Some(&shown)).await {
                Err(error) => Err(NotKept::Refused(known.place, error)),
                Ok(()) => {
                    let written = move || {
                        let which = (&Which::of(&known), known.name.as_str());
                        keep_password(&file, which, &known.place, &password)
                    };
                    blocking(written).await.map_err(NotKept::Unwritten)
                }
            };
            Done::KeptPassword { display, kept }
        });
    }

    /// A password that was kept comes into force with the config that names it.
    pub(super) fn take_kept_password(&mut self, display: &DisplayId, kept: Result<(), NotKept>) {
        self.busy.remove(display);
        match kept {
            Ok(()) => {
                let name = self.service.links.name(display.as_str()).unwrap_or_default();
                self.notice = Some(Notice::info(say!("done-kept-password", display = name)));
            }
            Err(NotKept::Unwritten(cause)) => self.fail(sentence(&cause)),
            Err(NotKept::Refused(_, TargetError::Refused(ServerError::WrongPassword { .. }))) => {
                self.service.display_states.refuse_password(display.as_str());
            }
            Err(NotKept::Refused(_, TargetError::Refused(ServerError::PasswordNotAsked))) => {
                self.check(display, Why::Asked);
            }
            Err(NotKept::Refused(place, error)) => self
                .service
                .display_states
                .find(display.as_str(), Err((place, error))),
        }
    }
}
