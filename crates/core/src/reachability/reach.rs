//! Whether a display can be reached.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether a display can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DisplayState {
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
