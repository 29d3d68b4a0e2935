//! How other machines reach this one, as people see it.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How other machines reach this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NetworkView {
    /// Whether other machines can connect now. Without `listen` in the config, that is while a link for them lives.
    pub open: bool,
    /// The addresses besides this machine's own on which the gateway listens now, as `192.168.7.5:6080`.
    pub listening: Vec<String>,
    /// Whether links are https.
    pub encrypted: bool,
    /// The SHA-256 fingerprint of a certificate that Porthole made itself, as `12:AB:…`: a browser warns of it, and a
    /// visitor can compare. `None` without encryption, and with a certificate of one's own.
    pub fingerprint: Option<String>,
}

/// Whether a link opens, as far as this machine can tell: the program fetches it itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reachability {
    /// It is being tried.
    Checking,
    /// The page came.
    Yes {
        /// What may still stand in the way of other machines, such as a firewall, and what to do.
        doubt: Option<String>,
    },
    /// It did not.
    No {
        /// Why, as a sentence.
        reason: String,
        /// What to do about it, as a sentence; a command stands in it as text.
        fix: String,
    },
}

/// A QR code (ISO/IEC 18004), as an SVG path of unit squares.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QrView {
    /// Its width and height in modules, with the quiet zone of 4 on each side.
    pub size: u32,
    /// The dark modules, as the `d` of an SVG path in a square of `size`.
    pub path: String,
}

impl fmt::Debug for QrView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QrView(…)")
    }
}
