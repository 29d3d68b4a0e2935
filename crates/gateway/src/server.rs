//! Listening, and what becomes of each connection.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use http::{HeaderMap, Request, StatusCode, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use porthole_rfb::Password;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};

use crate::{
    Access, End, Pages, Sessions, Target, TargetError, Token, TokenSource,
    attend::House,
    guesses::Guesses,
    lobby::{Lobby, Place},
    pages::{self, Page},
    socket, upgrade,
    viewer::Viewer,
    vnc,
};

/// How long a client has for the headers of a request, and may wait until the next one.
const HEADERS: Duration = Duration::from_secs(5);
/// How many headers a request may have.
const MOST_HEADERS: usize = 64;
/// How long they may be together, in bytes.
const LONGEST_HEADERS: usize = 16 * 1024;
/// How long sessions have to say goodbye when the gateway stops.
const GOODBYE: Duration = Duration::from_secs(4);

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
    /// How often viewers are pinged; [`HEARTBEAT`] suits nearly everybody. One that gives no sign of life for twice as
    /// long and 5 s is gone.
    pub heartbeat: Duration,
}

/// How often viewers are pinged: a proxy in between may cut a connection on which nothing moves for a minute.
pub const HEARTBEAT: Duration = Duration::from_secs(20);

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
    open: Arc<Open>,
    listening: JoinSet<()>,
}

/// What every connection needs.
struct Open {
    house: House,
    pages: Pages,
    access: ArcSwap<Access>,
    lobby: Lobby,
}

impl Gateway {
    /// Listens, and serves from then on. When this returns, a browser can connect.
    ///
    /// # Errors
    /// An address that is taken, not ours, or not permitted.
    pub async fn start(settings: Settings) -> Result<Self, BindError> {
        let Settings {
            listen,
            access,
            pages,
            tokens,
            heartbeat,
        } = settings;
        let house = House {
            tokens,
            sessions: Sessions::default(),
            guesses: Guesses::new(),
            heartbeat,
        };
        let open = Arc::new(Open {
            house,
            pages,
            access: ArcSwap::from_pointee(access),
            lobby: Lobby::default(),
        });
        let bind = |address: SocketAddr| {
            let listener = socket::listen(address)?;
            io::Result::Ok((listener.local_addr()?, listener))
        };
        let bound: Result<Vec<_>, _> = listen
            .into_iter()
            .map(|address| bind(address).map_err(|source| BindError { address, source }))
            .collect();
        let (mut addresses, mut listening) = (Vec::new(), JoinSet::new());
        // Only when all are ours does any of them answer.
        for (address, listener) in bound? {
            addresses.push(address);
            listening.spawn(accept(listener, address.port(), Arc::clone(&open)));
        }
        Ok(Self {
            addresses,
            open,
            listening,
        })
    }

    /// The addresses listened on, with the ports that the system chose.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The sessions of this gateway.
    pub fn sessions(&self) -> &Sessions {
        &self.open.house.sessions
    }

    /// Changes whom the gateway answers, from the next request on.
    pub fn set_access(&self, access: Access) {
        self.open.access.store(Arc::new(access));
    }

    /// Stops accepting, ends the sessions with close code 1001, and waits for them, 4 s at most.
    pub async fn stop(mut self) {
        self.listening.shutdown().await;
        self.open.lobby.close();
        let sessions = self.sessions();
        let mut changes = sessions.changes();
        sessions.close(End::ShuttingDown);
        let all_gone = async { while !sessions.list().is_empty() && changes.changed().await.is_ok() {} };
        // Whoever has not taken the goodbye by then is cut off with the process.
        let _ = timeout(GOODBYE, all_gone).await;
    }
}

/// Whether a session with `target` could begin: connects, authenticates as a session would, and leaves. (A connection
/// that breaks off before it authenticates counts as an attack with TigerVNC: five of them lock the display.)
///
/// # Errors
/// Why it could not.
pub async fn probe(target: &Target, password: Option<&Password>) -> Result<(), TargetError> {
    let stream = target.connect().await?;
    vnc::Server::log_in(&stream, password).await.map(drop)
}

async fn accept(listener: TcpListener, port: u16, open: Arc<Open>) {
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                // It fails on a connection that is gone already; serving it will notice.
                let _ = socket::tune(&stream);
                let open = Arc::clone(&open);
                tokio::spawn(async move { connection(stream, from, port, open).await });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                // Out of descriptors: without a pause this would spin until one is free.
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Serves one connection in a task that the lobby can end.
async fn connection(stream: TcpStream, from: SocketAddr, port: u16, open: Arc<Open>) {
    let lobby = open.lobby.clone();
    let http = async move {
        let service = service_fn(|request| {
            let open = Arc::clone(&open);
            async move { Ok::<_, std::convert::Infallible>(answer(request, from, port, &open).await) }
        });
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .max_headers(MOST_HEADERS)
            .max_buf_size(LONGEST_HEADERS)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
            .await
    };
    let task = tokio::spawn(http);
    let _place: Place = lobby.enter(from.ip(), AbortHandle::clone(&task.abort_handle()));
    if let Ok(Err(error)) = task.await {
        tracing::debug!(client = %from.ip(), %error, "connection ended");
    }
}

async fn answer(request: Request<Incoming>, from: SocketAddr, port: u16, open: &Arc<Open>) -> Page {
    let (mut parts, _) = request.into_parts();
    let access = open.access.load();
    let host = text(&parts.headers, header::HOST).map(str::to_owned);
    if !access.answers(host.as_deref(), port) {
        tracing::info!(?host, client = %from.ip(), "refused: not a Host of ours; if it should be, add it to `hosts`");
        return pages::refuse(StatusCode::MISDIRECTED_REQUEST);
    }
    if !upgrade::is_asked_for(&parts) {
        return open.pages.answer(&parts).await;
    }
    let origin = text(&parts.headers, header::ORIGIN);
    if !access.admits(origin, host.as_deref()) {
        tracing::info!(?origin, client = %from.ip(), "refused: not an Origin of ours; if it should be, add it to `origins`");
        return pages::refuse(StatusCode::FORBIDDEN);
    }
    let (Some((token, response)), Some(upgraded)) = (
        upgrade::accept(&parts),
        parts.extensions.remove::<hyper::upgrade::OnUpgrade>(),
    ) else {
        return pages::refuse(StatusCode::BAD_REQUEST);
    };
    tokio::spawn(visit(upgraded, token, from, Arc::clone(open)));
    response.map(|()| pages::empty())
}

/// From the handshake's answer to the end of the session.
async fn visit(upgraded: hyper::upgrade::OnUpgrade, token: Token, from: SocketAddr, open: Arc<Open>) {
    let Some(viewer) = upgraded.await.ok().and_then(take_socket) else {
        return;
    };
    let address = from.ip().to_canonical();
    match open.house.admit(&token, address).await {
        Ok(grant) => open.house.attend(viewer, grant, &token, address).await,
        Err(end) => {
            tracing::info!(client = %address, code = end.code(), "refused: {}", end.reason());
            viewer.close(&end).await;
        }
    }
}

/// The plain socket, with what hyper read ahead of it.
fn take_socket(upgraded: hyper::upgrade::Upgraded) -> Option<Viewer<TcpStream>> {
    let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
    Some(Viewer::new(parts.io.into_inner(), &parts.read_buf))
}

/// The value of a header that may be there once; a second one is for whoever reads the other.
fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next()?, values.next());
    first.to_str().ok().filter(|_| second.is_none())
}
