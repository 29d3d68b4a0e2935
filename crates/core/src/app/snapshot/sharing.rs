//! Links, visitors and the network, for people.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{DisplayId, QrView, Reachability, Terms};

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
    /// Where that is, for people: `wlan0`, "this computer only", "name on the network".
    pub label: String,
    /// The whole link. A secret.
    pub url: String,
    /// The link as a picture.
    pub qr: QrView,
    /// Whether the link opens.
    pub opens: Reachability,
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
