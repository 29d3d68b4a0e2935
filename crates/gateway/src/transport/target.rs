//! Where a VNC server listens, and how it is reached.

use std::{
    fmt, io,
    os::unix::fs::FileTypeExt,
    path::{Path, PathBuf},
    pin::Pin,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use porthole_phrase::{Explain, Phrase, display_explained, phrase};
use porthole_rfb::ServerError;
use socket2::SockRef;
use tokio::{
    net::{TcpStream, UnixStream, lookup_host},
    time::timeout,
};

use crate::{
    OnDemand,
    transport::{
        happy_eyeballs,
        socket::{ServerStream, tune},
    },
};

/// Where a VNC server listens. Targets come from configuration and token sources, never from a URL.
#[derive(Clone, Debug)]
pub enum Target {
    /// A TCP port; the host is a name or an address without brackets.
    Tcp {
        /// A host name or an IP address.
        host: String,
        /// The TCP port.
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
    /// A Unix socket in a folder where its owner could put another: who holds its other end is looked at (SO_PEERCRED)
    /// before a byte passes.
    UnixOf {
        /// The socket.
        path: PathBuf,
        /// The user id of the server's process.
        owner: u32,
    },
    /// A server inside this process.
    InProcess(Arc<dyn Dial>),
    /// A server that is started when somebody comes.
    OnDemand(Arc<dyn OnDemand>),
}

/// A VNC server inside this process, that can be called.
pub trait Dial: Send + Sync + fmt::Debug {
    /// A new connection to it.
    ///
    /// # Errors
    /// [`io::ErrorKind::ResourceBusy`] when it serves as many viewers as it can.
    fn dial(&self) -> Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send + '_>>;
}

/// Two servers of this program's are the same if they are one object.
impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tcp { host: a, port: b }, Self::Tcp { host: c, port: d }) => a == c && b == d,
            (Self::Unix(a), Self::Unix(b)) => a == b,
            (Self::UnixOf { path: a, owner: b }, Self::UnixOf { path: c, owner: d }) => a == c && b == d,
            (Self::InProcess(a), Self::InProcess(b)) => Arc::ptr_eq(a, b),
            (Self::OnDemand(a), Self::OnDemand(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Eq for Target {}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) | Self::UnixOf { path, .. } => write!(f, "unix:{}", path.display()),
            Self::InProcess(_) => f.write_str("built in"),
            Self::OnDemand(_) => f.write_str("started on demand"),
        }
    }
}

/// How long a connection may take to come about: looking up the name, and all attempts at its addresses together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

impl Target {
    pub(crate) async fn connect(&self) -> Result<ServerStream, TargetError> {
        let connected = timeout(CONNECT_TIMEOUT, async {
            match self {
                Self::Tcp { host, port } => connect_tcp(host, *port).await,
                Self::Unix(path) => connect_unix(path).await.map(ServerStream::Unix),
                Self::UnixOf { path, owner } => connect_unix_of(path, *owner).await.map(ServerStream::Unix),
                Self::InProcess(server) => {
                    server
                        .dial()
                        .await
                        .and_then(tuned)
                        .map_err(|error| match error.kind() {
                            io::ErrorKind::ResourceBusy => NoWay::Full,
                            _ => why(&error),
                        })
                }
                // To connect is not to start it: whoever may do that asks it for its target first.
                Self::OnDemand(_) => Err(NoWay::NotStarted),
            }
        });
        connected
            .await
            .unwrap_or(Err(NoWay::TooSlow))
            .map_err(TargetError::Unreachable)
    }
}

async fn connect_unix(path: &Path) -> Result<UnixStream, NoWay> {
    let refused = match UnixStream::connect(path).await {
        Ok(stream) => return Ok(stream),
        Err(error) => why(&error),
    };
    // The system says of a file that is no socket that nobody listens there.
    let other_file = refused == NoWay::NobodyListens && what_is_no_socket(path).is_some();
    Err(if other_file { NoWay::NotASocket } else { refused })
}

/// What kind of file there is at `path` in place of a socket, like "a folder"; `None` if it is one, or cannot be looked at.
pub fn what_is_no_socket(path: &Path) -> Option<&'static str> {
    let kind = path.metadata().ok()?.file_type();
    match kind {
        _ if kind.is_socket() => None,
        _ if kind.is_fifo() => Some("a named pipe"),
        _ if kind.is_dir() => Some("a folder"),
        _ if kind.is_file() => Some("an ordinary file"),
        _ => Some("a device"),
    }
}

async fn connect_unix_of(path: &Path, owner: u32) -> Result<UnixStream, NoWay> {
    let stream = connect_unix(path).await?;
    match stream.peer_cred() {
        Ok(peer) if peer.uid() == owner => Ok(stream),
        Ok(_) => Err(NoWay::ForeignSocket),
        Err(_) => Err(NoWay::UnknownSocket),
    }
}

async fn connect_tcp(host: &str, port: u16) -> Result<ServerStream, NoWay> {
    let addresses = lookup_host((host, port)).await.map_err(|_| NoWay::UnknownHost)?;
    match happy_eyeballs::connect(addresses).await {
        Ok(stream) => tuned(stream).map_err(|error| why(&error)),
        Err(error) => Err(error.as_ref().map_or(NoWay::NoAddress, why)),
    }
}

fn tuned(stream: TcpStream) -> io::Result<ServerStream> {
    tune(SockRef::from(&stream))?;
    Ok(ServerStream::Tcp(stream))
}

fn why(error: &io::Error) -> NoWay {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => NoWay::NobodyListens,
        io::ErrorKind::NotFound => NoWay::NoSocket,
        io::ErrorKind::PermissionDenied => NoWay::ClosedSocket,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => NoWay::NoRoute,
        io::ErrorKind::TimedOut => NoWay::SilentHost,
        _ => NoWay::Failed,
    }
}

/// The first TCP port of VNC displays: display 1 listens on 5901.
const FIRST_PORT: u16 = 5900;

/// Reads a target as people write it: `127.0.0.1:5900`, `[::1]:5901`, `unix:/path`, and, as VNC viewers have it, a
/// number under 100 is a display: `localhost:1` and `:1` are port 5901.
impl FromStr for Target {
    type Err = BadTarget;

    fn from_str(text: &str) -> Result<Self, BadTarget> {
        let wrong = |why| BadTarget {
            target: text.to_owned(),
            why,
        };
        if let Some(path) = text.strip_prefix("unix:") {
            let path = PathBuf::from(path);
            return if path.is_absolute() {
                Ok(Self::Unix(path))
            } else {
                Err(wrong(BadTargetReason::RelativePath))
            };
        }
        let (host, port) = text
            .rsplit_once(':')
            .ok_or_else(|| wrong(BadTargetReason::NoPort))?;
        let host = match host.strip_prefix('[').map(|rest| rest.strip_suffix(']')) {
            Some(Some(inner)) if inner.parse::<std::net::Ipv6Addr>().is_ok() => inner,
            Some(_) => return Err(wrong(BadTargetReason::NotIpv6)),
            None if host.contains(':') => return Err(wrong(BadTargetReason::NoBrackets)),
            None if host.is_empty() => "localhost",
            None => host,
        };
        if host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/') {
            return Err(wrong(BadTargetReason::NoHost));
        }
        let number = port.parse::<u16>().map_err(|_| wrong(BadTargetReason::BadPort))?;
        let port = if number < 100 { FIRST_PORT + number } else { number };
        Ok(Self::Tcp {
            host: host.to_owned(),
            port,
        })
    }
}

/// A target that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct BadTarget {
    /// As it was written.
    pub target: String,
    /// What is wrong with it.
    pub why: BadTargetReason,
}

/// What is wrong with a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadTargetReason {
    /// A socket's path that does not begin with `/`.
    RelativePath,
    /// No colon.
    NoPort,
    /// Brackets around something else.
    NotIpv6,
    /// An IPv6 address without them.
    NoBrackets,
    /// Spaces, slashes or control characters.
    NoHost,
    /// Not a number, or too large.
    BadPort,
}

/// Why there is no connection. For a visitor's eyes: it says what happened, not where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoWay {
    /// It refuses connections.
    NobodyListens,
    /// There is no such file.
    NoSocket,
    /// A file of another kind stands there.
    NotASocket,
    /// The socket's mode.
    ClosedSocket,
    /// Somebody put another socket there.
    ForeignSocket,
    /// No SO_PEERCRED.
    UnknownSocket,
    /// No name server knows it.
    UnknownHost,
    /// Name servers know it, and no address.
    NoAddress,
    /// No network leads there.
    NoRoute,
    /// By the system's patience.
    SilentHost,
    /// By ours.
    TooSlow,
    /// A server inside this process serves as many viewers as it can.
    Full,
    /// A display that is started on demand, and was not.
    NotStarted,
    /// Anything else.
    Failed,
}

/// Why a session with a target could not begin, for the person at the viewer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No connection.
    Unreachable(NoWay),
    /// It listens, but said nothing that a VNC server says.
    NoAnswer,
    /// It answered, and refused or was refused.
    Refused(ServerError),
}

impl Explain for BadTarget {
    fn cause(&self) -> Phrase {
        phrase!("target-wrong", target = &self.target, why = self.why.cause())
    }
}

impl Explain for BadTargetReason {
    /// The end of a sentence.
    fn cause(&self) -> Phrase {
        match self {
            Self::RelativePath => phrase!("target-relative"),
            Self::NoPort => phrase!("target-no-port"),
            Self::NotIpv6 => phrase!("target-not-ipv6"),
            Self::NoBrackets => phrase!("target-no-brackets"),
            Self::NoHost => phrase!("target-no-host"),
            Self::BadPort => phrase!("target-bad-port"),
        }
    }
}

impl Explain for NoWay {
    /// The end of a sentence.
    fn cause(&self) -> Phrase {
        match self {
            Self::NobodyListens => phrase!("no-way-nobody"),
            Self::NoSocket => phrase!("no-way-no-socket"),
            Self::NotASocket => phrase!("no-way-not-a-socket"),
            Self::ClosedSocket => phrase!("no-way-closed-socket"),
            Self::ForeignSocket => phrase!("no-way-foreign-socket"),
            Self::UnknownSocket => phrase!("no-way-unknown-socket"),
            Self::UnknownHost => phrase!("no-way-unknown-host"),
            Self::NoAddress => phrase!("no-way-no-address"),
            Self::NoRoute => phrase!("no-way-no-route"),
            Self::SilentHost => phrase!("no-way-silent"),
            Self::TooSlow => phrase!("no-way-slow"),
            Self::Full => phrase!("no-way-full"),
            Self::NotStarted => phrase!("no-way-not-started"),
            Self::Failed => phrase!("no-way-failed"),
        }
    }
}

impl Explain for TargetError {
    fn cause(&self) -> Phrase {
        match self {
            Self::Unreachable(why) => phrase!("target-unreachable", why = why.cause()),
            Self::NoAnswer => phrase!("target-silent"),
            Self::Refused(error) => error.cause(),
        }
    }

    fn fix(&self) -> Option<Phrase> {
        match self {
            Self::Unreachable(_) | Self::NoAnswer => None,
            Self::Refused(error) => error.fix(),
        }
    }
}

display_explained!(BadTarget, NoWay, TargetError);

impl TargetError {
    /// Whether the server was reached: trying again by itself would not help, and could lock the display.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_as_people_write_them() {
        for (text, host, port) in [
            ("127.0.0.1:5900", "127.0.0.1", 5900),
            ("[::1]:5901", "::1", 5901),
            ("localhost:1", "localhost", 5901),
            (":1", "localhost", 5901),
            ("desk.example.org:99", "desk.example.org", 5999),
            ("desk:100", "desk", 100),
        ] {
            assert_eq!(
                text.parse(),
                Ok(Target::Tcp {
                    host: host.into(),
                    port
                }),
                "{text}"
            );
        }
        assert_eq!(
            "unix:/run/a b.sock".parse(),
            Ok(Target::Unix("/run/a b.sock".into()))
        );
    }

    #[test]
    fn what_is_no_target_says_why() {
        for (text, why) in [
            ("", BadTargetReason::NoPort),
            ("localhost", BadTargetReason::NoPort),
            ("localhost:", BadTargetReason::BadPort),
            ("localhost:http", BadTargetReason::BadPort),
            ("localhost:70000", BadTargetReason::BadPort),
            ("::1:5900", BadTargetReason::NoBrackets),
            ("[::1:5900", BadTargetReason::NotIpv6),
            ("[desk]:5900", BadTargetReason::NotIpv6),
            ("a b:5900", BadTargetReason::NoHost),
            ("unix:alice.sock", BadTargetReason::RelativePath),
        ] {
            let target = text.to_owned();
            assert_eq!(text.parse::<Target>(), Err(BadTarget { target, why }), "{text}");
        }
    }
}
