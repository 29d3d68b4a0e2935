//! Visits by tokens that are no links of ours: on raw routes, where anybody with the token is let in, and remembered.

use std::sync::Arc;

use porthole_gateway::{
    CloseReason, Door, Entry, Lookup, Opening, Rights, SessionInfo, Token, TokenSource, Visit, Visitor,
};

use crate::sharing::history::History;

/// A token source whose visits stand in the history.
pub(crate) struct RawVisits {
    source: Arc<dyn TokenSource>,
    history: History,
}

impl RawVisits {
    pub fn new(source: Arc<dyn TokenSource>, history: History) -> Self {
        Self { source, history }
    }
}

impl TokenSource for RawVisits {
    fn lookup<'a>(&'a self, token: &'a Token) -> Lookup<'a> {
        Box::pin(async move {
            let mut grant = self.source.lookup(token).await?;
            grant.door = Some(Arc::new(OpenDoor(self.history.clone())));
            Some(grant)
        })
    }
}

/// Lets everybody in.
struct OpenDoor(History);

impl Door for OpenDoor {
    fn asks(&self) -> bool {
        false
    }

    fn open(&self, _: Visitor) -> Opening<'_> {
        let entry = Entry {
            // Nobody can tell on a raw route.
            rights: Rights::Control,
            visit: Box::new(RawVisit(self.0.clone())),
        };
        Box::pin(std::future::ready(Ok(entry)))
    }
}

impl std::fmt::Debug for OpenDoor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenDoor")
    }
}

struct RawVisit(History);

impl Visit for RawVisit {
    fn began(&mut self, session: &SessionInfo) {
        self.0.began(None, session);
    }

    fn ended(&mut self, session: &SessionInfo, why: &CloseReason) {
        self.0.ended(session, why);
    }
}
