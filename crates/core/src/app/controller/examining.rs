//! The doctor's visits.

use super::{Controller, work::Done};
use crate::Finding;

impl Controller {
    /// Has everything looked at, unless that is under way, and brings up the window that will show it.
    #[cfg(target_os = "linux")]
    pub(super) fn call_doctor(&mut self) {
        use crate::{doctor::examine, platform::machine::Machine};

        self.show_window();
        if self.doctor.as_ref().is_some_and(Vec::is_empty) {
            return;
        }
        self.doctor = Some(Vec::new());
        let place = self.place.clone();
        self.work
            .spawn(async move { Done::Examined(examine(place, Machine::here(), None).await) });
    }

    /// It knows nothing of this system.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn call_doctor(&mut self) {
        self.fail("Porthole can look for faults on Linux only.".into());
    }

    /// What was found, if a person still waits for it.
    pub(super) fn take_findings(&mut self, findings: Vec<Finding>) {
        if self.doctor.is_some() {
            self.doctor = Some(findings);
        }
    }
}
