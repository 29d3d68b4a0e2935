//! What the program asks of its shell.

use std::path::Path;

use url::Url;

use crate::DisplayId;

/// What the program asks of the desktop shell: the one place where it touches the screen.
///
/// The calls come one at a time, from a thread of their own that may be blocked; while one lasts, serving goes on.
pub trait Desktop: Send + 'static {
    /// Opens a window of its own that shows `url`, the viewer connected to the display `display`, which is called `name`.
    fn open_window(&mut self, display: &DisplayId, name: &str, url: &Url) -> Result<(), ShellError>;

    /// Opens `url`, which is always http, in the system's browser.
    ///
    /// # Errors
    /// [`ShellError::NothingOpens`] where there is none.
    fn open_browser(&mut self, url: &Url) -> Result<(), ShellError>;

    /// Puts `text` on the clipboard.
    fn copy(&mut self, text: &str) -> Result<(), ShellError>;

    /// Opens a text file in the program that the person has for such files, or for text.
    ///
    /// # Errors
    /// [`ShellError::NothingOpens`] where there is none.
    fn open_file(&mut self, path: &Path) -> Result<(), ShellError>;

    /// Brings up the main window.
    fn show_window(&mut self) -> Result<(), ShellError>;

    /// Has the system start the program when the person logs in, without a window; or no longer.
    fn start_at_login(&mut self, on: bool) -> Result<(), ShellError>;

    /// Whether the system does so now.
    fn starts_at_login(&mut self) -> Result<bool, ShellError>;

    /// Ends the process. All sessions have said goodbye when this is called.
    fn quit(&mut self);
}

/// Why the shell could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShellError {
    /// No program on this computer opens what was to be opened.
    #[error("no program on this computer opens it")]
    NothingOpens,
    /// Anything else, as a sentence without its end for the person who asked.
    #[error("{0}")]
    Failed(String),
}

impl ShellError {
    /// Takes the message of any error.
    pub fn new(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}
