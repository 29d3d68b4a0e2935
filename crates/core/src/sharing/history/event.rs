//! What is written of a visit, and what is read from that.

use porthole_gateway::{CloseReason, SessionInfo};
use porthole_phrase::{Explain, Phrase};
use serde::{Deserialize, Serialize};

use super::fold::Visits;
use crate::{
    DisplayId, SessionRights,
    sharing::links::LinkId,
    texts::{is_known, say, told},
};

/// The longest text of somebody else that is written as a part of a reason, in characters.
const MAX_SAID_CHARS: usize = 200;

/// One line of the file, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    /// Names the visit: no two have the same. Empty where several are folded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub visit: String,
    /// In milliseconds since 1970 (UTC).
    pub at: u64,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum What {
    Began {
        /// By which link; `None` by a token file's token, and in what earlier versions wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<LinkId>,
        display: String,
        #[serde(default)]
        display_id: Option<DisplayId>,
        address: String,
        rights: SessionRights,
    },
    Ended {
        why: Why,
    },
    /// Several events that were folded.
    Visits(Visits),
}

/// Why a visit ended. What it says is said when it is read, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Why {
    Closed {
        /// The close code that the viewer was given.
        code: u16,
        #[serde(flatten)]
        phrase: Phrase,
    },
    /// As versions up to 0.1 wrote it: a sentence in English.
    Sentence(String),
}

impl Why {
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Closed { code, .. } => Some(*code),
            Self::Sentence(_) => None,
        }
    }

    /// As a sentence. A later version may have written what this one has no sentence for.
    pub fn told(&self) -> String {
        match self {
            Self::Closed { phrase, .. } if is_known(&phrase.key) => told(phrase),
            Self::Closed { code, .. } => say!("close-unknown", code = *code),
            Self::Sentence(sentence) => sentence.clone(),
        }
    }
}

impl Event {
    /// The latest moment of which it tells.
    pub fn latest(&self) -> u64 {
        match &self.what {
            What::Began { .. } | What::Ended { .. } => self.at,
            What::Visits(visits) => {
                let times = [Some(self.at), Some(visits.first), Some(visits.last), visits.ended];
                times.into_iter().flatten().max().unwrap_or_default()
            }
        }
    }
}

impl What {
    pub fn began(link: Option<LinkId>, session: &SessionInfo) -> Self {
        Self::Began {
            link,
            display: session.name.clone(),
            display_id: session.display.parse().ok(),
            address: session.address.to_string(),
            rights: session.rights.map_or(SessionRights::Control, SessionRights::from),
        }
    }

    pub fn ended(why: &CloseReason) -> Self {
        let why = Why::Closed {
            code: why.code(),
            phrase: why.cause().shortened(MAX_SAID_CHARS),
        };
        Self::Ended { why }
    }
}

#[cfg(test)]
mod tests {
    use porthole_gateway::TargetError;
    use porthole_phrase::phrase;

    use super::*;
    use crate::texts::tests::in_german;

    fn line(why: &CloseReason) -> String {
        serde_json::to_string(&What::ended(why)).unwrap()
    }

    fn read(line: &str) -> Why {
        match serde_json::from_str(line).unwrap() {
            What::Ended { why } => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_file_has_code_and_arguments_and_the_reader_their_own_language() {
        let revoked = line(&CloseReason::Revoked);
        assert_eq!(
            revoked,
            r#"{"event":"ended","why":{"code":4016,"key":"close-revoked"}}"#
        );
        assert_eq!(in_german(|| line(&CloseReason::Revoked)), revoked);
        let why = read(&revoked);
        assert_eq!(why.told(), "The owner of this display revoked the link.");
        assert_ne!(in_german(|| why.told()), why.told());
        let dead = line(&CloseReason::Target(TargetError::NoAnswer));
        assert_eq!(
            (read(&dead).code(), read(&dead).told()),
            (Some(1011), "The VNC server did not answer in time.".into())
        );
    }

    #[test]
    fn others_words_are_bounded_and_stay_as_they_are() {
        let said = "ä".repeat(5000);
        let why = line(&CloseReason::DisplayEnded(phrase!(
            "launch-server-failed",
            said = said
        )));
        assert!(why.len() < 600, "{}", why.len());
        let why = read(&why);
        assert!(in_german(|| why.told()).contains("ää…"));
    }

    #[test]
    fn what_other_versions_wrote_is_told() {
        let old = read(r#"{"event":"ended","why":"The viewer left."}"#);
        assert_eq!((old.code(), old.told()), (None, "The viewer left.".to_owned()));
        assert_eq!(serde_json::to_string(&old).unwrap(), r#""The viewer left.""#);
        for key in ["close-because-of-tides", "", "tray open", "-x"] {
            let new =
                format!(r#"{{"event":"ended","why":{{"code":4999,"key":"{key}","arguments":[["x",[]]]}}}}"#);
            let bare = format!(r#"{{"event":"ended","why":{{"code":4999,"key":"{key}"}}}}"#);
            assert!(
                serde_json::from_str::<What>(&new).is_err(),
                "an argument that is none"
            );
            assert_eq!(read(&bare).told(), "It ended with close code 4999.");
        }
        // A sentence of ours that lacks its arguments says so, and no more.
        assert!(
            !read(r#"{"event":"ended","why":{"code":1,"key":"tray-open"}}"#)
                .told()
                .is_empty()
        );
    }
}
