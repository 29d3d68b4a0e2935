//! What becomes of each connection: a PROXY header if a trusted proxy sends one, TLS if it begins with that, HTTP, and
//! for those who show a good token a session.

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
use hyper::{server::conn::http1, service::service_fn, upgrade::Upgraded};
use hyper_util::rt::{TokioIo, TokioTimer};
use porthole_phrase::Explain;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::server::TlsStream;

use crate::{
    Access, CloseReason, Identity, OwnNames, Pages, Plain, Refusals,
    http::{
        pages,
        pending_connections::{Evicted, PendingSlot},
        proxy_header,
        rate_limit::RateLimit,
        request::{Visit, answer},
    },
    relay::viewer::Viewer,
    session::visit::{AuthenticatedVisitor, GatewayContext, RefusedVisitor},
    transport::{
        descriptors::{DescriptorClass, Scarcity, room_behind},
        socket::ViewerStream,
        tls::{self, TlsSocket},
    },
};

/// How long a client has for its first byte, for a PROXY header and for TLS's handshake, all together.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How long a client has for the headers of a request, and may wait until the next one.
const HEADERS: Duration = Duration::from_secs(5);
/// How many headers a request may have.
const MAX_HEADERS: usize = 100;
/// How long a request may be up to the end of its headers, in bytes: NGINX takes four buffers of 8 KiB by default, and a
/// big site's cookies have 20 KiB. The buffer that holds them grows as they come, and is at most twice as large: 2,048
/// strangers who all send that much have 128 MiB at most (62 MiB measured), 256 from one address 16 MiB, for five seconds.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// What every connection needs.
pub(crate) struct Open {
    pub(crate) house: GatewayContext,
    pub(crate) pages: Pages,
    pub(crate) access: ArcSwap<Access>,
    pub(crate) own_names: Option<Arc<dyn OwnNames>>,
    pub(crate) refusals: Refusals,
    pub(crate) identity: ArcSwapOption<Identity>,
    pub(crate) plain: ArcSwap<Plain>,
    pub(crate) splice: bool,
    pub(crate) scarcity: Scarcity,
}

/// Whose request it is.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    /// Who connected: perhaps a proxy.
    pub(crate) peer: IpAddr,
    /// For whom, as far as the connection itself tells.
    pub(crate) client: IpAddr,
    /// Where it came to, where the system tells it.
    pub(crate) to: Option<SocketAddr>,
    /// It came over TLS.
    pub(crate) secure: bool,
}

impl Caller {
    /// Whoever has just connected, whichever kind of socket it came by.
    pub(crate) fn new(from: SocketAddr, to: Option<SocketAddr>) -> Self {
        let peer = from.ip().to_canonical();
        Self {
            peer,
            client: peer,
            to,
            secure: false,
        }
    }
}

type Failure = Box<dyn Error + Send + Sync>;

/// Serves one connection to its end. Until it has shown a good token, it is one of the lobby.
pub(crate) async fn serve(
    stream: TcpStream,
    (place, lost): (PendingSlot, Evicted),
    caller: Caller,
    open: Arc<Open>,
) {
    // On the heap: HTTP needs much more memory than a session, and a task keeps as much as it ever needs.
    let come_in = Box::pin(come_in(stream, caller, &open, place));
    let came = tokio::select! {
        came = come_in => came,
        () = lost => return,
    };
    match came {
        Ok(Some((Ok(guest), client))) => {
            let is_proxy = open.is_proxy(client);
            if let Some(turned_away) = open.house.handle_visit(guest, client, is_proxy).await {
                open.turn_away(*turned_away, client).await;
            }
        }
        Ok(Some((Err(turned_away), client))) => open.turn_away(*turned_away, client).await,
        Ok(None) => {}
        Err(error) => tracing::debug!(client = %caller.peer, %error, "connection ended"),
    }
}

/// A viewer with a good token, or one who is to be turned away; and the address that it counts for.
type Came = (Result<Box<AuthenticatedVisitor>, Box<RefusedVisitor>>, IpAddr);

/// Serves pages, and then perhaps a viewer. `None`: nobody who came for a WebSocket.
async fn come_in(
    mut stream: TcpStream,
    mut caller: Caller,
    open: &Open,
    place: PendingSlot,
) -> Result<Option<Came>, Failure> {
    let begun = tokio::time::Instant::now();
    if open.is_proxy(caller.peer) {
        let header = proxy_header::take(&mut stream);
        if let Some(client) = timeout(HANDSHAKE, header).await?? {
            caller.client = client;
            place.count_for(client);
        }
    }
    let left = HANDSHAKE.saturating_sub(begun.elapsed());
    let Some(Visit {
        upgraded,
        shown,
        client,
    }) = speak(stream, caller, left, open, &place).await?
    else {
        return Ok(None);
    };
    let Some(viewer) = take_socket(upgraded.await?, open.splice) else {
        return Ok(None);
    };
    let came = match open.house.admit(shown).await {
        Ok(admitted) => Ok(Box::new(AuthenticatedVisitor { viewer, admitted })),
        Err(end) => Err(Box::new((viewer, end))),
    };
    Ok(Some((came, client)))
}

impl Open {
    /// Whether an address is that of a proxy that may say for whom it connects.
    pub(crate) fn is_proxy(&self, address: IpAddr) -> bool {
        self.access.load().trusted_proxies.contains(address)
    }

    /// Tells a viewer why it is turned away; one that has guessed too often waits for that. It is among strangers again
    /// meanwhile, and goes when there are too many.
    async fn turn_away(&self, (mut viewer, mut end): RefusedVisitor, client: IpAddr) {
        let mut wait = None;
        if end.is_wrong_guess() {
            match self.house.guesses.one_more(client) {
                RateLimit::Off => {}
                RateLimit::Wait(time) => wait = Some(time),
                RateLimit::TooMany(time) => {
                    wait = Some(time);
                    end = CloseReason::TooManyGuesses;
                }
            }
        }
        let strangers = &self.house.strangers;
        let (_place, lost) = match wait {
            // Also those who count for a proxy, since their headers contradict each other.
            Some(_) => strangers.wrong.enter(client, false),
            None => strangers.lobby.enter(client, self.is_proxy(client)),
        };
        let goodbye = async {
            if let Some(wait) = wait
                && timeout(wait, viewer.leaves()).await.is_ok()
            {
                return;
            }
            tracing::info!(%client, code = end.code(), "refused: {}", end.cause());
            viewer.close(&end).await;
        };
        tokio::select! {
            () = goodbye => {}
            () = lost => {}
        }
    }

    /// Where descriptors are scarce, strangers have to go; `true` if some do. `None`: there is none left for a new
    /// connection, and it was told so.
    pub(crate) fn make_room(&self, new: TcpStream) -> (Option<TcpStream>, bool) {
        let room = room_behind(&new);
        if room == DescriptorClass::Plenty {
            return (Some(new), false);
        }
        self.scarcity.is_seen();
        let make_room = self.house.strangers.push_out_some();
        if room != DescriptorClass::Nothing {
            return (Some(new), make_room);
        }
        // Nobody waits for whether it is read.
        let _ = new.try_write(pages::NO_ROOM);
        (None, make_room)
    }
}

/// Speaks TLS to those who begin with it, and HTTP within it; with the others HTTP alone.
async fn speak(
    stream: TcpStream,
    caller: Caller,
    left: Duration,
    open: &Open,
    place: &PendingSlot,
) -> Result<Option<Visit>, Failure> {
    let Some(identity) = open.identity.load_full() else {
        return http(stream, caller, open, place).await;
    };
    let handshake = async {
        io::Result::Ok(if tls::is_next(&stream).await? {
            Either::Right(tls::accept(stream, identity.config()).await?)
        } else {
            Either::Left(stream)
        })
    };
    match timeout(left, handshake).await?? {
        Either::Left(stream) => http(stream, caller, open, place).await,
        Either::Right(stream) => {
            let secure = true;
            http(stream, Caller { secure, ..caller }, open, place).await
        }
    }
}

async fn http<S>(
    stream: S,
    caller: Caller,
    open: &Open,
    place: &PendingSlot,
) -> Result<Option<Visit>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let asked = Mutex::new(None);
    let service = service_fn(|request| async {
        Ok::<_, Infallible>(answer(request, caller, open, place, &asked).await)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await?;
    Ok(asked.into_inner().unwrap_or_else(PoisonError::into_inner))
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
