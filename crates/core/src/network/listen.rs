//! Choosing the port.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use porthole_gateway::{
    Access, BindError, Gateway, HEARTBEAT, Identity, Index, IndexEntry, OwnNames, Pages, Plain, Settings,
    SettingsPlace, Target, TokenSource,
};

use crate::{
    config::{Config, Encryption, Served},
    texts::say,
};

/// The port that websockify's users know.
const DEFAULT_PORT: u16 = 6080;

/// How many other ports are tried on the first start. One can be taken between its choice and its use.
const MAX_PORT_ATTEMPTS: usize = 3;

/// An address that cannot be listened on, and what to do.
#[derive(Debug)]
pub struct ListenError {
    /// Said in full, so it is not a source: who prints the chain of causes would say it again.
    error: BindError,
    kept: bool,
    /// The config file; `None`: a command line says where to listen, and whoever reads it knows what to do.
    config: Option<PathBuf>,
}

impl std::error::Error for ListenError {}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fix() {
            Some(fix) => write!(f, "{}. {fix}", self.error),
            None => self.error.fmt(f),
        }
    }
}

impl ListenError {
    /// `kept` tells whether the port was chosen at an earlier start; `config` is the config file.
    pub(crate) fn new(error: BindError, kept: bool, config: Option<&Path>) -> Self {
        Self {
            error,
            kept,
            config: config.map(Path::to_owned),
        }
    }

    /// Why.
    pub fn kind(&self) -> io::ErrorKind {
        self.error.source.kind()
    }

    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.error.address
    }

    /// All of it, as sentences in the person's language.
    pub(crate) fn told(&self) -> String {
        let (address, error) = (self.error.address.to_string(), self.error.source.to_string());
        say!(
            "listen-cannot",
            address = address,
            error = error,
            fix = self.fix().unwrap_or_default()
        )
    }

    fn fix(&self) -> Option<String> {
        let file = self.config.as_ref()?.display().to_string();
        Some(match self.error.source.kind() {
            io::ErrorKind::AddrInUse if self.kept => say!("listen-kept-fix", file = file),
            io::ErrorKind::AddrInUse => say!("listen-taken-fix", file = file),
            io::ErrorKind::PermissionDenied => say!("listen-administrator-fix", file = file),
            io::ErrorKind::AddrNotAvailable => say!("listen-no-address-fix", file = file),
            _ => say!("listen-other-fix", file = file),
        })
    }
}

/// A gateway that listens.
pub(crate) struct Listening {
    pub gateway: Gateway,
    /// A port to be kept, that was chosen just now.
    pub chosen: Option<u16>,
}

/// Starts the gateway on the port of the config, else on the one `kept` from an earlier start, else on one that is free.
pub(crate) async fn listen(
    config: &Config,
    kept: Option<u16>,
    tokens: Arc<dyn TokenSource>,
    own_names: Arc<dyn OwnNames>,
    index: Index,
    file: Option<&Path>,
) -> Result<Listening, ListenError> {
    let start = |port| {
        Gateway::start(Settings {
            listen: match &config.arguments {
                Some(arguments) => arguments.listen.clone(),
                None => listen_on(config)
                    .into_iter()
                    .map(|ip| SocketAddr::new(ip, port))
                    .collect(),
            },
            identity: own_identity(config),
            plain: plain(config),
            splice: true,
            access: access(config),
            own_names: Some(Arc::clone(&own_names)),
            pages: pages(config, &index),
            tokens: Arc::clone(&tokens),
            heartbeat: config
                .arguments
                .as_ref()
                .map_or(HEARTBEAT, |arguments| arguments.heartbeat),
        })
    };
    let wrong = |error, kept| ListenError::new(error, kept, file);
    if let Some(port) = config.port.or(kept) {
        let gateway = start(port)
            .await
            .map_err(|error| wrong(error, config.port.is_none()))?;
        return Ok(Listening {
            gateway,
            chosen: None,
        });
    }
    let mut port = DEFAULT_PORT;
    let mut attempts = 0;
    loop {
        match start(port).await {
            Ok(gateway) => {
                return Ok(Listening {
                    gateway,
                    chosen: Some(port),
                });
            }
            Err(error) if error.source.kind() == io::ErrorKind::AddrInUse && attempts < MAX_PORT_ATTEMPTS => {
                attempts += 1;
                port = portpicker::pick_unused_port().ok_or_else(|| wrong(error, false))?;
            }
            Err(error) => return Err(wrong(error, false)),
        }
    }
}

/// The addresses that are listened on whether there are links or not.
pub(crate) fn listen_on(config: &Config) -> Vec<IpAddr> {
    let own = || vec![Ipv4Addr::LOCALHOST.into()];
    config.listen.clone().unwrap_or_else(own)
}

/// A certificate of the person's, so that nobody who comes in the first moment finds none. Whatever may be wrong with it
/// is said by whoever watches over it.
fn own_identity(config: &Config) -> Option<Identity> {
    match &config.encryption {
        Encryption::Own(own) => Identity::from_pem(&own.certificate, &own.key).ok(),
        Encryption::Off | Encryption::Generated => None,
    }
}

/// Who is served without TLS.
pub(crate) fn plain(config: &Config) -> Plain {
    match (&config.arguments, &config.encryption) {
        (Some(arguments), _) if arguments.tls_only => Plain::Nobody,
        (Some(_), _) | (None, Encryption::Off) => Plain::Everybody,
        (None, Encryption::Generated | Encryption::Own(_)) => Plain::ThisMachine,
    }
}

/// What browsers get.
fn pages(config: &Config, index: &Index) -> Pages {
    match &config.arguments {
        None => Pages::Embedded { index: None },
        Some(arguments) => match (&arguments.web, &arguments.served) {
            (Some(folder), _) => Pages::Dir(folder.clone()),
            (None, Served::Target(_)) if !arguments.index => Pages::OneTarget,
            (None, Served::Target(target)) => Pages::Embedded {
                index: Some(index_of_one(target)),
            },
            (None, Served::TokenFile(_)) => Pages::Embedded {
                index: arguments.index.then(|| Arc::clone(index)),
            },
        },
    }
}

/// A page that lists the only target, which needs no token.
fn index_of_one(target: &Target) -> Index {
    let entry = IndexEntry {
        name: target.to_string(),
        link: "vnc.html".into(),
    };
    Arc::new(move || vec![entry.clone()])
}

/// Whom to answer, as the config says. Where a proxy serves us is a name of ours, and pages from there are ours.
pub(crate) fn access(config: &Config) -> Access {
    let public = config.public_url.as_ref();
    let host = public.and_then(|url| url.host_str()).map(str::to_owned);
    let origin = public.map(|url| url.origin().ascii_serialization());
    Access {
        hosts: config.hosts.iter().cloned().chain(host).collect(),
        origins: config.origins.iter().cloned().chain(origin).collect(),
        any: config
            .arguments
            .as_ref()
            .is_some_and(|arguments| arguments.answers_all()),
        frame_ancestors: config.frame_ancestors.clone(),
        trusted_proxies: config.trusted_proxies.iter().copied().collect(),
        settings: match config.arguments {
            Some(_) => SettingsPlace::CommandLine,
            None => SettingsPlace::ConfigFile,
        },
    }
}
