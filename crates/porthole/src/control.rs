//! The control socket: how `portholed status` and its like talk to the program that runs.
//!
//! It is a Unix socket that only its owner may open. A client writes one [`Request`] as a line of JSON, and gets one
//! [`Answer`] as a line of JSON.

mod ask;
mod place;
mod room;
mod serve;

use serde::{Deserialize, Serialize};

use crate::LaunchView;

pub use ask::{AskError, ask};
pub(crate) use room::Room;
pub(crate) use serve::Control;

/// What is asked of the program that runs. Displays go by their name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// How it fares.
    Status,
    /// Start a display that it launches, and wait until viewers can connect; no error if it runs.
    Start {
        /// The display's name.
        display: String,
    },
    /// Stop a display that it launches, and wait until nothing of it is left; no error if it does not run.
    Stop {
        /// The display's name.
        display: String,
    },
    /// Stop a display that it launches, and start it again.
    Restart {
        /// The display's name.
        display: String,
    },
    /// Stop all displays that it launches.
    StopAll,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// How it fares.
    Status(Status),
    /// It was done; this is the display now.
    Display(DisplayStatus),
    /// These displays ran, and were stopped.
    Stopped {
        /// Their names.
        displays: Vec<String>,
    },
    /// It could not be done.
    Failed {
        /// Why, as a sentence.
        reason: String,
        /// The last lines of the display's log, if it failed by itself.
        log: Vec<String>,
    },
}

/// How the program fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The program's version.
    pub version: String,
    /// Its process number.
    pub process: u32,
    /// Where it listens, as `http://127.0.0.1:6080`; the first address, if there are several.
    pub address: String,
    /// Its config file.
    pub config_file: String,
    /// The displays in the order of the config file, and then those that it no longer has, but that still run.
    pub displays: Vec<DisplayStatus>,
}

/// How a display fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DisplayStatus {
    /// Its name.
    pub name: String,
    /// Where its VNC server listens, as in the config file; of a display that Porthole launches, what it shows.
    pub target: String,
    /// How it fares, if Porthole launches it.
    pub launch: Option<LaunchView>,
    /// How many viewers are connected.
    pub viewers: usize,
}
