//! Listening, and what becomes of each connection.

use std::{
    convert::Infallible,
    error::Error,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use arc_swap::{ArcSwap, ArcSwapOption};
use futures_util::future::Either;
use http::{HeaderMap, Request, StatusCode, header};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::service_fn,
    upgrade::{OnUpgrade, Upgraded},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use porthole_rfb::Password;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::AbortHandle,
    time::timeout,
};
use tokio_rustls::server::TlsStream;

use crate::{
    Access, BindError, End, Grant, Identity, Pages, Plain, Sessions, Target, TargetError, TokenSource,
    attend::House,
    guesses::Guesses,
    listening::Listening,
    lobby::{Lobby, Place},
    pages::{self, Page},
    socket::ViewerStream,
    tls::{self, TlsSocket},
    upgrade::{self, Shown},
    viewer::Viewer,
    vnc,
};

/// How long a client has for its first byte and, if that is one of TLS, for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);
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

/// All that listens on the network. Dropping it closes its sockets; [`Gateway::stop`] lets sessions say goodbye first.
pub struct Gateway {
    open: Arc<Open>,
    listening: Listening,
}

/// What every connection needs.
struct Open {
    house: House,
    pages: Pages,
    access: ArcSwap<Access>,
    identity: ArcSwapOption<Identity>,
    plain: ArcSwap<Plain>,
    splice: bool,
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
            identity,
            plain,
            splice,
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
            identity: ArcSwapOption::from(identity.map(Arc::new)),
            plain: ArcSwap::from_pointee(plain),
            splice,
            lobby: Lobby::default(),
        });
        let listening = Listening::new(Arc::new({
            let open = Arc::clone(&open);
            move |stream, from, port| {
                let caller = Caller {
                    from,
                    port,
                    to: stream.local_addr().ok(),
                    secure: false,
                };
                tokio::spawn(connection(stream, caller, Arc::clone(&open)));
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

    /// Changes whom the gateway answers, from the next request on.
    pub fn set_access(&self, access: Access) {
        self.open.access.store(Arc::new(access));
    }

    /// Stops accepting, ends the sessions with close code 1001, and waits for them, 4 s at most.
    pub async fn stop(&self) {
        self.listening.stop().await;
        self.open.lobby.close();
        let sessions = self.sessions();
        let mut changes = sessions.changes();
        sessions.close(End::ShuttingDown);
        let all_gone = async { while !sessions.are_gone() && changes.changed().await.is_ok() {} };
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

/// Serves one connection in a task that the lobby can end.
async fn connection(stream: TcpStream, caller: Caller, open: Arc<Open>) {
    let lobby = open.lobby.clone();
    let task = tokio::spawn(speak(stream, caller, open));
    let _place: Place = lobby.enter(caller.from.ip(), AbortHandle::clone(&task.abort_handle()));
    if let Ok(Err(error)) = task.await {
        tracing::debug!(client = %caller.from.ip(), %error, "connection ended");
    }
}

/// Whose request it is.
#[derive(Clone, Copy)]
struct Caller {
    from: SocketAddr,
    /// Which port is listened on.
    port: u16,
    /// Where it came to, where the system tells it.
    to: Option<SocketAddr>,
    /// It came over TLS.
    secure: bool,
}

/// Speaks TLS to those who begin with it, and HTTP within it; with the others HTTP alone.
async fn speak(
    stream: TcpStream,
    caller: Caller,
    open: Arc<Open>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let Some(identity) = open.identity.load_full() else {
        return http(stream, caller, open).await;
    };
    let handshake = async {
        io::Result::Ok(if tls::is_next(&stream).await? {
            Either::Right(tls::accept(stream, identity.config()).await?)
        } else {
            Either::Left(stream)
        })
    };
    match timeout(HANDSHAKE, handshake).await?? {
        Either::Left(stream) => http(stream, caller, open).await,
        Either::Right(stream) => {
            http(
                stream,
                Caller {
                    secure: true,
                    ..caller
                },
                open,
            )
            .await
        }
    }
}

async fn http<S>(stream: S, caller: Caller, open: Arc<Open>) -> Result<(), Box<dyn Error + Send + Sync>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| {
        let open = Arc::clone(&open);
        async move { Ok::<_, Infallible>(answer(request, caller, &open).await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_headers(MOST_HEADERS)
        .max_buf_size(LONGEST_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await?;
    Ok(())
}

async fn answer(request: Request<Incoming>, caller: Caller, open: &Arc<Open>) -> Page {
    let (mut parts, _) = request.into_parts();
    let from = caller.from;
    if !caller.secure && !open.plain.load().serves(from.ip(), caller.to) {
        return pages::https_only();
    }
    let access = open.access.load();
    let host = text(&parts.headers, header::HOST).map(str::to_owned);
    if !access.answers(host.as_deref(), caller.port, caller.secure) {
        tracing::info!(?host, client = %from.ip(), "refused: not a Host of ours; if it should be, add it to `hosts`");
        return pages::refuse(StatusCode::MISDIRECTED_REQUEST);
    }
    if !upgrade::is_asked_for(&parts) {
        return open.pages.answer(&parts).await;
    }
    let origin = text(&parts.headers, header::ORIGIN);
    if !access.admits(origin, host.as_deref(), caller.secure) {
        tracing::info!(?origin, client = %from.ip(), "refused: not an Origin of ours; if it should be, add it to `origins`");
        return pages::refuse(StatusCode::FORBIDDEN);
    }
    let (Some((shown, response)), Some(upgraded)) =
        (upgrade::accept(&parts), parts.extensions.remove::<OnUpgrade>())
    else {
        return pages::refuse(StatusCode::BAD_REQUEST);
    };
    tokio::spawn(visit(upgraded, shown, from, Arc::clone(open)));
    response.map(|()| pages::empty())
}

/// From the handshake's answer to the end of the session. Until it showed a good token, it is one of the lobby.
async fn visit(upgraded: OnUpgrade, shown: Shown, from: SocketAddr, open: Arc<Open>) {
    let address = from.ip().to_canonical();
    let knocking = tokio::spawn(knock(upgraded, shown, address, Arc::clone(&open)));
    let place = open.lobby.enter(address, knocking.abort_handle());
    if let Ok(Some((viewer, grant, shown))) = knocking.await {
        drop(place);
        open.house.attend(viewer, grant, shown, address).await;
    }
}

/// The viewer and what its token gives; `None` once it is turned away.
async fn knock(
    upgraded: OnUpgrade,
    shown: Shown,
    address: IpAddr,
    open: Arc<Open>,
) -> Option<(Viewer<ViewerStream>, Grant, Shown)> {
    let viewer = take_socket(upgraded.await.ok()?, open.splice)?;
    match open.house.admit(&shown.token, address).await {
        Ok(grant) => Some((viewer, grant, shown)),
        Err(end) => {
            tracing::info!(client = %address, code = end.code(), "refused: {}", end.reason());
            viewer.close(&end).await;
            None
        }
    }
}

/// The socket under HTTP, with what hyper read ahead of it.
fn take_socket(upgraded: Upgraded, may_splice: bool) -> Option<Viewer<ViewerStream>> {
    let (socket, read_ahead, may_splice) = match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => (
            ViewerStream::Plain(parts.io.into_inner()),
            parts.read_buf,
            may_splice,
        ),
        Err(upgraded) => {
            let parts = upgraded.downcast::<TokioIo<TlsStream<TcpStream>>>().ok()?;
            let socket = TlsSocket::new(parts.io.into_inner());
            (ViewerStream::Tls(socket), parts.read_buf, false)
        }
    };
    Some(Viewer::new(socket, &read_ahead, may_splice))
}

/// The value of a header that may be there once; a second one is for whoever reads the other.
fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next()?, values.next());
    first.to_str().ok().filter(|_| second.is_none())
}
