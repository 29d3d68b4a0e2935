//! From words to arguments, and what makes no sense together.

use std::ffi::OsString;

use clap::{CommandFactory, Parser, error::ErrorKind};
use porthole_gateway::{
    Target,
    sources::{TargetFault, websockify_target},
};

use super::Args;
use crate::{abbreviations, foreign_options, masked::mask_error};

/// websockify's two plugins for token files; they do the same here, and in truth there, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plugin;

impl Args {
    /// Reads the process's own arguments; on `--help`, `--version` and on wrong ones it says so and ends the process.
    pub fn read() -> Self {
        Self::parse_all(std::env::args_os()).unwrap_or_else(|error| mask_error(error).exit())
    }

    pub(super) fn parse_all(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let words = abbreviations::expand(words)?;
        let args = Self::try_parse_from(words).map_err(foreign_options::explain)?;
        if args.command.is_some() && (args.listen.is_some() || args.daemon) {
            let text = "a command such as `status` speaks to the portholed that runs already: \
                        it goes without a port and without --daemon";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, text));
        }
        if args.command.is_none() && args.instance.is_some() {
            let text = "--instance chooses the Porthole that a COMMAND such as `status` speaks to; there is no COMMAND";
            return Err(Self::command().error(ErrorKind::MissingRequiredArgument, text));
        }
        let has_target = args.target.is_some() || args.unix_target.is_some();
        let has_tokens = args.token_plugin.is_some() || args.target_config.is_some();
        if args.listen.is_some() && !has_target && !has_tokens {
            let text = "a port alone is not enough: add a target, as localhost:5901, \
                        or --token-plugin=TokenFile --token-source=FILE";
            return Err(Self::command().error(ErrorKind::MissingRequiredArgument, text));
        }
        Ok(args)
    }
}

/// As websockify has it, a port alone is one of this machine.
pub(super) fn target(text: &str) -> Result<Target, TargetFault> {
    match text.parse::<u16>() {
        Ok(_) => websockify_target(&format!(":{text}")),
        Err(_) => websockify_target(text),
    }
}

pub(super) fn plugin(name: &str) -> Result<Plugin, String> {
    match name.strip_prefix("websockify.token_plugins.").unwrap_or(name) {
        "TokenFile" | "ReadOnlyTokenFile" => Ok(Plugin),
        "TokenFileName" | "JSONTokenApi" | "JWTTokenApi" | "TokenRedis" | "UnixDomainSocketDirectory" => {
            Err("this plugin is not supported yet; TokenFile and ReadOnlyTokenFile are".into())
        }
        _ => Err("there is no such plugin; TokenFile and ReadOnlyTokenFile are supported".into()),
    }
}
