//! How the viewers of a test program come to the gateway, and how it passes bulk to them.

use std::{
    io,
    net::SocketAddr,
    os::fd::{AsFd, BorrowedFd},
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use porthole_gateway::Identity;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName},
    },
};

use crate::TRANSPORT;

/// What the same tests are run over; each program has its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Plain, as everything is by default.
    Plain,
    /// Plain, with bulk copied even where the system could splice it.
    Copied,
    /// TLS.
    Tls,
}

/// What an address begins with.
pub const SCHEME: &str = match TRANSPORT {
    Transport::Plain | Transport::Copied => "http",
    Transport::Tls => "https",
};

/// A viewer's end of a connection.
#[derive(Debug)]
pub enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Connects as far as HTTP could be spoken.
pub async fn connect(gateway: SocketAddr) -> io::Result<Stream> {
    let stream = TcpStream::connect(gateway).await?;
    stream.set_nodelay(true)?;
    Ok(match TRANSPORT {
        Transport::Plain | Transport::Copied => Stream::Plain(stream),
        Transport::Tls => Stream::Tls(Box::new(secured(stream, gateway).await?)),
    })
}

/// Speaks TLS on a connection, and trusts the test's certificate alone.
pub async fn secured(stream: TcpStream, gateway: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
    let connector = TlsConnector::from(Arc::clone(&made().trust));
    connector
        .connect(ServerName::IpAddress(gateway.ip().into()), stream)
        .await
}

/// Who the gateway is.
pub fn identity() -> Identity {
    made().identity.clone()
}

/// What a client of the test's trusts.
pub fn trusting() -> RootCertStore {
    made().roots.clone()
}

struct Made {
    identity: Identity,
    roots: RootCertStore,
    trust: Arc<ClientConfig>,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let names = ["127.0.0.1", "127.0.0.2", "localhost"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let key = made.signing_key.serialize_pem();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(made.cert.der().to_vec())).unwrap();
        let trust = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots.clone())
            .with_no_client_auth();
        Made {
            identity: Identity::from_pem(made.cert.pem().as_bytes(), key.as_bytes()).unwrap(),
            roots,
            trust: Arc::new(trust),
        }
    })
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// Its socket, for options.
impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Plain(stream) => stream.as_fd(),
            Self::Tls(stream) => stream.get_ref().0.as_fd(),
        }
    }
}
