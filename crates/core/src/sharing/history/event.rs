//! What is written of a visit, and what is read from that.

use porthole_gateway::{CloseReason, SessionInfo};
use serde::{Deserialize, Serialize};

use super::fold::Visits;
use crate::{
    DisplayId, SessionRights,
    sharing::links::LinkId,
    texts::{say, sentence::sentence},
};

/// The longest reason that is written, in characters.
const MAX_REASON_CHARS: usize = 200;

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
        /// A sentence.
        why: String,
    },
    /// Several events that were folded.
    Visits(Visits),
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
        let why = match why {
            CloseReason::ViewerClosed => "The viewer left.".into(),
            other => sentence(&shortened(&other.reason())),
        };
        Self::Ended { why }
    }
}

/// Others' words may be many.
fn shortened(reason: &str) -> String {
    match reason.char_indices().nth(MAX_REASON_CHARS) {
        Some((end, _)) => format!("{}…", &reason[..end]),
        None => reason.to_owned(),
    }
}

/// Why a visit ended, in the person's language, as far as no words of others are in it: the file has it in English,
/// whoever reads it.
pub(super) fn told(why: &str) -> String {
    let known: [(CloseReason, fn() -> String); 9] = [
        (CloseReason::ViewerClosed, || say!("visit-viewer-left")),
        (CloseReason::TargetClosed, || say!("visit-target-closed")),
        (CloseReason::DisplayRestarts, || say!("visit-restarts")),
        (CloseReason::ShuttingDown, || say!("visit-shutting-down")),
        (CloseReason::Disconnected, || say!("visit-disconnected")),
        (CloseReason::Revoked, || say!("visit-revoked")),
        (CloseReason::DisplayChanged, || say!("visit-changed")),
        (CloseReason::Expired, || say!("visit-expired")),
        (CloseReason::Silent, || say!("visit-silent")),
    ];
    let same = |end: &CloseReason| What::ended(end) == What::Ended { why: why.to_owned() };
    let found = known.into_iter().find(|(end, _)| same(end));
    found.map_or_else(|| why.to_owned(), |(_, told)| told())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::tests::in_german;

    #[test]
    fn an_end_is_written_in_english_and_told_in_the_persons_language() {
        let all = [
            CloseReason::ViewerClosed,
            CloseReason::TargetClosed,
            CloseReason::DisplayRestarts,
            CloseReason::ShuttingDown,
            CloseReason::Disconnected,
            CloseReason::Revoked,
            CloseReason::DisplayChanged,
            CloseReason::Expired,
            CloseReason::Silent,
        ];
        for end in all {
            let What::Ended { why } = in_german(|| What::ended(&end)) else {
                panic!("{end:?}")
            };
            assert_eq!(told(&why), why);
            assert_ne!(in_german(|| told(&why)), why);
        }
        assert_eq!(in_german(|| told("What others said.")), "What others said.");
    }
}
