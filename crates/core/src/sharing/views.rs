//! Links, sessions and visits, as people see them.

use porthole_gateway::SessionInfo;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{DisplayId, SessionRights, Terms, model::milliseconds::milliseconds};

/// A link that works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// Its name in [`Intent::RevokeLink`](crate::Intent::RevokeLink). It opens nothing.
    #[ts(type = "number")]
    pub id: u64,
    /// What it gives.
    pub terms: Terms,
    /// When it was made, in milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub created: u64,
    /// When it ends, likewise; `None`: when somebody revokes it.
    #[ts(type = "number | null")]
    pub ends: Option<u64>,
    /// How many sessions it has opened.
    pub uses: u32,
    /// When it opened the last one, likewise.
    #[ts(type = "number | null")]
    pub last_use: Option<u64>,
    /// Whether it was made for other machines; else for a browser of this one.
    pub shared: bool,
    /// The target (or whose desktop) it was made for, if its display is another now: then it opens nothing, until that is
    /// changed back.
    #[serde(default)]
    pub made_for: Option<String>,
}

/// A visitor who waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AskView {
    /// The visitor's name in [`Intent::Answer`](crate::Intent::Answer).
    #[ts(type = "number")]
    pub id: u64,
    /// The display's name.
    pub display: String,
    /// The visitor's IP address; behind a reverse proxy, the proxy's.
    pub address: String,
    /// What the link gives at most.
    pub rights: SessionRights,
    /// Since when the visitor waits, in milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub since: u64,
}

/// A line of the history: visits by one link from one address that followed each other closely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VisitView {
    /// The display's name: now, if it is still known, else then.
    pub display: String,
    /// The display's id; `None` for a token file's target that no display shows, and for visits of the first versions.
    pub display_id: Option<DisplayId>,
    /// The visitor's IP address; a network, as `2001:db8::/64`, if they came from several addresses of it.
    pub address: String,
    /// What the visitor could do in the beginning.
    pub rights: SessionRights,
    /// How many they were.
    pub visits: u32,
    /// When the first one began, in milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub began: u64,
    /// When the last one began, likewise.
    #[ts(type = "number")]
    pub last: u64,
    /// When the last one ended, likewise; `None`: it lasts, or the program ended before it.
    #[ts(type = "number | null")]
    pub ended: Option<u64>,
    /// The close code with which it ended, for programs; `None` also for what versions up to 0.1 wrote.
    #[serde(default)]
    pub code: Option<u16>,
    /// Why it ended, as a sentence in the reader's language.
    pub why: Option<String>,
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
