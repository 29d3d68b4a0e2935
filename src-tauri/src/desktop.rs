//! What the program asks of the screen.

use std::path::Path;

use porthole::ShellError;
use tauri::{AppHandle, Url};
use tauri_plugin_clipboard_manager::ClipboardExt;

use crate::windows;

/// The desktop as the program's controller sees it.
pub struct Desktop(pub AppHandle);

impl porthole::Desktop for Desktop {
    fn open_window(&mut self, display: &str, url: &Url) -> Result<(), ShellError> {
        windows::show_viewer(&self.0, display, url).map_err(ShellError::new)
    }

    fn open_browser(&mut self, url: &Url) -> Result<(), ShellError> {
        // `open` would take a `file:` URL, or a program's name, just as well.
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ShellError::new(
                "only http and https addresses are opened in a browser",
            ));
        }
        open::that_detached(url.as_str()).map_err(ShellError::new)
    }

    fn copy(&mut self, text: &str) -> Result<(), ShellError> {
        self.0.clipboard().write_text(text).map_err(ShellError::new)
    }

    fn open_file(&mut self, path: &Path) -> Result<(), ShellError> {
        open::that_detached(path).map_err(ShellError::new)
    }

    fn show_window(&mut self) -> Result<(), ShellError> {
        windows::show_main(&self.0).map_err(ShellError::new)
    }

    fn quit(&mut self) {
        self.0.exit(0);
    }
}
