//! What is written of a visit, and what is read from that.

use std::collections::HashMap;

use porthole_gateway::{End, SessionInfo};
use serde::{Deserialize, Serialize};

use crate::{SessionRights, VisitView, sentence::sentence};

/// One line of the file, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    /// Names the visit: no two have the same.
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
        display: String,
        address: String,
        rights: SessionRights,
    },
    Ended {
        /// A sentence.
        why: String,
    },
}

impl What {
    pub fn began(session: &SessionInfo) -> Self {
        Self::Began {
            display: session.display.clone(),
            address: session.address.to_string(),
            rights: session.rights.map_or(SessionRights::Control, SessionRights::from),
        }
    }

    pub fn ended(why: &End) -> Self {
        let why = match why {
            End::ViewerClosed => "The viewer left.".into(),
            other => sentence(&other.reason()),
        };
        Self::Ended { why }
    }
}

/// The visits of events that are in their order, the latest first.
pub(super) fn visits(events: &[Event]) -> Vec<VisitView> {
    let mut visits: Vec<VisitView> = Vec::new();
    let mut places = HashMap::new();
    for Event { visit, at, what } in events {
        match what {
            What::Began {
                display,
                address,
                rights,
            } => {
                places.insert(visit.as_str(), visits.len());
                visits.push(VisitView {
                    display: display.clone(),
                    address: address.clone(),
                    rights: *rights,
                    began: *at,
                    ended: None,
                    why: None,
                });
            }
            // Of a visit that was so long that its beginning is forgotten, nothing is told.
            What::Ended { why } => {
                if let Some(place) = places.get(visit.as_str()) {
                    visits[*place].ended = Some(*at);
                    visits[*place].why = Some(why.clone());
                }
            }
        }
    }
    visits.reverse();
    visits
}
