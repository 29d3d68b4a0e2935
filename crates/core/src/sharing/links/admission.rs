//! The door of one link: its PIN, its owner's answer, the use that is left.

use std::{fmt, sync::Arc};

use porthole_gateway::{CloseReason, Door, Entry, Opening, SessionInfo, Token, TokenHash, Visit, Visitor};

use super::{Audience, LinkId, approval_queue::Asked, link_store::LinkStore, table::Opened};
use crate::sharing::state::Saving;

/// The door of one link.
pub(super) struct LinkAdmission {
    pub link_store: Arc<LinkStore>,
    pub token: Token,
    pub opened: Opened,
    /// What the display is called.
    pub name: String,
}

impl Door for LinkAdmission {
    fn asks(&self) -> bool {
        self.opened.terms.ask
    }

    fn is_owners(&self) -> bool {
        self.opened.audience != Audience::Others
    }

    fn once(&self) -> bool {
        self.opened.terms.once
    }

    fn open(&self, visitor: Visitor) -> Opening<'_> {
        Box::pin(async move {
            self.link_store
                .show_pin(&self.token, visitor.pin.as_ref())
                .await?;
            let token = self.token.hash();
            let mut rights = self.opened.terms.rights.into();
            if self.opened.terms.ask {
                let asked = Asked {
                    link: token,
                    display: self.opened.display.clone(),
                    name: self.name.clone(),
                    address: visitor.address,
                    rights,
                    since: self.link_store.now().wall,
                };
                rights = tokio::select! {
                    biased;
                    () = self.link_store.shut(token) => Err(CloseReason::NoSuchLink),
                    answer = self.link_store.asking.ask(asked) => answer,
                }?;
            }
            let entered = Stay::enter(Arc::clone(&self.link_store), token);
            let (visit, saved) = entered.ok_or(CloseReason::NoSuchLink)?;
            if let Some(saved) = saved {
                // Why is in the log. Let in unsaved, the visitor could come a second time after the next start. The visit
                // ends here, so that the link works again once the disk does.
                saved.await.map_err(|_| CloseReason::UseNotSaved)?;
            }
            let visit = Box::new(visit);
            Ok(Entry { rights, visit })
        })
    }
}

impl fmt::Debug for LinkAdmission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkAdmission({})", self.name)
    }
}

/// A visitor who was let in, until he leaves.
struct Stay {
    link_store: Arc<LinkStore>,
    token: TokenHash,
    id: LinkId,
    /// Its beginning stands in the history.
    told: bool,
}

impl Stay {
    /// `None` if the link opens nothing any more: of two visitors with a link that works once, one comes too late.
    /// Then says when that is saved, if the link works once.
    fn enter(link_store: Arc<LinkStore>, token: TokenHash) -> Option<(Self, Option<Saving>)> {
        let (id, saved) = link_store.enter(token)?;
        let stay = Self {
            link_store,
            token,
            id,
            told: false,
        };
        Some((stay, saved))
    }
}

impl Visit for Stay {
    fn began(&mut self, session: &SessionInfo) {
        if self.link_store.begin(self.token) != Some(Audience::Window) {
            self.link_store.history.began(Some(self.id), session);
            self.told = true;
        }
    }

    fn ended(&mut self, session: &SessionInfo, why: &CloseReason) {
        if self.told {
            self.link_store.history.ended(session, why);
        }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.link_store.leave(self.token);
    }
}
