//! The addresses listened on, which may change while the gateway runs.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Mutex,
    task::JoinHandle,
    time::{Instant, sleep},
};

use crate::{
    platform::sockets::INHERITS_OPTIONS,
    transport::{descriptors::room_is_made, socket},
};

/// How long nobody is accepted after the system could not.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// After so long without a fault it is taken to be over.
const CALM_TIME: Duration = Duration::from_secs(10);

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// What the system said.
    pub source: io::Error,
}

/// What becomes of a connection that was accepted: it, and whence it came. Must not block. `true`: others have to leave
/// before the next is accepted.
pub(crate) type Serve = dyn Fn(TcpStream, SocketAddr) -> bool + Send + Sync;

/// All listeners of a gateway. Dropping it closes them.
pub(crate) struct Listening {
    serve: Arc<Serve>,
    listeners: Mutex<Vec<Listener>>,
    /// Theirs, for those who cannot wait.
    addresses: ArcSwap<Vec<SocketAddr>>,
}

impl Listening {
    /// Listens nowhere yet.
    pub(crate) fn new(serve: Arc<Serve>) -> Self {
        Self {
            serve,
            listeners: Mutex::default(),
            addresses: ArcSwap::default(),
        }
    }

    /// Where it listens, with the ports that the system chose.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.addresses.load().to_vec()
    }

    /// Listens on all of `wanted`, or on none of them.
    pub(crate) async fn start(&self, wanted: &[SocketAddr]) -> Result<(), BindError> {
        let bound: Result<Vec<_>, _> = wanted.iter().map(|&address| Bound::new(address)).collect();
        let mut listeners = self.listeners.lock().await;
        listeners.extend(bound?.into_iter().map(|bound| self.accept(bound)));
        self.tell(&listeners);
        Ok(())
    }

    /// Listens on `wanted` and nowhere else, in this order; returns those that it could not have.
    pub(crate) async fn change(&self, wanted: &[SocketAddr]) -> Vec<BindError> {
        let mut listeners = self.listeners.lock().await;
        let mut before = std::mem::take(&mut *listeners);
        // First away with the old ones: "all addresses" and one of them cannot both be listened on.
        let mut kept = Vec::new();
        for &address in wanted {
            let at = before.iter().position(|listener| listener.is(address));
            kept.push((address, at.map(|at| before.swap_remove(at))));
        }
        for listener in before {
            listener.close().await;
        }
        let mut errors = Vec::new();
        for (address, kept) in kept {
            match kept {
                Some(listener) => listeners.push(listener),
                // Named twice.
                None if listeners.iter().any(|listener| listener.is(address)) => {}
                None => match Bound::new(address) {
                    Ok(bound) => listeners.push(self.accept(bound)),
                    Err(error) => errors.push(error),
                },
            }
        }
        self.tell(&listeners);
        errors
    }

    /// Stops listening.
    pub(crate) async fn stop(&self) {
        self.change(&[]).await;
    }

    fn accept(&self, bound: Bound) -> Listener {
        Listener {
            asked: bound.asked,
            address: bound.address,
            task: tokio::spawn(accept(bound, Arc::clone(&self.serve))),
        }
    }

    fn tell(&self, listeners: &[Listener]) {
        let addresses = listeners.iter().map(|listener| listener.address);
        self.addresses.store(Arc::new(addresses.collect()));
    }
}

/// A socket that nobody is answered on yet.
struct Bound {
    asked: SocketAddr,
    address: SocketAddr,
    socket: TcpListener,
}

impl Bound {
    fn new(asked: SocketAddr) -> Result<Self, BindError> {
        let bind = || {
            let socket = socket::listen(asked)?;
            let address = socket.local_addr()?;
            io::Result::Ok(Self {
                asked,
                address,
                socket,
            })
        };
        bind().map_err(|source| BindError {
            address: asked,
            source,
        })
    }
}

/// A socket that is answered on.
struct Listener {
    /// What was asked for: its port may be 0.
    asked: SocketAddr,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Listener {
    fn is(&self, address: SocketAddr) -> bool {
        self.asked == address || self.address == address
    }

    /// When this is done the address is free.
    async fn close(mut self) {
        self.task.abort();
        // It was aborted, and says so.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(bound: Bound, serve: Arc<Serve>) {
    let mut trouble = AcceptError {
        address: bound.address,
        last: None,
    };
    loop {
        match bound.socket.accept().await {
            Ok((stream, from)) => {
                trouble.may_be_over();
                if !INHERITS_OPTIONS {
                    // It fails on a connection that is gone already; serving it will notice.
                    let _ = socket::tune((&stream).into());
                }
                if serve(stream, from) {
                    room_is_made().await;
                }
            }
            // It was gone before it was accepted; the next one is there or will come.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                trouble.happened(&error);
                // Out of descriptors: without a pause this would spin until one is free.
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Connections that cannot be accepted, as the log tells of them: once when it begins, and once when it is over. (When
/// one in ten of those who come finds a descriptor, it is not.)
struct AcceptError {
    address: SocketAddr,
    last: Option<Instant>,
}

impl AcceptError {
    fn happened(&mut self, error: &io::Error) {
        if self.last.replace(Instant::now()).is_none() {
            tracing::warn!(%error, "cannot accept connections at {}; who comes waits until others leave", self.address);
        }
    }

    fn may_be_over(&mut self) {
        if self.last.is_some_and(|last| last.elapsed() > CALM_TIME) {
            self.last = None;
            tracing::info!("connections are accepted again at {}", self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use socket2::SockRef;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn small_updates_leave_at_once_and_machines_that_vanish_are_noticed() {
        let (tell, mut told) = mpsc::unbounded_channel();
        let listening = Listening::new(Arc::new(move |stream, _| {
            let socket = SockRef::from(&stream);
            let options = (
                socket.tcp_nodelay(),
                socket.keepalive(),
                socket.tcp_keepalive_time(),
            );
            tell.send(options.0.and_then(|all| Ok((all, options.1?, options.2?))))
                .unwrap();
            false
        }));
        let anywhere = "127.0.0.1:0".parse().unwrap();
        listening.start(&[anywhere]).await.unwrap();
        let _client = TcpStream::connect(listening.addresses()[0]).await.unwrap();
        assert_eq!(
            told.recv().await.unwrap().unwrap(),
            (true, true, Duration::from_secs(60))
        );
    }
}
