//! In websockify's place: raw relays to one target, or to those of a token file.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::anyhow;
use porthole_gateway::{
    Access, BindError, Gateway, Index, IndexEntry, Pages, Target, TokenSource,
    sources::{Fixed, TokenFile},
};
use url::form_urlencoded::byte_serialize;

use crate::listen::Listen;

/// What websockify is told by its command line.
#[derive(Debug)]
pub struct Settings {
    pub listen: Listen,
    pub tokens: Tokens,
    /// A folder in place of the built-in viewer.
    pub web: Option<PathBuf>,
    /// Whether `/` lists the targets with their links.
    pub index: bool,
    pub hosts: Vec<String>,
    pub origins: Vec<String>,
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
pub struct Serving {
    gateway: Gateway,
    file: Option<Arc<TokenFile>>,
}

/// Listens, and serves from then on.
pub async fn start(settings: Settings) -> anyhow::Result<Serving> {
    let access = settings.access();
    let listen = settings.listen.addresses().await?;
    let (tokens, file, index): (Arc<dyn TokenSource>, _, Index) = match settings.tokens {
        Tokens::None { target } => {
            let entry = IndexEntry {
                name: target.to_string(),
                link: "vnc.html".into(),
            };
            (
                Arc::new(Fixed(target)),
                None,
                Arc::new(move || vec![entry.clone()]),
            )
        }
        Tokens::File(path) => {
            let file = Arc::new(TokenFile::open(path, settings.index).await?);
            (
                Arc::clone(&file) as _,
                Some(Arc::clone(&file)),
                Arc::new(move || links(&file)),
            )
        }
    };
    let pages = match settings.web {
        Some(folder) => Pages::Dir(folder),
        None => Pages::Embedded {
            index: settings.index.then_some(index),
        },
    };
    let gateway = Gateway::start(porthole_gateway::Settings {
        listen,
        access,
        pages,
        tokens,
        heartbeat: settings.heartbeat,
    })
    .await;
    Ok(Serving {
        gateway: gateway.map_err(explain)?,
        file,
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
        }
    }
}

impl Serving {
    pub fn addresses(&self) -> &[SocketAddr] {
        self.gateway.addresses()
    }

    /// Takes up what changed in the token file.
    pub async fn reload(&self) {
        if let Some(file) = &self.file {
            file.refresh().await;
        }
    }

    pub async fn stop(self) {
        self.gateway.stop().await;
    }
}

/// The token stands in the fragment, which no server or proxy gets to log. It may hold any characters, so it is encoded
/// once for the WebSocket's URL, and that again for the page's.
fn links(file: &TokenFile) -> Vec<IndexEntry> {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let entry = |line: porthole_gateway::sources::TokenLine| {
        let path = format!("websockify?token={}", encoded(line.token.expose()));
        IndexEntry {
            name: line.target.to_string(),
            link: format!("vnc.html#path={}", encoded(&path)),
        }
    };
    file.list().into_iter().map(entry).collect()
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
