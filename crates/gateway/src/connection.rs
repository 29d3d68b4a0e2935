//! What becomes of each connection: TLS if it begins with that, HTTP, and for those who show a good token a session.

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
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::AbortHandle,
    time::timeout,
};
use tokio_rustls::server::TlsStream;

use crate::{
    Access, Grant, Identity, Pages, Plain,
    attend::House,
    lobby::{Lobby, Place},
    pages::{self, Page},
    socket::ViewerStream,
    tls::{self, TlsSocket},
    upgrade::{self, Shown},
    viewer::Viewer,
};

/// How long a client has for its first byte and, if that is one of TLS, for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How long a client has for the headers of a request, and may wait until the next one.
const HEADERS: Duration = Duration::from_secs(5);
/// How many headers a request may have.
const MOST_HEADERS: usize = 64;
/// How long they may be together, in bytes.
const LONGEST_HEADERS: usize = 16 * 1024;
/// What every connection needs.
pub(crate) struct Open {
    pub(crate) house: House,
    pub(crate) pages: Pages,
    pub(crate) access: ArcSwap<Access>,
    pub(crate) identity: ArcSwapOption<Identity>,
    pub(crate) plain: ArcSwap<Plain>,
    pub(crate) splice: bool,
    pub(crate) lobby: Lobby,
}

/// Whose request it is.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) from: SocketAddr,
    /// Which port is listened on.
    pub(crate) port: u16,
    /// Where it came to, where the system tells it.
    pub(crate) to: Option<SocketAddr>,
    /// It came over TLS.
    pub(crate) secure: bool,
}

/// Serves one connection in a task that the lobby can end.
pub(crate) async fn serve(stream: TcpStream, caller: Caller, open: Arc<Open>) {
    let lobby = open.lobby.clone();
    let task = tokio::spawn(speak(stream, caller, open));
    let _place: Place = lobby.enter(caller.from.ip(), AbortHandle::clone(&task.abort_handle()));
    if let Ok(Err(error)) = task.await {
        tracing::debug!(client = %caller.from.ip(), %error, "connection ended");
    }
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
            let secure = true;
            http(stream, Caller { secure, ..caller }, open).await
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
