//! The gateway as others see it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::{ArcSwap, ArcSwapOption};
use porthole_rfb::Password;
use tokio::time::timeout;

use crate::{
    Access, BindError, CloseReason, Identity, Limits, OwnNames, Pages, Plain, Refusals, Sessions, Target,
    TargetError, TokenSource,
    http::{
        connection::{Caller, Open, serve},
        pending_connections::PendingConnections,
        rate_limit::RateLimiter,
    },
    session::visit::GatewayContext,
    transport::{descriptors::Scarcity, listening::Listening},
    vnc::log_in::Server,
};

/// How long sessions have to say goodbye when the gateway stops.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(4);

/// What a gateway is started with.
pub struct Settings {
    /// Where to listen; can be changed later by [`Gateway::set_listen`]. Port 0 lets the system choose.
    pub listen: Vec<SocketAddr>,
    /// With it, TLS is spoken to whoever begins with it; can be changed later by [`Gateway::set_identity`].
    pub identity: Option<Identity>,
    /// Who is served without TLS; can be changed later by [`Gateway::set_plain`].
    pub plain: Plain,
    /// Let bulk pass without being copied where the system can do that. Off only to compare.
    pub splice: bool,
    /// Whom to answer; can be changed later by [`Gateway::set_access`].
    pub access: Access,
    /// Further names of this machine that are answered.
    pub own_names: Option<Arc<dyn OwnNames>>,
    /// What a browser gets.
    pub pages: Pages,
    /// Where tokens are looked up.
    pub tokens: Arc<dyn TokenSource>,
    /// How often viewers are pinged; [`HEARTBEAT`] suits nearly everybody. One that gives no sign of life for twice as
    /// long and 5 s is gone.
    pub heartbeat: Duration,
}

/// Viewers are not pinged, for [`Settings::heartbeat`]. One that is gone is found by the system then, after minutes.
pub const NO_HEARTBEAT: Duration = Duration::from_secs(u32::MAX as u64);

/// How often viewers are pinged: a proxy in between may cut a connection on which nothing moves for a minute.
pub const HEARTBEAT: Duration = Duration::from_secs(20);

/// All that listens on the network. Dropping it closes its sockets; [`Gateway::stop`] lets sessions say goodbye first.
pub struct Gateway {
    open: Arc<Open>,
    listening: Listening,
}

impl Gateway {
    /// Listens, and serves from then on. When this returns, a browser can connect.
    ///
    /// # Errors
    /// An address that is taken, not ours, or not permitted.
    pub async fn start(settings: Settings) -> Result<Self, BindError> {
        let Settings {
            listen,
            identity,
            plain,
            splice,
            access,
            own_names,
            pages,
            tokens,
            heartbeat,
        } = settings;
        let house = GatewayContext {
            tokens,
            sessions: Sessions::default(),
            guesses: RateLimiter::default(),
            strangers: PendingConnections::new(),
            heartbeat,
        };
        let open = Arc::new(Open {
            house,
            pages,
            access: ArcSwap::from_pointee(access),
            own_names,
            refusals: Refusals::default(),
            identity: ArcSwapOption::from(identity.map(Arc::new)),
            plain: ArcSwap::from_pointee(plain),
            splice,
            scarcity: Scarcity::default(),
        });
        let listening = Listening::new(Arc::new({
            let open = Arc::clone(&open);
            move |stream, from| {
                let (stream, crowded) = open.make_room(stream);
                let Some(stream) = stream else {
                    return crowded;
                };
                let caller = Caller::new(from, stream.local_addr().ok());
                let is_proxy = open.is_proxy(caller.peer);
                // Before the task has its first turn: whoever makes room for the next one has to find it.
                let place = open.house.strangers.lobby.enter(caller.peer, is_proxy);
                tokio::spawn(serve(stream, place, caller, Arc::clone(&open)));
                crowded
            }
        }));
        listening.start(&listen).await?;
        Ok(Self { open, listening })
    }

    /// The addresses listened on, with the ports that the system chose.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listening.addresses()
    }

    /// Listens on these addresses and no others, in this order. Sessions go on, whichever address they came to. Returns
    /// those that cannot be listened on, and why; what is listened on then, [`Gateway::addresses`] says.
    pub async fn set_listen(&self, addresses: &[SocketAddr]) -> Vec<BindError> {
        self.listening.change(addresses).await
    }

    /// Changes who the gateway is to those who come over TLS, from the next connection on. `None`: TLS is not spoken.
    pub fn set_identity(&self, identity: Option<Identity>) {
        self.open.identity.store(identity.map(Arc::new));
    }

    /// Changes who is served without TLS, from the next request on.
    pub fn set_plain(&self, plain: Plain) {
        self.open.plain.store(Arc::new(plain));
    }

    /// The sessions of this gateway.
    pub fn sessions(&self) -> &Sessions {
        &self.open.house.sessions
    }

    /// What was refused before a token was looked at.
    pub fn refusals(&self) -> &Refusals {
        &self.open.refusals
    }

    /// Changes how many sessions there may be, from the next one on.
    pub fn set_limits(&self, limits: Limits) {
        self.sessions().set_limits(limits);
    }

    /// Changes whom the gateway answers, from the next request on.
    pub fn set_access(&self, access: Access) {
        self.open.access.store(Arc::new(access));
    }

    /// Stops accepting, ends the sessions with close code 1001, and waits for them, 4 s at most.
    pub async fn stop(&self) {
        self.listening.stop().await;
        self.open.house.strangers.close();
        let sessions = self.sessions();
        let mut changes = sessions.changes();
        sessions.close(CloseReason::ShuttingDown);
        let all_gone = async { while !sessions.are_gone() && changes.changed().await.is_ok() {} };
        // Whoever has not taken the goodbye by then is cut off with the process.
        let _ = timeout(CLOSE_TIMEOUT, all_gone).await;
    }
}

/// Whether a session with `target` could begin: connects, authenticates as a session would, and leaves. (A connection
/// that breaks off before it authenticates counts as an attack with TigerVNC: five of them lock the display.)
///
/// # Errors
/// Why it could not.
pub async fn probe(target: &Target, password: Option<&Password>) -> Result<(), TargetError> {
    let stream = target.connect().await?;
    Server::log_in(&stream, password).await.map(drop)
}
