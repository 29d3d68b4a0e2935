//! What becomes of each connection: TLS if it begins with that, HTTP, and for those who show a good token a session.

use std::{
    convert::Infallible,
    error::Error,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
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
    time::timeout,
};
use tokio_rustls::server::TlsStream;

use crate::{
    Access, Identity, Pages, Plain,
    attend::{Guest, House},
    lobby::Lobby,
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

impl Caller {
    /// As sessions and guesses know it, whichever kind of socket it came by.
    fn address(&self) -> IpAddr {
        self.from.ip().to_canonical()
    }
}

/// What a client asked for, once its WebSocket is open.
struct Visit {
    upgraded: OnUpgrade,
    shown: Shown,
}

type Failure = Box<dyn Error + Send + Sync>;

/// Serves one connection to its end. Until it has shown a good token, it is one of the lobby.
pub(crate) async fn serve(stream: TcpStream, caller: Caller, open: Arc<Open>) {
    let address = caller.address();
    let mut place = open.lobby.enter(address);
    // On the heap: HTTP needs much more memory than a session, and a task keeps as much as it ever needs.
    let come_in = Box::pin(come_in(stream, caller, &open));
    let came = tokio::select! {
        came = come_in => came,
        () = place.lost() => return,
    };
    match came {
        Ok(Some(guest)) => {
            drop(place);
            open.house.attend(guest, address).await;
        }
        Ok(None) => {}
        Err(error) => tracing::debug!(client = %address, %error, "connection ended"),
    }
}

/// Serves pages, and then perhaps a viewer. `None`: nobody who came for a WebSocket, or one who was turned away.
async fn come_in(stream: TcpStream, caller: Caller, open: &Open) -> Result<Option<Box<Guest>>, Failure> {
    let Some(Visit { upgraded, shown }) = speak(stream, caller, open).await? else {
        return Ok(None);
    };
    let Some(viewer) = take_socket(upgraded.await?, open.splice) else {
        return Ok(None);
    };
    let address = caller.address();
    match open.house.admit(shown, address).await {
        Ok(admitted) => Ok(Some(Box::new(Guest { viewer, admitted }))),
        Err(end) => {
            tracing::info!(client = %address, code = end.code(), "refused: {}", end.reason());
            viewer.close(&end).await;
            Ok(None)
        }
    }
}

/// Speaks TLS to those who begin with it, and HTTP within it; with the others HTTP alone.
async fn speak(stream: TcpStream, caller: Caller, open: &Open) -> Result<Option<Visit>, Failure> {
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

async fn http<S>(stream: S, caller: Caller, open: &Open) -> Result<Option<Visit>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let asked = Mutex::new(None);
    let service =
        service_fn(|request| async { Ok::<_, Infallible>(answer(request, caller, open, &asked).await) });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_headers(MOST_HEADERS)
        .max_buf_size(LONGEST_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await?;
    Ok(asked.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The answer to a request; if it opens a WebSocket, that is in `asked` then.
async fn answer(
    request: Request<Incoming>,
    caller: Caller,
    open: &Open,
    asked: &Mutex<Option<Visit>>,
) -> Page {
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
    let visit = Visit { upgraded, shown };
    *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(visit);
    response.map(|()| pages::empty())
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
