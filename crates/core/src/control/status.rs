//! How a program fares, as it answers.

use std::{net::SocketAddr, path::PathBuf};

use porthole_gateway::{Refusal, RefusalCause};
use serde::{Deserialize, Serialize};

use crate::{DisplayId, DisplayState, LaunchView, config::CertificateFiles};

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
    /// Its config file; `None`: websockify's command line takes its place.
    pub config_file: Option<String>,
    /// What that command line says.
    #[serde(flatten)]
    pub arguments: Option<ArgumentsStatus>,
    /// What was refused before its link was looked at, the latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusalStatus>,
    /// The displays in the order of the config file, and then those that it no longer has, but that still run.
    pub displays: Vec<DisplayStatus>,
}

/// What is served by websockify's command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArgumentsStatus {
    /// All addresses that are listened on.
    pub listen: Vec<SocketAddr>,
    /// The certificate of https.
    pub certificate: Option<CertificateFiles>,
    /// The token file, or the folder of such files.
    pub token_file: Option<TokenFileStatus>,
    /// The targets: the first of many, in the files' order.
    pub targets: Vec<TargetStatus>,
    /// How many targets there are besides.
    pub more_targets: usize,
}

/// How a token file fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenFileStatus {
    /// Where it is.
    pub file: PathBuf,
    /// How many tokens are in force.
    pub tokens: usize,
    /// What is wrong with it as it is now: then what was read before is in force.
    pub faults: Vec<String>,
}

/// A target, and who is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetStatus {
    /// As the token file names it.
    pub target: String,
    /// How many viewers are connected.
    pub viewers: usize,
}

/// How a display fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DisplayStatus {
    /// Its id, which stays whatever it is called.
    pub id: DisplayId,
    /// Its name.
    pub name: String,
    /// Where its VNC server listens, as in the config file; of a display that Porthole launches, what it shows.
    pub target: String,
    /// How it fares, if Porthole launches it.
    pub launch: Option<LaunchView>,
    /// Whether it can be opened.
    #[serde(default)]
    pub availability: Availability,
    /// How many viewers are connected.
    pub viewers: usize,
}

/// A cause for which requests were refused before their link was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusalStatus {
    /// The kind of cause.
    pub cause: RefusalKind,
    /// The Host or Origin that is not ours; empty for other causes.
    pub name: String,
    /// How often.
    pub times: u64,
}

/// Why requests were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// They asked by a Host name that is not ours.
    Host,
    /// They came from pages that may not connect.
    Origin,
    /// They were handshakes of WebSockets by HTTP/1.0.
    Http10,
    /// They were such handshakes without their Upgrade headers.
    NoUpgrade,
    /// They were malformed otherwise.
    Malformed,
}

impl From<Refusal> for RefusalStatus {
    fn from(refusal: Refusal) -> Self {
        let (cause, name) = match refusal.cause {
            RefusalCause::Host(name) => (RefusalKind::Host, name),
            RefusalCause::Origin(origin) => (RefusalKind::Origin, origin),
            RefusalCause::Http10 => (RefusalKind::Http10, String::new()),
            RefusalCause::NoUpgrade => (RefusalKind::NoUpgrade, String::new()),
            RefusalCause::Version | RefusalCause::Subprotocol | RefusalCause::Malformed => {
                (RefusalKind::Malformed, String::new())
            }
        };
        Self {
            cause,
            name,
            times: refusal.times,
        }
    }
}

/// Whether a display can be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Availability {
    /// It has not answered yet.
    #[default]
    Checking,
    /// A session could begin.
    Reachable,
    /// Its VNC server asks whoever opens it for the password.
    Asks,
    /// It does not run; to open it starts it.
    Starts,
    /// No session could begin.
    Unreachable {
        /// Why, as a sentence.
        reason: String,
        /// What to do about it, as a sentence.
        fix: String,
    },
}

impl From<DisplayState> for Availability {
    fn from(reach: DisplayState) -> Self {
        match reach {
            DisplayState::Checking => Self::Checking,
            DisplayState::Reachable => Self::Reachable,
            DisplayState::AsksPassword { .. } => Self::Asks,
            DisplayState::Unreachable { reason, fix } => Self::Unreachable { reason, fix },
        }
    }
}
