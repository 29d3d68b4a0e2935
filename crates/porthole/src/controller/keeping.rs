//! The password of a display that is in the list without it, as the controller keeps it.

use porthole_gateway::{Password, ServerError, TargetError, probe};

use super::{Controller, work::Done};
use crate::{
    Notice, Secret,
    blocking::blocking,
    config::{Place, keep_password},
    reaches::Why,
    sentence::sentence,
    texts::say,
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
    pub(super) fn keep_password(&mut self, display: String, password: Secret) {
        let Some(known) = self.porthole.config().display(&display).cloned() else {
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
                    let name = display.clone();
                    let written = move || keep_password(&file, &name, &target.to_string(), &password);
                    blocking(written).await.map_err(NotKept::Unwritten)
                }
            };
            Done::KeptPassword { display, kept }
        });
    }

    /// A password that was kept comes into force with the config that names it.
    pub(super) fn take_kept_password(&mut self, display: String, kept: Result<(), NotKept>) {
        self.busy.remove(&display);
        match kept {
            Ok(()) => self.notice = Some(Notice::info(say!("done-kept-password", display = display))),
            Err(NotKept::Unwritten(cause)) => self.fail(sentence(&cause)),
            Err(NotKept::Refused(_, TargetError::Refused(ServerError::WrongPassword { .. }))) => {
                self.reaches.refuse_password(&display);
            }
            Err(NotKept::Refused(_, TargetError::Refused(ServerError::PasswordNotAsked))) => {
                self.check(&display, Why::Asked);
            }
            Err(NotKept::Refused(place, error)) => self.reaches.find(&display, Err((place, error))),
        }
    }
}
