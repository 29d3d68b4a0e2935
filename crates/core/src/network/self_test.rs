//! Whether a link opens: the program fetches its own page, as a visitor would.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        self, ClientConfig, DigitallySignedStruct, SignatureScheme,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
        pki_types::{CertificateDer, ServerName, UnixTime},
    },
};

use crate::{
    Reachability,
    platform::{
        firewall::{Barrier, barrier},
        machine::Machine,
    },
    texts::say,
};

/// This machine answers itself at once, or not at all.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

/// The first line of an answer is shorter.
const MAX_PROBE_BYTES: u64 = 64;

/// The way by which a link is tried.
#[derive(Clone, Debug)]
pub(crate) struct ProbeTarget {
    /// Where to.
    pub to: SocketAddr,
    /// The host that the link names.
    pub host: String,
    /// The page's path.
    pub path: String,
    /// With encryption: the fingerprint of our certificate.
    pub fingerprint: Option<String>,
    /// Visitors come by a proxy, which is not tried.
    pub by_proxy: bool,
}

/// Why the page did not come.
enum ProbeError {
    NotConnected(io::Error),
    Broken(io::Error),
    Refused(String),
    TooLate,
}

impl ProbeError {
    /// As the end of a sentence.
    fn told(&self) -> String {
        match self {
            Self::NotConnected(error) | Self::Broken(error) => error.to_string(),
            Self::Refused(answer) => say!("opens-answer", answer = answer.as_str()),
            Self::TooLate => say!("opens-late"),
        }
    }
}

/// Tries whether the page comes by each of these ways, and looks what else could keep other machines from it. Is done
/// within some seconds; the answers are in the order of the ways.
pub(crate) async fn self_test(ways: Vec<ProbeTarget>) -> Vec<Reachability> {
    let outward = ways.iter().map(|way| way.to).find(|to| !to.ip().is_loopback());
    let doubt = tokio::spawn(async move { firewall(outward?.port()).await });
    let tries: Vec<_> = ways
        .into_iter()
        .map(|way| tokio::spawn(try_one(way, PROBE_TIMEOUT)))
        .collect();
    // A task that panicked has said so in the log.
    let doubt = doubt.await.ok().flatten();
    let mut all = Vec::new();
    for one in tries {
        let mut opens = one.await.unwrap_or(Reachability::Checking);
        if let Reachability::Yes { doubt: unsaid @ None } = &mut opens {
            unsaid.clone_from(&doubt);
        }
        all.push(opens);
    }
    all
}

/// What the program fetches from itself passes no firewall, so whether there is one is looked up.
async fn firewall(port: u16) -> Option<String> {
    let Barrier { name, certain, open } = barrier(&Machine::here(), port).await?;
    Some(match certain {
        true => say!("opens-doubt-closed", firewall = name, port = port, command = open),
        false => say!("opens-doubt-maybe", firewall = name, command = open),
    })
}

async fn try_one(way: ProbeTarget, longest: Duration) -> Reachability {
    let fetched = timeout(longest, fetch(&way)).await;
    match fetched.unwrap_or(Err(ProbeError::TooLate)) {
        Ok(()) => Reachability::Yes {
            // What this machine cannot try: whether others know its name, and where a proxy leads.
            doubt: match way.by_proxy {
                true => Some(say!("opens-doubt-proxy", address = way.to.to_string())),
                false => way.host.ends_with(".local").then(|| say!("opens-doubt-name")),
            },
        },
        Err(trouble) => no(&way, &trouble),
    }
}

fn no(way: &ProbeTarget, trouble: &ProbeError) -> Reachability {
    let ProbeTarget { to, host, .. } = way;
    let fix = match trouble {
        ProbeError::NotConnected(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            say!("opens-refused-fix", port = to.port())
        }
        ProbeError::NotConnected(_) => say!("opens-not-connected-fix"),
        ProbeError::TooLate => say!("opens-late-fix"),
        ProbeError::Broken(_) | ProbeError::Refused(_) => say!("opens-other-fix", port = to.port()),
    };
    Reachability::No {
        reason: say!("opens-not", host = host.as_str(), trouble = trouble.told()),
        fix,
    }
}

async fn fetch(way: &ProbeTarget) -> Result<(), ProbeError> {
    let stream = TcpStream::connect(way.to)
        .await
        .map_err(ProbeError::NotConnected)?;
    match &way.fingerprint {
        None => get(stream, way).await,
        Some(fingerprint) => {
            let config =
                only(fingerprint.clone()).map_err(|error| ProbeError::Broken(io::Error::other(error)))?;
            let name = ServerName::from(way.to.ip());
            let connected = TlsConnector::from(Arc::new(config)).connect(name, stream);
            get(connected.await.map_err(ProbeError::Broken)?, way).await
        }
    }
}

/// Asks for the page, and reads whether it comes.
async fn get(mut stream: impl AsyncRead + AsyncWrite + Unpin, way: &ProbeTarget) -> Result<(), ProbeError> {
    let ProbeTarget { to, host, path, .. } = way;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}:{}\r\nConnection: close\r\n\r\n",
        to.port()
    );
    stream
        .write_all(request.as_bytes())
        .await
        .map_err(ProbeError::Broken)?;
    let mut answer = Vec::new();
    let mut beginning = stream.take(MAX_PROBE_BYTES);
    while !answer.contains(&b'\n') {
        let read = beginning.read_buf(&mut answer).await;
        if read.map_err(ProbeError::Broken)? == 0 {
            break;
        }
    }
    let line = String::from_utf8_lossy(&answer);
    let line = line.lines().next().unwrap_or_default();
    match line.strip_prefix("HTTP/1.1 200") {
        Some(_) => Ok(()),
        None => Err(ProbeError::Refused(
            line.chars().filter(|c| !c.is_control()).collect(),
        )),
    }
}

/// A client that trusts one certificate, whatever name it is for: what answers must be we.
fn only(fingerprint: String) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(Only {
        fingerprint,
        provider: Arc::clone(&provider),
    });
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

#[derive(Debug)]
struct Only {
    fingerprint: String,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Only {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if fingerprint(certificate) == self.fingerprint {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::General("it has another certificate".into()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// As browsers show it: `12:AB:…`.
fn fingerprint(certificate: &[u8]) -> String {
    let bytes = Sha256::digest(certificate);
    let bytes: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(":")
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio_rustls::{
        TlsAcceptor,
        rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer},
    };

    use super::*;

    fn way(to: SocketAddr) -> ProbeTarget {
        ProbeTarget {
            to,
            host: to.ip().to_string(),
            path: "/v".into(),
            fingerprint: None,
            by_proxy: false,
        }
    }

    async fn one(way: ProbeTarget) -> Reachability {
        self_test(vec![way]).await.remove(0)
    }

    /// What comes of an answer, and what was asked.
    async fn answered(answer: &'static [u8]) -> (Reachability, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let way = way(listener.local_addr().unwrap());
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                assert_ne!(stream.read_buf(&mut asked).await.unwrap(), 0);
            }
            stream.write_all(answer).await.unwrap();
            String::from_utf8(asked).unwrap()
        };
        tokio::join!(one(way), server)
    }

    #[tokio::test]
    async fn a_page_that_comes_opens() {
        let (opens, asked) = answered(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(opens, Reachability::Yes { doubt: None });
        assert!(
            asked.starts_with("GET /v HTTP/1.1\r\nHost: 127.0.0.1:"),
            "{asked}"
        );
    }

    #[tokio::test]
    async fn another_answer_is_another_program() {
        for (answer, said) in [
            (
                b"HTTP/1.1 404 Not Found\r\n\r\n".as_slice(),
                "`HTTP/1.1 404 Not Found`",
            ),
            (b"RFB 003.008\n", "`RFB 003.008`"),
            (b"", "``"),
            (&[b'x'; 500], "xxx"),
        ] {
            let (Reachability::No { reason, fix }, _) = answered(answer).await else {
                panic!("{said}")
            };
            assert!(reason.contains(said) && reason.len() < 200, "{reason}");
            assert!(fix.contains("Another program"), "{fix}");
        }
    }

    #[tokio::test]
    async fn where_nothing_listens_nothing_opens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = way(listener.local_addr().unwrap());
        drop(listener);
        let Reachability::No { reason, fix } = one(nobody).await else {
            panic!()
        };
        assert!(reason.starts_with("127.0.0.1 did not load: "), "{reason}");
        assert!(fix.starts_with("Nothing is listening there."), "{fix}");
    }

    #[tokio::test]
    async fn over_tls_only_our_own_certificate_opens() {
        let made = rcgen::generate_simple_self_signed(["desk".to_owned()]).unwrap();
        let chain = vec![made.cert.der().clone()];
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(server));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let answer = b"HTTP/1.1 200 OK\r\n\r\n";
                let _ = stream.read(&mut [0; 512]).await;
                let _ = stream.write_all(answer).await;
            }
        });
        let with = |fingerprint: String| ProbeTarget {
            fingerprint: Some(fingerprint),
            ..way(to)
        };
        let own = fingerprint(made.cert.der());
        assert_eq!(one(with(own.clone())).await, Reachability::Yes { doubt: None });
        for other in [own.replace(':', ""), fingerprint(b"another"), String::new()] {
            let Reachability::No { reason, .. } = one(with(other)).await else {
                panic!()
            };
            assert!(reason.contains("another certificate"), "{reason}");
        }
    }

    #[tokio::test]
    async fn who_never_answers_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let silent = way(listener.local_addr().unwrap());
        let Reachability::No { reason, .. } = try_one(silent, Duration::from_millis(50)).await else {
            panic!()
        };
        assert!(reason.ends_with("no answer in time."), "{reason}");
    }
}
