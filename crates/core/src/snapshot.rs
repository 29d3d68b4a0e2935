//! All that a person can see.

mod adding;
mod finding;
mod guests;
mod launch;
mod picture;
mod question;
mod settings;
mod sharing;

use porthole_gateway::{Rights, SessionInfo};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{DisplayId, Terms, milliseconds::milliseconds};

pub use adding::{Adding, AddingView, TokenFileView, TokenTarget};
pub use finding::{Finding, Verdict};
pub use launch::LaunchView;
pub use picture::PictureView;
pub use question::{Ending, QuestionView, VisitorView};
pub use settings::{InterfaceView, Listening, OpenIn, Setting, SettingsView, Theme};
pub use sharing::{AskView, LinkView, NetworkView, Opens, QrView, ShareAddress, ShareView, VisitView};

/// All that a person can see, as one value. Shells draw it and nothing else. Every text in it may come from outside (a
/// config file, a VNC server) and is text, never markup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The displays, in the order of the config file; then those that it no longer knows, but that still run.
    pub displays: Vec<DisplayView>,
    /// Displays that have left the config and still have links, which open nothing.
    pub orphans: Vec<OrphanView>,
    /// What is wrong with the config file, as `FILE:LINE: cause`; until it is mended the last good config stays in force.
    pub fault: Option<String>,
    /// The last thing that happened and is worth a word.
    pub notice: Option<Notice>,
    /// Where the gateway listens, as `http://127.0.0.1:6080`; the first address, if there are several.
    pub address: String,
    /// Where the config file is, or would be.
    pub config_file: String,
    /// The program's version.
    pub version: String,
    /// VNC servers that run on this machine already and are no display's target. Looked for while the window is to be
    /// seen.
    pub found: Vec<FoundView>,
    /// `None`: new desktops can be made here; else why not, and what to do about it.
    pub new_desktop: Option<String>,
    /// `None`: the screen that the window is on can be shared; else why not, and what to do about it.
    pub this_screen: Option<String>,
    /// The VNC server that is about to be added, by [`Intent::AddServer`](crate::Intent::AddServer).
    pub adding: Option<AddingView>,
    /// The token file that is about to be taken over, by
    /// [`Intent::LookIntoTokenFile`](crate::Intent::LookIntoTokenFile).
    pub token_file: Option<TokenFileView>,
    /// How other machines reach this one.
    pub network: NetworkView,
    /// What [`Intent::Share`](crate::Intent::Share) begins with: the `[links]` of the config.
    pub default_terms: Terms,
    /// The display that a link is about to be made to, by [`Intent::OpenShare`](crate::Intent::OpenShare): its terms
    /// are to be chosen, or [`share`](Self::share) has the link. Until
    /// [`Intent::CloseShare`](crate::Intent::CloseShare).
    pub share_for: Option<DisplayId>,
    /// The link that was made last, until [`Intent::CloseShare`](crate::Intent::CloseShare).
    pub share: Option<ShareView>,
    /// What is asked before something is lost, from [`Intent::AskFirst`](crate::Intent::AskFirst) until it is answered.
    pub question: Option<QuestionView>,
    /// Visitors who wait for an answer, the longest first.
    pub asking: Vec<AskView>,
    /// Who came and went in the last 30 days, the latest first; read while somebody looks at it
    /// ([`Intent::ShowHistory`](crate::Intent::ShowHistory)).
    pub history: Option<Vec<VisitView>>,
    /// What the doctor has found, from [`Intent::Doctor`](crate::Intent::Doctor) to
    /// [`Intent::CloseDoctor`](crate::Intent::CloseDoctor); empty while it looks.
    pub doctor: Option<Vec<Finding>>,
    /// What is set.
    pub settings: SettingsView,
}

/// One display of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DisplayView {
    /// What it goes by in intents, whatever it is called.
    pub id: DisplayId,
    /// Its name.
    pub name: String,
    /// Where its VNC server listens, as in the config file; of a display that Porthole launches, what it shows.
    pub target: String,
    /// How it fares, if Porthole launches it; `None` for a display that has a target.
    pub launch: Option<LaunchView>,
    /// Whether it can be reached.
    pub state: Reach,
    /// Whether something that was asked for it (Open, Open in browser, Copy link) is still under way.
    pub busy: bool,
    /// Who is connected, oldest first.
    pub sessions: Vec<SessionView>,
    /// Its links that work, the latest first.
    pub links: Vec<LinkView>,
    /// What it looks like, as far as that is known; kept up to date while the window is to be seen.
    pub picture: Option<PictureView>,
}

/// A display that has left the config and still has links. They open nothing, and are gone for good in a while, unless the
/// display comes back before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OrphanView {
    /// What it goes by in [`Intent::RevokeLinks`](crate::Intent::RevokeLinks).
    pub id: DisplayId,
    /// What it was called last.
    pub name: String,
    /// Its links, the latest first. Never empty.
    pub links: Vec<LinkView>,
    /// When they are gone for good, in milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub until: u64,
}

/// Whether a display can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reach {
    /// Not known yet.
    Checking,
    /// A session could begin.
    Reachable,
    /// The VNC server is there, and wants a password that Porthole does not have: whoever opens the display is asked for
    /// it, and [`Intent::KeepPassword`](crate::Intent::KeepPassword) keeps it.
    AsksPassword {
        /// Whether the last one that was to be kept was refused.
        refused: bool,
    },
    /// No session could begin.
    Unreachable {
        /// Why, as a sentence.
        reason: String,
        /// What to do about it, as a sentence.
        fix: String,
    },
}

/// A VNC server that runs on this machine already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundView {
    /// Where it listens, as the config file writes a target.
    pub target: String,
    /// The name of its program, where the system tells it.
    pub program: Option<String>,
}

/// One viewer that is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Its name in [`Intent::Disconnect`](crate::Intent::Disconnect).
    #[ts(type = "number")]
    pub id: u64,
    /// The viewer's IP address; behind a reverse proxy, the proxy's.
    pub address: String,
    /// Since when, in milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub since: u64,
    /// Bytes sent to the viewer. Brought up to date about once a second while the window is to be seen.
    #[ts(type = "number")]
    pub to_viewer: u64,
    /// Bytes sent to the VNC server, likewise.
    #[ts(type = "number")]
    pub to_server: u64,
    /// What the viewer may do; `None` on a raw route, as a token file's links have it, where nobody can tell or change it.
    pub rights: Option<SessionRights>,
    /// The id of the link it came by; `None` for windows of the program's own.
    #[ts(type = "number | null")]
    pub link: Option<u64>,
}

/// What the viewer of a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SessionRights {
    /// See the screen, and use keyboard, pointer and clipboard.
    Control,
    /// See the screen only.
    View,
}

impl SessionView {
    /// A session, and the link it came by.
    pub(crate) fn of(session: &SessionInfo, link: Option<u64>) -> Self {
        Self {
            id: session.id,
            address: session.address.to_string(),
            since: milliseconds(session.since),
            to_viewer: session.to_viewer,
            to_server: session.to_server,
            rights: session.rights.map(SessionRights::from),
            link,
        }
    }
}

impl From<Rights> for SessionRights {
    fn from(rights: Rights) -> Self {
        match rights {
            Rights::Control => Self::Control,
            Rights::View => Self::View,
        }
    }
}

impl From<SessionRights> for Rights {
    fn from(rights: SessionRights) -> Self {
        match rights {
            SessionRights::Control => Self::Control,
            SessionRights::View => Self::View,
        }
    }
}

/// Something that happened and is worth a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Whether all is well.
    pub kind: NoticeKind,
    /// What happened and, after a failure, what to do: one or two sentences.
    pub text: String,
    /// A path in it that the person may want to copy.
    pub path: Option<String>,
}

impl Notice {
    /// All is well.
    pub(crate) fn info(text: impl Into<String>) -> Self {
        Self {
            kind: NoticeKind::Info,
            text: text.into(),
            path: None,
        }
    }

    /// Something is not.
    pub(crate) fn error(text: impl Into<String>) -> Self {
        Self {
            kind: NoticeKind::Error,
            text: text.into(),
            path: None,
        }
    }

    /// The same with a path that can be copied.
    pub(crate) fn with_path(self, path: String) -> Self {
        Self {
            path: Some(path),
            ..self
        }
    }
}

/// Whether a notice tells of success or failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum NoticeKind {
    /// What was asked for was done.
    Info,
    /// Something could not be done.
    Error,
}
