//! What the program must remember from one start to the next: a state file, which is written whole now and then, and a
//! journal beside it of what has changed since.

#[cfg(fuzzing)]
pub mod fuzzing;
mod journal;
mod room;
mod saver;
mod store;
#[cfg(test)]
mod tests;

use porthole_gateway::TokenHash;
use serde::{Deserialize, Serialize};

use crate::{
    DisplayId, Terms,
    sharing::links::{LinkId, PinHash},
};

pub(crate) use journal::{Changes, Head};
pub(crate) use saver::{Saved, Saver, Saving, Source};
pub(crate) use store::{Loaded, Store, journal_fault, journal_of, load};

/// What the program must remember. Not for people to edit; a change of its form needs a new field, not a new meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// The port that was chosen when the config named none.
    pub port: Option<u16>,
    /// The links that outlive the program.
    pub links: Vec<Link>,
    /// The id that was given to a link last.
    pub last_link: LinkId,
    /// The displays that links may belong to: those of the config, and those that have left it not long ago.
    pub displays: Vec<KnownDisplay>,
}

/// A display that the program knows again, whatever it is called. Times are in seconds since 1970 (UTC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownDisplay {
    pub id: DisplayId,
    pub name: String,
    /// What tells its place from others.
    pub place: String,
    /// How its desktop is started, if it is one.
    #[serde(default)]
    pub launch: String,
    /// Ids that it had before.
    #[serde(default)]
    pub former_ids: Vec<DisplayId>,
    /// Set when it has left the config.
    #[serde(default)]
    pub gone: Option<Gone>,
}

/// How long a display that has left the config is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gone {
    pub ends: u64,
    /// When the program last saw that this is not over.
    pub seen: u64,
}

/// A link that outlives the program. Its token is known to its holder alone. Times are in seconds since 1970 (UTC).
///
/// What has a default was not there in the first versions of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub token: TokenHash,
    /// The name of its display, which says in the first versions' files which it is.
    pub display: String,
    #[serde(default)]
    pub display_id: Option<DisplayId>,
    /// What tells the place that it was made for from others.
    #[serde(default)]
    pub place: String,
    pub created: u64,
    /// `None`: never.
    pub expires: Option<u64>,
    /// When the program last saw that it works.
    #[serde(default)]
    pub seen: Option<u64>,
    #[serde(default)]
    pub id: Option<LinkId>,
    #[serde(default)]
    pub terms: Option<Terms>,
    #[serde(default)]
    pub shared: bool,
    /// A start of the headless program has made it, and the next one replaces it unless it was used.
    #[serde(default)]
    pub of_start: bool,
    #[serde(default)]
    pub pin: Option<PinHash>,
    #[serde(default)]
    pub wrong_pins: u32,
    #[serde(default)]
    pub uses: u32,
    #[serde(default)]
    pub last_use: Option<u64>,
}
