//! Links for others, as the controller attends to them.

use super::{Controller, work::Done};
use crate::{Notice, blocking::blocking, config::set_encrypt, sentence::sentence};

impl Controller {
    /// Only writes the config: what follows from it does so however it was written.
    pub(super) fn encrypt(&mut self, on: bool) {
        let file = self.porthole.config_file().to_owned();
        self.work.spawn(async move {
            let set = blocking(move || set_encrypt(&file, on)).await;
            Done::asked(set.err().map(|cause| Notice::error(sentence(&cause))))
        });
    }
}
