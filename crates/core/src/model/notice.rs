//! Something that happened and is worth a word.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that happened and is worth a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Whether all is well.
    pub kind: NoticeKind,
    /// What happened and, after a failure, what to do: one or two sentences.
    pub text: String,
    /// A path in it that the person may want to copy.
    pub path: Option<String>,
}

impl Notice {
    /// All is well.
    pub(crate) fn info(text: impl Into<String>) -> Self {
        Self {
            kind: NoticeKind::Info,
            text: text.into(),
            path: None,
        }
    }

    /// Something is not.
    pub(crate) fn error(text: impl Into<String>) -> Self {
        Self {
            kind: NoticeKind::Error,
            text: text.into(),
            path: None,
        }
    }

    /// The same with a path that can be copied.
    pub(crate) fn with_path(self, path: String) -> Self {
        Self {
            path: Some(path),
            ..self
        }
    }
}

/// Whether a notice tells of success or failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum NoticeKind {
    /// What was asked for was done.
    Info,
    /// Something could not be done.
    Error,
}
