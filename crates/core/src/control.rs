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
mod status;

use serde::{Deserialize, Serialize};

use crate::{AskView, SessionRights, VisitView};

pub use crate::service::LinkAddress;
pub use ask::{AskError, ask};
pub use instance::{ControlSocket, Instance};
pub(crate) use requests::Requests;
pub(crate) use serve::{Control, ControlPlace};
pub use sharing::{Ends, LinkStatus, NewLink, SessionStatus, Wish};
pub use status::{
    ArgumentsStatus, Availability, DisplayStatus, RefusalKind, RefusalStatus, Status, TargetStatus,
    TokenFileStatus,
};

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

/// A request as it crosses the socket.
#[derive(Serialize, Deserialize)]
struct Asked {
    #[serde(flatten)]
    request: Request,
    /// What the asker speaks, as `de`; `None`: earlier versions did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
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
