//! Every operation on displays, links and visitors, once: window, command line and control socket call these.
//!
//! Invariant: nothing here has words for one caller, and nothing here waits for a person.

mod checks;
mod config_file;
mod displays;
mod own_links;
mod shared_link;
#[cfg(test)]
mod tests;

use std::{path::PathBuf, sync::Arc};

use porthole_gateway::{CloseReason, Refusals, RightsError, SessionId, Sessions};

use crate::{
    AskView, Desktops, DisplayId, SessionRights, SessionView, Terms, VisitView,
    network::NetworkWatch,
    reachability::display_states::DisplayStates,
    sharing::{
        history::History,
        links::{Audience, LinkId, Links, Made, NotMade},
        state::Saving,
        token_file::Tokens,
    },
};

pub(crate) use config_file::NotKept;
pub use own_links::LinkError;
pub use shared_link::LinkAddress;
pub(crate) use shared_link::SharedLink;

/// The operations, and what they work on. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub(crate) struct Service {
    /// What is written to; `None`: a command line takes its place.
    pub config_file: Option<PathBuf>,
    pub links: Arc<Links>,
    pub tokens: Arc<Tokens>,
    pub desktops: Desktops,
    pub sessions: Sessions,
    pub display_states: DisplayStates,
    pub history: History,
    pub network: NetworkWatch,
    pub refusals: Refusals,
}

impl Service {
    /// What a display is called now, or was called last; empty for one that nobody remembers.
    pub fn name(&self, display: &DisplayId) -> String {
        let known = self.links.name(display.as_str());
        let runs = || self.desktops.name(display.as_str());
        known.or_else(runs).unwrap_or_default()
    }

    /// Makes a link for others. It opens at once; [`Saving`] tells whether it also does after the next start.
    ///
    /// # Errors
    /// A display that is not in the config, too many links, or no random numbers.
    pub fn make_link(&self, display: &DisplayId, terms: Terms) -> Result<(Made, Saving), NotMade> {
        self.links.make(display, terms, Audience::Others)
    }

    /// The addresses that a link can be handed out with, those of listeners that were opened for it among them. `host`: a
    /// name of the config that is to be among them, too. None is tested yet.
    pub async fn addresses(&self, made: Made, host: Option<&str>) -> SharedLink {
        let status = self.network.now().await;
        SharedLink::new(made, status, host, &self.links.config().hosts)
    }

    /// Ends a link and the sessions that it opened; whether there was one. Again, it saves what could not be saved then.
    pub fn revoke(&self, link: LinkId) -> (bool, Saving) {
        self.links.revoke(link)
    }

    /// Ends all links of a display, also of one that has left the config; how many there were.
    pub fn revoke_all(&self, display: &DisplayId) -> (usize, Saving) {
        self.links.revoke_all(display.as_str())
    }

    /// Ends a session; whether there was one.
    pub fn disconnect(&self, session: SessionId) -> bool {
        self.sessions.end(session, CloseReason::Disconnected)
    }

    /// Changes what the viewer of a session may do, and returns once that is so.
    ///
    /// # Errors
    /// See [`RightsError`].
    pub async fn set_rights(&self, session: SessionId, rights: SessionRights) -> Result<(), RightsError> {
        self.sessions.set_rights(session, rights.into()).await
    }

    /// Lets a visitor in who waits, with these rights at most, or turns them away; whether they still waited.
    pub fn answer(&self, visitor: u64, rights: Option<SessionRights>) -> bool {
        self.links.answer(visitor, rights)
    }

    /// The visitors who wait for an answer, the longest first.
    pub fn visitors(&self) -> Vec<AskView> {
        self.links.asking()
    }

    /// Who is connected, the oldest first, with the name that their display has now.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionView, String, Option<DisplayId>)> {
        self.sessions.list().into_iter().map(|session| {
            let view = SessionView::of(&session, self.links.id(session.token));
            let name = self.links.name(&session.display).unwrap_or(session.name);
            (view, name, session.display.parse().ok())
        })
    }

    /// Who came and went in the last 30 days, the latest first, with the names that displays have now.
    pub async fn visits(&self) -> Vec<VisitView> {
        let mut visits = self.history.read().await;
        self.links.call(&mut visits);
        visits
    }
}
