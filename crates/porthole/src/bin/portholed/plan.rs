//! What the command line asks for, with every path resolved: the process in the background works in another folder.

use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, ensure};

use crate::{
    args::Args,
    websockify::{Settings, Tokens},
};

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    pub work: Work,
    pub verbosity: u8,
    pub log_file: Option<PathBuf>,
    /// This is the process in the background.
    pub detached: bool,
}

#[derive(Debug)]
pub enum Work {
    /// To stand in for websockify.
    Websockify(Settings),
}

impl Plan {
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
        let listen = args
            .listen
            .context("a config file cannot be served yet; give a port and a target")?;
        let tokens = match (args.target, args.token_source) {
            (Some(target), _) => Tokens::None { target },
            (None, Some(source)) => Tokens::File(resolved(&source)?),
            (None, None) => anyhow::bail!("neither a target nor a token file is given"),
        };
        let web = args.web.as_deref().map(resolved).transpose()?;
        if let Some(folder) = &web {
            ensure!(folder.is_dir(), "--web: {} is no folder", folder.display());
        }
        Ok(Self::Websockify(Settings {
            listen,
            tokens,
            web,
            index: args.index,
            hosts: args.allow_host,
            origins: args.allow_origin,
        }))
    }
}

fn resolved(path: &Path) -> anyhow::Result<PathBuf> {
    absolute(path).with_context(|| format!("cannot resolve the path `{}`", path.display()))
}
