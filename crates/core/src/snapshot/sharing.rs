//! Links, visitors and the network, for people.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SessionRights;
use crate::{DisplayId, Terms};

/// How other machines reach this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NetworkView {
    /// Whether other machines can connect now. Without `listen` in the config, that is while a link for them lives.
    pub open: bool,
    /// The addresses besides this machine's own on which the gateway listens now, as `192.168.7.5:6080`.
    pub listening: Vec<String>,
    /// Whether links are https.
    pub encrypted: bool,
    /// The SHA-256 fingerprint of a certificate that Porthole made itself, as `12:AB:…`: a browser warns of it, and a
    /// visitor can compare. `None` without encryption, and with a certificate of one's own.
    pub fingerprint: Option<String>,
}

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
}

/// A link that was made just now, to be handed out: its text is known only as long as this is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShareView {
    /// The display's id.
    pub display: DisplayId,
    /// What it was called when the link was made.
    pub name: String,
    /// The link's id.
    #[ts(type = "number")]
    pub link: u64,
    /// What it gives.
    pub terms: Terms,
    /// The addresses it can be handed out with, the likeliest first. Never empty.
    pub addresses: Vec<ShareAddress>,
    /// The link's PIN, if it has one; to be told by another way than the link.
    pub pin: Option<String>,
    /// The host of the address that is on the clipboard.
    pub copied: Option<String>,
}

/// One address of a link.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShareAddress {
    /// The host as the link names it: `192.168.7.5`, `[fd00::5]`, `desk.local`.
    pub host: String,
    /// Where that is, for people: `wlan0`, "this machine only", "name on the network".
    pub label: String,
    /// The whole link. A secret.
    pub url: String,
    /// The link as a picture.
    pub qr: QrView,
    /// Whether the link opens.
    pub opens: Opens,
}

/// A QR code (ISO/IEC 18004), as an SVG path of unit squares.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QrView {
    /// Its width and height in modules, with the quiet zone of 4 on each side.
    pub size: u32,
    /// The dark modules, as the `d` of an SVG path in a square of `size`.
    pub path: String,
}

/// Whether a link opens, as far as this machine can tell: the program fetches it itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Opens {
    /// It is being tried.
    Checking,
    /// The page came.
    Yes {
        /// What may still stand in the way of other machines, such as a firewall, and what to do.
        doubt: Option<String>,
    },
    /// It did not.
    No {
        /// Why, as a sentence.
        reason: String,
        /// What to do about it, as a sentence; a command stands in it as text.
        fix: String,
    },
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
    /// Why it ended, as a sentence.
    pub why: Option<String>,
}

impl fmt::Debug for ShareView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShareView({}, link {})", self.name, self.link)
    }
}

impl fmt::Debug for ShareAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShareAddress({}, {:?})", self.host, self.opens)
    }
}

impl fmt::Debug for QrView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QrView(…)")
    }
}
