//! How a launched display fares, for people.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a display fares that Porthole launches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LaunchView {
    /// It does not run; to open it starts it.
    Stopped,
    /// It is being started.
    Starting {
        /// What is being done, as words within a sentence: "starting the VNC server".
        step: String,
    },
    /// Viewers can connect.
    Running {
        /// Since when, in milliseconds since 1970 (UTC).
        #[ts(type = "number")]
        since: u64,
        /// How many bytes of memory its processes take. Known while the window is to be seen.
        #[ts(type = "number | null")]
        memory: Option<u64>,
        /// The account that it runs as.
        user: String,
        /// Its X display, as `:3`.
        x_display: String,
    },
    /// It is being stopped.
    Stopping,
    /// It ended by itself, or could not be started; to open it starts it again.
    Ended {
        /// Why, as a sentence.
        reason: String,
        /// The last lines of its log.
        log: Vec<String>,
        /// When, in milliseconds since 1970 (UTC).
        #[ts(type = "number")]
        at: u64,
    },
    /// It cannot be started on this machine as it is.
    Unavailable {
        /// Why, as a sentence.
        reason: String,
        /// What to do about it, as a sentence.
        fix: String,
    },
}
