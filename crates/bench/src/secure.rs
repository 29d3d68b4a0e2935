//! TLS between viewers and peers: one certificate and one cipher for all, so that ciphers are not what is compared.

use std::{
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::{Context, Result};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

/// The file that [`write_certificate`] puts into a peer's folder: certificate and key.
pub const FILE: &str = "self.pem";

/// Gives a peer its certificate.
pub fn write_certificate(folder: &Path) -> Result<()> {
    let pair = pair()?;
    fs::write(folder.join(FILE), format!("{}{}", pair.certificate, pair.key))?;
    Ok(())
}

struct Pair {
    certificate: String,
    key: String,
}

fn pair() -> Result<&'static Pair> {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    if let Some(pair) = PAIR.get() {
        return Ok(pair);
    }
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    Ok(PAIR.get_or_init(|| Pair {
        certificate: made.cert.pem(),
        key: made.signing_key.serialize_pem(),
    }))
}

fn trust() -> Result<Arc<ClientConfig>> {
    static TRUST: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(trust) = TRUST.get() {
        return Ok(Arc::clone(trust));
    }
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pair()?.certificate.as_bytes())?)?;
    let provider = CryptoProvider {
        cipher_suites: vec![ring::cipher_suite::TLS13_AES_128_GCM_SHA256],
        ..ring::default_provider()
    };
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::clone(TRUST.get_or_init(|| Arc::new(config))))
}

/// A viewer's connection.
pub enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    /// Speaks TLS on a connection.
    pub fn secured(mut stream: TcpStream) -> Result<Self> {
        let name = ServerName::IpAddress(stream.peer_addr()?.ip().into());
        let mut session = ClientConnection::new(trust()?, name)?;
        while session.is_handshaking() {
            session
                .complete_io(&mut stream)
                .context("the TLS handshake failed")?;
        }
        Ok(Self::Tls(Box::new(StreamOwned::new(session, stream))))
    }
}

impl Stream {
    /// How long the next reads wait.
    pub fn set_read_timeout(&self, time: Duration) -> io::Result<()> {
        let socket = match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref(),
        };
        socket.set_read_timeout(Some(time))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
