//! In websockify's place: raw relays to one target, or to those of a token file.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::anyhow;
use porthole_core::MachineNames;
use porthole_gateway::{
    Access, BindError, Gateway, Index, IndexEntry, Limits, Pages, Plain, SettingsPlace, Target, TokenSource,
    TrustedProxies,
    sources::{Fixed, TokenFile, TokenLine},
};
use url::form_urlencoded::byte_serialize;

use crate::{
    certificate::{Certificate, Followed},
    listen::Listen,
};

/// What websockify is told by its command line.
#[derive(Debug)]
pub struct Settings {
    pub listen: Listen,
    /// Whether a name's IPv4 addresses are left out if it has others.
    pub prefer_ipv6: bool,
    /// With it, https is spoken, too.
    pub certificate: Option<Certificate>,
    /// Whether http is spoken.
    pub plain: bool,
    pub tokens: Tokens,
    /// A folder in place of the built-in viewer.
    pub web: Option<PathBuf>,
    /// Whether `/` lists the targets with their links.
    pub index: bool,
    pub hosts: Vec<String>,
    pub origins: Vec<String>,
    /// The reverse proxies that may say for whom they connect.
    pub trusted_proxies: TrustedProxies,
    /// The origins whose pages may show the viewer in a frame.
    pub frame_ancestors: Vec<String>,
    /// How many sessions a target may have.
    pub limits: Limits,
    /// How often viewers are pinged.
    pub heartbeat: Duration,
}

/// What opens a target.
#[derive(Debug)]
pub enum Tokens {
    /// No token is asked for.
    None {
        /// The one target.
        target: Target,
    },
    /// Those of a file or of a folder's files.
    File(PathBuf),
}

/// A gateway in websockify's place.
pub struct StandIn {
    gateway: Gateway,
    source: Source,
    certificate: Option<Followed>,
}

/// Listens, and serves from then on.
pub async fn start(settings: Settings) -> anyhow::Result<StandIn> {
    let access = settings.access();
    let listen = settings.listen.addresses(settings.prefer_ipv6).await?;
    let source = Source::open(settings.tokens, settings.index).await?;
    let pages = match settings.web {
        Some(folder) => Pages::Dir(folder),
        None if !settings.index && matches!(source, Source::Fixed(_)) => Pages::OneTarget,
        None => Pages::Embedded {
            index: settings.index.then(|| source.index()),
        },
    };
    let (certificate, identity) = match settings.certificate {
        Some(certificate) => {
            let (followed, identity) = Followed::open(certificate).await?;
            (Some(followed), Some(identity))
        }
        None => (None, None),
    };
    if settings.index {
        tracing::warn!("whoever reaches this port sees all links at `/`");
    }
    let gateway = Gateway::start(porthole_gateway::Settings {
        listen,
        identity,
        plain: match settings.plain {
            true => Plain::Everybody,
            false => Plain::Nobody,
        },
        splice: true,
        access,
        own_names: Some(Arc::new(MachineNames::of_this_machine())),
        pages,
        tokens: source.tokens(),
        heartbeat: settings.heartbeat,
    });
    let gateway = gateway.await.map_err(explain)?;
    gateway.set_limits(settings.limits);
    Ok(StandIn {
        gateway,
        source,
        certificate,
    })
}

impl Settings {
    /// A token is all that websockify asks for, and behind a proxy there may be no more to go by. Where there is no
    /// token, web pages of others must not get in.
    fn access(&self) -> Access {
        let any = matches!(self.tokens, Tokens::File(_)) && self.hosts.is_empty() && self.origins.is_empty();
        Access {
            hosts: self.hosts.clone(),
            origins: self.origins.clone(),
            any,
            frame_ancestors: self.frame_ancestors.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            settings: SettingsPlace::CommandLine,
        }
    }
}

impl StandIn {
    /// Where it listens, with the ports that the system chose.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.gateway.addresses()
    }

    /// What its addresses begin with.
    pub fn scheme(&self) -> &'static str {
        if self.certificate.is_some() {
            "https"
        } else {
            "http"
        }
    }

    /// Takes up a renewed certificate, whenever there is one. Never done.
    pub async fn follow(&self) {
        let Some(certificate) = &self.certificate else {
            return std::future::pending().await;
        };
        loop {
            self.gateway.set_identity(Some(certificate.renewed().await));
        }
    }

    /// Takes up what changed in the token file, and a renewed certificate.
    pub async fn reload(&self) {
        if let Some(certificate) = &self.certificate
            && let Some(identity) = certificate.look().await
        {
            self.gateway.set_identity(Some(identity));
        }
        if let Source::File(file) = &self.source {
            file.refresh().await;
        }
    }

    /// Ends the sessions and stops listening.
    pub async fn stop(self) {
        self.gateway.stop().await;
    }
}

/// Where targets come from.
enum Source {
    Fixed(Target),
    File(Arc<TokenFile>),
}

impl Source {
    async fn open(tokens: Tokens, listed: bool) -> anyhow::Result<Self> {
        Ok(match tokens {
            Tokens::None { target } => {
                tracing::warn!("no token protects {target}: whoever reaches this port reaches it, too");
                Self::Fixed(target)
            }
            Tokens::File(path) => Self::File(Arc::new(TokenFile::open(path, listed).await?)),
        })
    }

    fn tokens(&self) -> Arc<dyn TokenSource> {
        match self {
            Self::Fixed(target) => Arc::new(Fixed(target.clone())),
            Self::File(file) => Arc::clone(file) as _,
        }
    }

    fn index(&self) -> Index {
        match self {
            Self::Fixed(target) => {
                let entry = IndexEntry {
                    name: target.to_string(),
                    link: "vnc.html".into(),
                };
                Arc::new(move || vec![entry.clone()])
            }
            Self::File(file) => {
                let file = Arc::clone(file);
                Arc::new(move || file.list().iter().map(entry).collect())
            }
        }
    }
}

/// The token stands in the fragment, which no server or proxy gets to log. It may hold any characters, so it is encoded
/// once for the WebSocket's URL, and that again for the page's.
fn entry(line: &TokenLine) -> IndexEntry {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let path = format!("websockify?token={}", encoded(line.token.expose()));
    IndexEntry {
        name: line.target.to_string(),
        link: format!("vnc.html#path={}", encoded(&path)),
    }
}

fn explain(error: BindError) -> anyhow::Error {
    let hint = match error.source.kind() {
        io::ErrorKind::AddrInUse => "another program listens there; `ss -ltnp` tells which",
        io::ErrorKind::PermissionDenied => "ports below 1024 are for root",
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
        _ => return error.into(),
    };
    anyhow!("{error}\n  hint: {hint}")
}
