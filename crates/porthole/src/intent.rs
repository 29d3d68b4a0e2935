//! All that a person can ask.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// All that a person can ask, by a click in the window or in the tray. Displays go by their name.
///
/// Serialised, an intent is also the id of its tray item, so that a click needs no table to be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Intent {
    /// Show the display in a window of its own.
    Open {
        /// The display's name.
        display: String,
    },
    /// Show the display in the system's browser.
    OpenInBrowser {
        /// The display's name.
        display: String,
    },
    /// Put a new link to the display on the clipboard.
    CopyLink {
        /// The display's name.
        display: String,
    },
    /// Start a display that Porthole launches; no error if it runs.
    StartDisplay {
        /// The display's name.
        display: String,
    },
    /// Stop a display that Porthole launches; no error if it does not run.
    StopDisplay {
        /// The display's name.
        display: String,
    },
    /// Stop a display that Porthole launches, and start it again.
    RestartDisplay {
        /// The display's name.
        display: String,
    },
    /// Add a desktop of one's own to the config file, and start it.
    NewDesktop {
        /// What it is to be called; without, a name is chosen.
        name: Option<String>,
    },
    /// Add a display to the config file that shows this X screen.
    ShareThisScreen,
    /// Add a VNC server that was found on this machine to the config file.
    AddFound {
        /// Its target in the snapshot.
        target: String,
    },
    /// End a session.
    Disconnect {
        /// The session's id in the snapshot.
        #[ts(type = "number")]
        session: u64,
    },
    /// Ask again whether the display can be reached.
    Recheck {
        /// The display's name.
        display: String,
    },
    /// Tell whether somebody looks at the window: what nobody sees is not kept up to date.
    WindowVisible {
        /// Whether the window is to be seen.
        visible: bool,
    },
    /// Open the config file in the system's editor; if there is none yet, one with explanations is written first.
    EditConfig,
    /// Take the notice away.
    DismissNotice,
    /// Bring up the window.
    ShowWindow,
    /// End the program, and all sessions with it. Displays that were launched run on.
    Quit,
    /// Stop all displays that were launched, and end the program.
    StopAllAndQuit,
}
