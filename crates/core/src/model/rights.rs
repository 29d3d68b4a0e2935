//! What the viewer of a session may do.

use porthole_gateway::Rights;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the viewer of a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SessionRights {
    /// See the screen, and use keyboard, pointer and clipboard.
    Control,
    /// See the screen only.
    View,
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
