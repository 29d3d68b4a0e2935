//! What the command line asks for, with every path resolved: the process in the background works in another folder.

use std::{
    path::{Path, PathBuf, absolute},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use porthole_core::{
    ConfigPlace,
    config::{Arguments, CertificateFiles, Served},
};
use porthole_gateway::{HEARTBEAT, Limits, NO_HEARTBEAT, Target, what_is_no_socket};

use crate::{args::Args, listen::Listen};

/// What is to be done, and how.
#[derive(Debug)]
pub struct Plan {
    pub work: Work,
    pub verbosity: u8,
    pub log_file: Option<PathBuf>,
    /// This is the process in the background.
    pub detached: bool,
}

/// What is to be served.
#[derive(Debug)]
pub enum Work {
    /// The displays of a config file.
    Config(ConfigPlace),
    /// What websockify would serve.
    Websockify(Box<StandIn>),
}

/// What takes websockify's place.
#[derive(Debug)]
pub struct StandIn {
    /// Where to listen; a name has to be looked up first.
    listen: Listen,
    /// Whether a name's IPv4 addresses are left out if it has others.
    prefer_ipv6: bool,
    /// All else.
    arguments: Arguments,
}

impl Plan {
    /// Resolves the paths and looks whether they are what they must be.
    pub fn of(args: Args) -> anyhow::Result<Self> {
        Ok(Self {
            verbosity: args.verbose,
            log_file: args.log_file.as_deref().map(resolved).transpose()?,
            detached: args.detached,
            work: Work::of(args)?,
        })
    }
}

impl Work {
    fn of(args: Args) -> anyhow::Result<Self> {
        let target = match args.unix_target.as_deref().map(resolved).transpose()? {
            Some(socket) => Some(Target::Unix(socket)),
            None => args.target,
        };
        if let Some(Target::Unix(socket)) = &target {
            refuse_other_files(socket)?;
        }
        let served = match (target, args.target_config.or(args.token_source)) {
            (Some(target), _) => Served::Target(target),
            (None, Some(source)) => Served::TokenFile(resolved(&source)?),
            (None, None) => return Ok(Self::Config(ConfigPlace::find(args.config)?)),
        };
        let Some(listen) = args.listen else {
            bail!("there is no port to listen on")
        };
        let web = args.web.as_deref().map(resolved).transpose()?;
        if let Some(folder) = &web {
            ensure!(folder.is_dir(), "--web: there is no folder {}", folder.display());
        }
        Ok(Self::Websockify(Box::new(StandIn {
            listen,
            prefer_ipv6: args.prefer_ipv6,
            arguments: Arguments {
                listen: Vec::new(),
                served,
                certificate: certificate(args.cert, args.key)?,
                tls_only: args.ssl_only,
                web,
                index: args.index,
                hosts: args.allow_host,
                origins: args.allow_origin,
                trusted_proxies: args.trusted_proxy,
                frame_ancestors: args.frame_ancestor,
                limits: limits(args.max_sessions),
                heartbeat: match args.heartbeat {
                    None => HEARTBEAT,
                    Some(0) => NO_HEARTBEAT,
                    Some(seconds) => Duration::from_secs(seconds.into()),
                },
            },
        })))
    }
}

impl StandIn {
    /// What is served, with the addresses to listen on.
    ///
    /// # Errors
    /// A name without addresses.
    pub async fn arguments(self) -> anyhow::Result<Arguments> {
        Ok(Arguments {
            listen: self.listen.addresses(self.prefer_ipv6).await?,
            ..self.arguments
        })
    }
}

/// Tokens of a token file are their target's as much as a link is a display's, but each leads to one target alone.
fn limits(max_sessions: Option<u32>) -> Limits {
    let usual = Limits::default().sessions_per_display;
    let most = max_sessions
        .and_then(|most| most.try_into().ok())
        .unwrap_or(usual);
    Limits {
        sessions_per_link: most,
        sessions_per_display: most,
    }
}

/// A file that holds both may be named once.
fn certificate(cert: Option<PathBuf>, key: Option<PathBuf>) -> anyhow::Result<Option<CertificateFiles>> {
    let Some(file) = cert.as_deref().map(resolved).transpose()? else {
        return Ok(None);
    };
    let key = key.as_deref().map(resolved).transpose()?;
    Ok(Some(CertificateFiles {
        key: key.unwrap_or_else(|| file.clone()),
        certificate: file,
    }))
}

/// The VNC server may make its socket later; what is there and is none would be connected to in vain for ever.
fn refuse_other_files(socket: &Path) -> anyhow::Result<()> {
    if let Some(kind) = what_is_no_socket(socket) {
        bail!(
            "the target {} is {kind}, not a socket; name the Unix socket on which the VNC server listens",
            socket.display()
        );
    }
    Ok(())
}

fn resolved(path: &Path) -> anyhow::Result<PathBuf> {
    absolute(path).with_context(|| format!("cannot resolve the path `{}`", path.display()))
}
