//! What a link gives.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::SessionRights;

/// What a link is to give, as a person chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// What its visitors may do.
    pub rights: SessionRights,
    /// How long it works, in seconds; `None`: until somebody revokes it.
    #[ts(type = "number | null")]
    pub seconds: Option<u64>,
    /// It opens one session, and then no other.
    pub once: bool,
    /// The owner of the display is asked about every visitor.
    pub ask: bool,
    /// Visitors have to show a PIN, which is made with the link.
    pub pin: bool,
}

impl Default for Terms {
    /// Control for an hour, for whoever has the link.
    fn default() -> Self {
        Self {
            rights: SessionRights::Control,
            seconds: Some(60 * 60),
            once: false,
            ask: false,
            pin: false,
        }
    }
}
