//! All that a person can see.

mod adding;
mod guests;
mod question;
mod sharing;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    AskView, DisplayId, DisplayState, Finding, LaunchView, LinkView, NetworkView, Notice, SessionView,
    SettingsView, Terms, ThumbnailView, VisitView,
};

pub use adding::{Adding, AddingView, TokenFileView, TokenTarget};
pub use question::{Ending, QuestionView, VisitorView};
pub use sharing::{ShareAddress, ShareView};

/// All that a person can see, as one value. Shells draw it and nothing else. Every text in it may come from outside (a
/// config file, a VNC server) and is text, never markup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The displays, in the order of the config file; then those that it no longer knows, but that still run.
    pub displays: Vec<DisplayView>,
    /// Displays that have left the config and still have links, which open nothing.
    pub orphans: Vec<OrphanView>,
    /// What is wrong with the config file, as `FILE:LINE: cause`; until it is mended the last good config stays in force.
    pub fault: Option<String>,
    /// The last thing that happened and is worth a word.
    pub notice: Option<Notice>,
    /// Where the gateway listens, as `http://127.0.0.1:6080`; the first address, if there are several.
    pub address: String,
    /// Where the config file is, or would be.
    pub config_file: String,
    /// The program's version.
    pub version: String,
    /// VNC servers that run on this machine already and are no display's target. Looked for while the window is to be
    /// seen.
    pub found: Vec<FoundView>,
    /// `None`: new desktops can be made here; else why not, and what to do about it.
    pub new_desktop: Option<String>,
    /// `None`: the screen that the window is on can be shared; else why not, and what to do about it.
    pub this_screen: Option<String>,
    /// The VNC server that is about to be added, by [`Intent::AddServer`](crate::Intent::AddServer).
    pub adding: Option<AddingView>,
    /// The token file that is about to be taken over, by
    /// [`Intent::LookIntoTokenFile`](crate::Intent::LookIntoTokenFile).
    pub token_file: Option<TokenFileView>,
    /// How other machines reach this one.
    pub network: NetworkView,
    /// What [`Intent::Share`](crate::Intent::Share) begins with: the `[links]` of the config.
    pub default_terms: Terms,
    /// The display that a link is about to be made to, by [`Intent::OpenShare`](crate::Intent::OpenShare): its terms
    /// are to be chosen, or [`share`](Self::share) has the link. Until
    /// [`Intent::CloseShare`](crate::Intent::CloseShare).
    pub share_for: Option<DisplayId>,
    /// The link that was made last, until [`Intent::CloseShare`](crate::Intent::CloseShare).
    pub share: Option<ShareView>,
    /// What is asked before something is lost, from [`Intent::AskFirst`](crate::Intent::AskFirst) until it is answered.
    pub question: Option<QuestionView>,
    /// Visitors who wait for an answer, the longest first.
    pub asking: Vec<AskView>,
    /// Who came and went in the last 30 days, the latest first; read while somebody looks at it
    /// ([`Intent::ShowHistory`](crate::Intent::ShowHistory)).
    pub history: Option<Vec<VisitView>>,
    /// What the doctor has found, from [`Intent::Doctor`](crate::Intent::Doctor) to
    /// [`Intent::CloseDoctor`](crate::Intent::CloseDoctor); empty while it looks.
    pub doctor: Option<Vec<Finding>>,
    /// What is set.
    pub settings: SettingsView,
}

/// One display of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DisplayView {
    /// What it goes by in intents, whatever it is called.
    pub id: DisplayId,
    /// Its name.
    pub name: String,
    /// Where its VNC server listens, as in the config file; of a display that Porthole launches, what it shows.
    pub target: String,
    /// How it fares, if Porthole launches it; `None` for a display that has a target.
    pub launch: Option<LaunchView>,
    /// Whether it can be reached.
    pub state: DisplayState,
    /// Whether something that was asked for it (Open, Open in browser, Copy link) is still under way.
    pub busy: bool,
    /// Who is connected, oldest first.
    pub sessions: Vec<SessionView>,
    /// Its links, the latest first: the latest 50, and those that are in use.
    pub links: Vec<LinkView>,
    /// How many links it has besides.
    pub more_links: usize,
    /// How many of all its links are for others, and open it.
    pub links_for_others: usize,
    /// What it looks like, as far as that is known; kept up to date while the window is to be seen.
    pub picture: Option<ThumbnailView>,
}

/// A display that has left the config and still has links. They open nothing, and are gone for good in a while, unless the
/// display comes back before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OrphanView {
    /// What it goes by in [`Intent::RevokeLinks`](crate::Intent::RevokeLinks).
    pub id: DisplayId,
    /// What it was called last.
    pub name: String,
    /// Its links, the latest first: at most the latest 50. Never empty.
    pub links: Vec<LinkView>,
    /// How many links it has besides.
    pub more_links: usize,
    /// When they are gone for good, in milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub until: u64,
}

/// A VNC server that runs on this machine already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundView {
    /// Where it listens, as the config file writes a target.
    pub target: String,
    /// The name of its program, where the system tells it.
    pub program: Option<String>,
}
