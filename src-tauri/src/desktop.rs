//! What the program asks of the screen.

use std::{ffi::OsStr, path::Path, time::Duration};

use porthole_core::{DisplayId, Handle, ShellError};
use tauri::{AppHandle, Manager, Url};
use tauri_plugin_clipboard_manager::ClipboardExt;
use tracing::debug;

use crate::{login::Login, platform::open_as_text, windows};

/// The desktop as the program's controller sees it.
pub struct Desktop {
    pub app: AppHandle,
    pub login: Login,
}

impl porthole_core::Desktop for Desktop {
    fn open_window(&mut self, display: &DisplayId, name: &str, url: &Url) -> Result<(), ShellError> {
        let theme = self.app.state::<Handle>().snapshots.borrow().settings.theme;
        windows::show_viewer(&self.app, (display, name), url, theme).map_err(ShellError::new)
    }

    fn open_browser(&mut self, url: &Url) -> Result<(), ShellError> {
        // `open` would take a `file:` URL, or a program's name, just as well.
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ShellError::new(
                "only http and https addresses are opened in a browser",
            ));
        }
        open(url.as_str())
    }

    fn copy(&mut self, text: &str) -> Result<(), ShellError> {
        self.app.clipboard().write_text(text).map_err(ShellError::new)
    }

    fn open_file(&mut self, path: &Path) -> Result<(), ShellError> {
        open(path).or_else(|_| open_as_text(path))
    }

    fn show_window(&mut self) -> Result<(), ShellError> {
        windows::show_main(&self.app).map_err(ShellError::new)
    }

    fn start_at_login(&mut self, on: bool) -> Result<(), ShellError> {
        self.login.set(on).map_err(ShellError::new)
    }

    fn starts_at_login(&mut self) -> Result<bool, ShellError> {
        self.login.is_on().map_err(ShellError::new)
    }

    fn quit(&mut self) {
        self.app.exit(0);
    }
}

/// How long each of the system's launchers, six at most, may take to say that nothing opens it. One that still runs then
/// has opened it: some wait until the person closes the program. All together they stay below what the controller waits.
const LAUNCHER_PATIENCE: Duration = Duration::from_secs(3);

/// Opens it as the desktop does. What launchers say of themselves helps nobody, so it goes to the log.
fn open(what: impl AsRef<OsStr>) -> Result<(), ShellError> {
    open::that_detached_with_timeout(what, LAUNCHER_PATIENCE).map_err(|error| {
        debug!(%error, "nothing opened it");
        ShellError::NothingOpens
    })
}
