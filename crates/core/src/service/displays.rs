//! Desktops that Porthole launches: starting and stopping them.

use super::Service;
use crate::{DisplayId, NoDesktop};

impl Service {
    /// Starts a display, unless it runs, and waits until viewers can connect.
    ///
    /// # Errors
    /// Why it could not be started.
    pub async fn start(&self, display: &DisplayId) -> Result<(), NoDesktop> {
        self.desktops.start(display.as_str()).await.map(drop)
    }

    /// Starts displays beside what the caller does; how that goes is told by their views.
    pub fn start_soon(&self, displays: Vec<DisplayId>) {
        self.desktops.start_soon(displays);
    }

    /// Stops a display, and waits until nothing of it is left. No error if it does not run.
    ///
    /// # Errors
    /// There is no such display.
    pub async fn stop(&self, display: &DisplayId) -> Result<(), NoDesktop> {
        self.desktops.stop(display.as_str()).await
    }

    /// Stops a display and starts it again. Its sessions end, and their viewers are told to come back.
    ///
    /// # Errors
    /// Why it could not be started.
    pub async fn restart(&self, display: &DisplayId) -> Result<(), NoDesktop> {
        self.desktops.restart(display.as_str()).await.map(drop)
    }

    /// Stops all displays that run, also those that are no longer in the config. Returns their names.
    pub async fn stop_all(&self) -> Vec<String> {
        self.desktops.stop_all().await
    }
}
