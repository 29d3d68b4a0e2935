//! Who came and went, as the controller attends to it.

use std::time::SystemTime;

use super::{Controller, work::Done};
use crate::{Notice, VisitView, platform::blocking::blocking, sharing::history::export, texts::say};

/// So many visits are shown; all of them can be exported.
const MAX_SHOWN_VISITS: usize = 500;

/// The history, as far as somebody looks at it.
#[derive(Default)]
pub(super) struct Past {
    pub shown: bool,
    pub visits: Option<Vec<VisitView>>,
}

impl Controller {
    pub(super) fn show_history(&mut self, shown: bool) {
        self.past = Past {
            shown,
            visits: self.past.visits.take().filter(|_| shown),
        };
        if shown {
            self.read_history();
        }
    }

    pub(super) fn read_history(&mut self) {
        let service = self.service.clone();
        self.work.spawn(async move {
            let mut visits = service.visits().await;
            visits.truncate(MAX_SHOWN_VISITS);
            Done::LookedBack(visits)
        });
    }

    pub(super) fn take_history(&mut self, visits: Vec<VisitView>) {
        self.past.visits = self.past.shown.then_some(visits);
    }

    pub(super) fn export_history(&mut self) {
        let Some(folder) = self.place.downloads.clone() else {
            return self.fail(say!("failed-export-no-folder"));
        };
        let service = self.service.clone();
        self.work.spawn(async move {
            let visits = service.visits().await;
            let written = blocking({
                let folder = folder.clone();
                move || export(&visits, &folder, SystemTime::now())
            });
            Done::asked(Some(match written.await {
                Ok(file) => Notice::info(say!("done-exported", file = file.display().to_string())),
                Err(cause) => {
                    let (folder, cause) = (folder.display().to_string(), cause.to_string());
                    Notice::error(say!("failed-export", folder = folder, cause = cause))
                }
            }))
        });
    }
}
