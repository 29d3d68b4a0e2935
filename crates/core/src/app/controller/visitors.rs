//! Links and visitors, as the controller attends to them.

use porthole_gateway::RightsError;

use super::{Controller, work::Done};
use crate::{DisplayId, Notice, SessionRights, sharing::state::Saving, texts::say};

impl Controller {
    pub(super) fn revoke_link(&mut self, link: u64) {
        // One that has ended meanwhile is as the person wants it.
        let (_, saved) = self.service.revoke(link);
        self.see_revoked(saved);
    }

    pub(super) fn revoke_links(&mut self, display: &DisplayId) {
        let (_, saved) = self.service.revoke_all(display);
        self.see_revoked(saved);
    }

    pub(super) fn answer(&mut self, visitor: u64, rights: Option<SessionRights>) {
        if !self.service.answer(visitor, rights) && rights.is_some() {
            self.fail(say!("failed-no-visitor"));
        }
    }

    /// The list shows the new rights once they are in force.
    pub(super) fn set_rights(&mut self, session: u64, rights: SessionRights) {
        let service = self.service.clone();
        self.work.spawn(async move {
            let notice = match service.set_rights(session, rights).await {
                Err(RightsError::NotYet) => Some(Notice::error(say!("failed-rights-not-yet"))),
                Err(RightsError::Ended) => Some(Notice::info(say!("rights-session-ended"))),
                Ok(()) if rights == SessionRights::View => Some(Notice::info(say!("rights-view-lasts"))),
                // One that has ended can do nothing any more, and who overruled this knows what they wanted.
                Err(_) | Ok(()) => None,
            };
            Done::asked(notice)
        });
    }

    /// A link that is revoked opens nothing any more; but if that cannot be saved, it would again after the next start.
    fn see_revoked(&mut self, saved: Saving) {
        self.work.spawn(async move {
            let failed = saved.await.err();
            Done::asked(
                failed.map(|cause| Notice::error(say!("failed-not-revoked", cause = cause.to_string()))),
            )
        });
    }
}
