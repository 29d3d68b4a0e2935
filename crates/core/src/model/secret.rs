//! What a person types that nobody else may read.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A password that a person has typed. `Debug` does not show it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(type = "string")]
pub struct Secret(String);

impl Secret {
    /// What was typed.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
