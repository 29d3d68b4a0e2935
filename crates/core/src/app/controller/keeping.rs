//! The password of a display that is in the list without it, as the controller keeps it.

use porthole_gateway::{ServerError, TargetError};

use super::{Controller, work::Done};
use crate::{
    DisplayId, Notice, Secret,
    reachability::display_states::Why,
    service::NotKept,
    texts::{say, sentence::sentence},
};

impl Controller {
    /// Keeps the password of a display, once its server has let us in with it.
    pub(super) fn keep_password(&mut self, display: DisplayId, password: Secret) {
        let wanted = !password.expose().is_empty() && self.service.lacks_password(&display);
        if !wanted || !self.busy.insert(display.clone()) {
            return;
        }
        let service = self.service.clone();
        self.work.spawn(async move {
            let kept = service.keep_password(&display, password).await;
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
            // Somebody else has kept one meanwhile, or taken the display away.
            Err(NotKept::NotWanted) => {}
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
