//! All that a person can ask.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{DisplayId, Ending, Secret, SessionRights, Setting, Terms};

/// All that a person can ask, by a click in the window or in the tray. Displays go by their id.
///
/// Serialised, an intent is also the id of its tray item, so that a click needs no table to be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Intent {
    /// Show the display in a window of its own.
    Open {
        /// The display's id.
        display: DisplayId,
    },
    /// Show the display in the system's browser.
    OpenInBrowser {
        /// The display's id.
        display: DisplayId,
    },
    /// Put a new link to the display on the clipboard, made as
    /// [`Snapshot::default_terms`](crate::Snapshot::default_terms) say.
    CopyLink {
        /// The display's id.
        display: DisplayId,
    },
    /// Bring up the window with the terms of a new link to the display, to be chosen before it is made.
    OpenShare {
        /// The display's id.
        display: DisplayId,
    },
    /// Make a link for others, put it on the clipboard and show it.
    Share {
        /// The display's id.
        display: DisplayId,
        /// What it gives.
        terms: Terms,
    },
    /// Put the link that is shown on the clipboard, as another of its addresses.
    CopyShared {
        /// The address's host in the snapshot.
        host: String,
    },
    /// Try again whether the link that is shown opens.
    RecheckShared,
    /// Take away the terms or the link that is shown. The link works on.
    CloseShare,
    /// End a link, and the sessions that it opened.
    RevokeLink {
        /// The link's id in the snapshot.
        #[ts(type = "number")]
        link: u64,
    },
    /// End all links of a display, and the sessions that they opened.
    RevokeLinks {
        /// The display's id.
        display: DisplayId,
    },
    /// Change what the viewer of a session may do, while it lasts.
    SetRights {
        /// The session's id in the snapshot.
        #[ts(type = "number")]
        session: u64,
        /// What it may do from now on.
        rights: SessionRights,
    },
    /// Answer a visitor who waits.
    Answer {
        /// The visitor's id in the snapshot.
        #[ts(type = "number")]
        visitor: u64,
        /// The rights to let the visitor in with, at most the link's; `None`: not at all.
        rights: Option<SessionRights>,
    },
    /// Tell whether somebody looks at the history.
    ShowHistory {
        /// Whether it is to be seen.
        shown: bool,
    },
    /// Write the history to a CSV file in the person's folder for downloads.
    ExportHistory,
    /// Tell whether somebody looks at the settings.
    ShowSettings {
        /// Whether they are to be seen.
        shown: bool,
    },
    /// Write a setting into the config file.
    Set {
        /// What is to be set.
        setting: Setting,
    },
    /// Have the system start the program when the person logs in, or no longer.
    StartAtLogin {
        /// Whether it is to.
        on: bool,
    },
    /// Look at all that a link stands on, and tell what is not well.
    Doctor,
    /// Take away what the doctor has found.
    CloseDoctor,
    /// Start a display that Porthole launches; no error if it runs.
    StartDisplay {
        /// The display's id.
        display: DisplayId,
    },
    /// Stop a display that Porthole launches; no error if it does not run.
    StopDisplay {
        /// The display's id.
        display: DisplayId,
    },
    /// Stop a display that Porthole launches, and start it again.
    RestartDisplay {
        /// The display's id.
        display: DisplayId,
    },
    /// Add a desktop of one's own to the config file, and start it.
    NewDesktop {
        /// What it is to be called; without, a name is chosen.
        name: Option<String>,
    },
    /// Add a display to the config file that shows this X screen.
    ShareThisScreen,
    /// Add a VNC server that runs already to the config file, once it has let us in. A display that shows it already is
    /// shared instead.
    AddServer {
        /// Where it listens, as the config file writes a target.
        target: String,
        /// What it asks for, if it asks. It is kept in a file of its own.
        password: Option<Secret>,
        /// Whether to add it even if it cannot be reached now.
        anyway: bool,
    },
    /// Keep the password that a display's VNC server asks for, in a file of its own, once it has let us in.
    KeepPassword {
        /// The display's id.
        display: DisplayId,
        /// What it asks for.
        password: Secret,
    },
    /// Look what a token file of websockify's would bring.
    LookIntoTokenFile {
        /// Its whole path, or that of a folder.
        file: String,
    },
    /// Name a token file in the config file, and add displays for its targets.
    ImportTokenFile {
        /// Its whole path, or that of a folder.
        file: String,
    },
    /// Take away what is about to be added, and the token file that is.
    AddNothing,
    /// End a session.
    Disconnect {
        /// The session's id in the snapshot.
        #[ts(type = "number")]
        session: u64,
    },
    /// Ask again whether the display can be reached.
    Recheck {
        /// The display's id.
        display: DisplayId,
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
    /// Do this after a question, or at once where nobody would lose anything by it. The answer yes is
    /// [`QuestionView::yes`](crate::QuestionView::yes).
    AskFirst {
        /// What is to be ended.
        ending: Ending,
    },
    /// Take the question away; everything goes on as it was.
    CancelQuestion,
    /// End the program, and all sessions with it. Displays that were launched run on.
    Quit,
    /// Stop all displays that were launched, and end the program.
    StopAllAndQuit,
}
