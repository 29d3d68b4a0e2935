//! The control socket: how `portholed status` and its like talk to the program that runs.
//!
//! It is a Unix socket that only its owner may open. A client writes one [`Request`] as a line of JSON, and gets one
//! [`Answer`] as a line of JSON.

mod ask;
mod folders;
mod instance;
mod meaning;
mod place;
mod requests;
mod serve;
mod sharing;

use std::{net::SocketAddr, path::PathBuf};

use porthole_gateway::{Refusal, RefusalCause};
use serde::{Deserialize, Serialize};

use crate::{
    AskView, DisplayId, DisplayState, LaunchView, SessionRights, VisitView, config::CertificateFiles,
};

pub use crate::service::LinkAddress;
pub use ask::{AskError, ask};
pub use instance::{ControlSocket, Instance};
pub(crate) use requests::Requests;
pub(crate) use serve::{Control, ControlPlace};
pub use sharing::{Ends, LinkStatus, NewLink, SessionStatus, Wish};

/// The most links of one answer. Of these 18,000 take 4 MiB.
const MAX_LINKS_PER_ANSWER: usize = 2000;

/// What is asked of the program that runs. Displays go by their name, or by their id.
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
    /// Make a link to a display.
    Link(Wish),
    /// The links that work, and those of displays that have left the config.
    Links {
        /// Of this display; `None`: of all.
        display: Option<String>,
        /// A part of them; `None`: the first. [`ask()`] asks part by part, and gives all of them then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<Page>,
    },
    /// End a link, and the sessions that it opened.
    Revoke {
        /// Its id.
        link: u64,
    },
    /// End all links of a display, and the sessions that they opened.
    RevokeAll {
        /// The display's name.
        display: String,
    },
    /// Who is connected.
    Sessions,
    /// End a session.
    Disconnect {
        /// Its id.
        session: u64,
    },
    /// Change what the viewer of a session may do.
    Rights {
        /// Its id.
        session: u64,
        /// What it may do from now on.
        rights: SessionRights,
    },
    /// The visitors who wait for an answer.
    Visitors,
    /// Answer a visitor who waits.
    Answer {
        /// The visitor's id.
        visitor: u64,
        /// The rights to let the visitor in with, at most the link's; `None`: not at all.
        rights: Option<SessionRights>,
    },
    /// Who came and went in the last 30 days.
    History,
}

/// A part of a list whose latest entries come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Only entries before the one with this id; `None`: from the latest on.
    pub before: Option<u64>,
    /// At most so many; no answer has more than 2,000.
    pub limit: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            before: None,
            limit: MAX_LINKS_PER_ANSWER,
        }
    }
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
    /// A link was made.
    Link(Box<NewLink>),
    /// These links work.
    Links {
        /// The latest first.
        links: Vec<LinkStatus>,
        /// There are more behind this page.
        #[serde(default)]
        more: bool,
    },
    /// These viewers are connected.
    Sessions {
        /// The oldest first.
        sessions: Vec<SessionStatus>,
    },
    /// These visitors wait.
    Visitors {
        /// The longest first.
        visitors: Vec<AskView>,
    },
    /// These came and went.
    History {
        /// The latest first.
        visits: Vec<VisitView>,
    },
    /// It was done.
    Done {
        /// What, as a sentence.
        done: String,
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
