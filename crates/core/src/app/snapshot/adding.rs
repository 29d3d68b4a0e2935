//! Displays that are about to be added.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A VNC server that a person wants to add, until it is added or they think better of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AddingView {
    /// Where it listens, as it was asked for.
    pub target: String,
    /// How far that is.
    pub state: Adding,
}

/// How far a VNC server is from being added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Adding {
    /// It is being tried.
    Trying,
    /// It asks for a password.
    AsksPassword {
        /// Whether one was shown, and refused.
        refused: bool,
    },
    /// No session could begin. It can be added all the same.
    Unreachable {
        /// Why, as a sentence.
        reason: String,
        /// What to do about it, as a sentence.
        fix: String,
    },
    /// It cannot be added.
    Wrong {
        /// Why, and what to do, as a sentence.
        reason: String,
    },
}

/// What a token file of websockify's would bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TokenFileView {
    /// The file, or a folder of them.
    pub file: String,
    /// What is wrong with it, as `FILE:LINE: cause`, each as a sentence; then it cannot be taken over. `None` while it is
    /// being read.
    pub faults: Option<Vec<String>>,
    /// How many tokens it has.
    #[ts(type = "number")]
    pub tokens: usize,
    /// Where they lead, in the file's order; no more than become displays.
    pub targets: Vec<TokenTarget>,
    /// How many further targets there are, to which tokens lead, but which become no displays.
    #[ts(type = "number")]
    pub more: usize,
    /// How the links go on, with `TOKEN` for a token: `http://127.0.0.1:6080/vnc.html?path=websockify?token=TOKEN`.
    pub link: String,
    /// Whether other machines reach them also while no link for others lives.
    pub open: bool,
    /// The token file that the config names until now, if it is another.
    pub replaces: Option<String>,
    /// What to do about a file that others can read, if they can: a sentence.
    pub exposed: Option<String>,
}

/// A VNC server that tokens lead to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TokenTarget {
    /// Where it listens.
    pub target: String,
    /// How many tokens lead there.
    #[ts(type = "number")]
    pub tokens: usize,
    /// The display that shows it already.
    pub display: Option<String>,
}
