//! What the doctor has found, for people.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One thing that the doctor has looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What was looked at, as a word that stays the same: `port`, `firewall`. Several findings can be of one check.
    pub check: String,
    /// Whether it is well.
    pub verdict: Verdict,
    /// What is so, as a sentence; of a fault, its cause.
    pub text: String,
    /// What to do about it, as a sentence; a command stands in it as text. `None` where nothing is to be done.
    pub fix: Option<String>,
}

/// Whether a thing is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It is.
    Ok,
    /// Something can go wrong by it, or one feature is missing.
    Warn,
    /// Something does not work because of it.
    Fault,
}

#[cfg(target_os = "linux")]
impl Finding {
    pub(crate) fn ok(check: &str, text: impl Into<String>) -> Self {
        Self {
            check: check.into(),
            verdict: Verdict::Ok,
            text: text.into(),
            fix: None,
        }
    }

    pub(crate) fn warn(check: &str, text: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Warn,
            fix: Some(fix.into()).filter(|fix| !fix.is_empty()),
            ..Self::ok(check, text)
        }
    }

    pub(crate) fn fault(check: &str, text: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Fault,
            ..Self::warn(check, text, fix)
        }
    }
}
