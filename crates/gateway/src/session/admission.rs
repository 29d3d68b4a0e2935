//! What stands between a right token and its display: a question to the owner, a PIN, a use that is left.

use std::{fmt, net::IpAddr, pin::Pin as Pinned};

use porthole_rfb::Rights;

use crate::{CloseReason, SessionInfo};

/// What a visitor with a right token has still to pass, and who is told of the visit.
///
/// It knows one link. A visit that is dropped before it began gives back what it took: a link that works once is not
/// used up by a display that could not be reached.
pub trait Door: Send + Sync + fmt::Debug {
    /// Whether somebody is asked before it opens; the visitor's page then says that it waits.
    fn asks(&self) -> bool;

    /// Whether the link is the owner's own, whom a crowd of visitors does not keep out: its sessions are not counted
    /// among those of the display.
    fn is_owners(&self) -> bool {
        false
    }

    /// Whether the token opens this one session and no other; the visitor's page then offers no way back.
    fn once(&self) -> bool {
        false
    }

    /// Lets the visitor in, or says why not. Dropped when the visitor leaves before it is decided.
    ///
    /// # Errors
    /// Why the visitor is turned away; one that could learn something from it gets [`CloseReason::NoSuchLink`].
    fn open(&self, visitor: Visitor) -> Opening<'_>;
}

/// The answer to [`Door::open`], once it is there.
pub type Opening<'a> = Pinned<Box<dyn Future<Output = Result<Entry, CloseReason>> + Send + 'a>>;

/// Who stands at the door.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Where the connection comes from: behind a reverse proxy, the proxy.
    pub address: IpAddr,
    /// The PIN that was shown, if one was.
    pub pin: Option<Pin>,
}

/// A PIN as a visitor typed it: text of at most 64 characters. `Debug` masks it.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

/// A visitor who was let in.
pub struct Entry {
    /// What the visitor may do to begin with: never more than the link gives.
    pub rights: Rights,
    /// Is told of the session.
    pub visit: Box<dyn Visit>,
}

/// Is told how a visit goes. Dropped without [`Visit::began`] when there was no session.
pub trait Visit: Send {
    /// The session has begun: the display shows.
    fn began(&mut self, session: &SessionInfo);

    /// It has ended. Comes only after [`Visit::began`].
    fn ended(&mut self, session: &SessionInfo, why: &CloseReason);
}

impl Pin {
    /// The longest PIN that is looked at, in characters.
    pub const LONGEST: usize = 64;

    /// The PIN's text, for comparing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Pin {
    fn from(text: &str) -> Self {
        Self(text.chars().take(Self::LONGEST).collect())
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}
