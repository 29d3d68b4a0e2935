//! The command line: websockify's own, and ours.

mod reading;

use std::path::PathBuf;

use clap::{ArgAction, Parser};
use porthole_core::config::origin;
use porthole_gateway::{ProxyNetwork, Target};

use crate::{listen::Listen, remote::Command};
use reading::{Plugin, plugin, target};

/// Relays VNC displays to browsers.
///
/// Without a port it serves the displays of its config file and prints their links. With a port it takes the place of
/// websockify: it relays WebSockets to one target, or to those that a token file names.
#[derive(Debug, Parser)]
#[command(name = "portholed", version, max_term_width = 100, override_usage = USAGE, after_help = EXAMPLES)]
#[command(args_override_self = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Port to listen on, at all addresses, or ADDRESS:PORT; port 0 lets the system choose
    #[arg(value_name = "PORT", conflicts_with = "config")]
    pub listen: Option<Listen>,

    /// The one target to relay to: HOST:PORT, a port of this machine, or unix_socket:/PATH
    #[arg(value_name = "TARGET", value_parser = target, conflicts_with = "token_plugin")]
    pub target: Option<Target>,

    /// The Unix socket to relay to, in place of a target
    #[arg(long, value_name = "FILE", requires = "listen", conflicts_with_all = ["target", "token_plugin", "target_config"])]
    pub unix_target: Option<PathBuf>,

    /// Config file, in place of the one in the config folder
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    /// Which Porthole a COMMAND speaks to, if several run: the one that was started to listen at this `[ADDRESS:]PORT`
    #[arg(long, value_name = "PORT", global = true, conflicts_with = "config")]
    pub instance: Option<Listen>,

    /// How tokens are looked up: TokenFile or ReadOnlyTokenFile
    #[arg(long, value_name = "PLUGIN", value_parser = plugin, requires_all = ["listen", "token_source"], help_heading = TOKENS)]
    pub token_plugin: Option<Plugin>,

    /// File with lines `token: host:port`, or a folder of such files
    #[arg(long, value_name = "FILE", requires = "token_plugin", help_heading = TOKENS)]
    pub token_source: Option<PathBuf>,

    /// websockify's older way to name a token file
    #[arg(long, value_name = "FILE", requires = "listen", conflicts_with_all = ["target", "token_plugin"], help_heading = TOKENS)]
    pub target_config: Option<PathBuf>,

    /// Speak https as well as http, with this certificate and those that vouch for it (PEM); a renewed one is taken up
    #[arg(long, value_name = "FILE", requires = "listen", help_heading = TLS)]
    pub cert: Option<PathBuf>,

    /// The certificate's private key, if it is not in the same file
    #[arg(long, value_name = "FILE", requires = "cert", help_heading = TLS)]
    pub key: Option<PathBuf>,

    /// Speak https alone
    #[arg(long, requires = "cert", help_heading = TLS)]
    pub ssl_only: bool,

    /// Serve this folder in place of the viewer that is built in
    #[arg(long, value_name = "DIR", requires = "listen", help_heading = PAGES)]
    pub web: Option<PathBuf>,

    /// List all targets with their links at `/`, for everybody who can reach it
    #[arg(long, requires = "listen", conflicts_with = "web", help_heading = PAGES)]
    pub index: bool,

    /// Answer only to this Host name and to this machine's own (may be repeated)
    #[arg(long, value_name = "NAME", requires = "listen", help_heading = ACCESS)]
    pub allow_host: Vec<String>,

    /// Let only pages of this origin and our own connect, as https://desk.example.org (may be repeated)
    #[arg(long, value_name = "ORIGIN", value_parser = origin, requires = "listen", help_heading = ACCESS)]
    pub allow_origin: Vec<String>,

    /// Believe this reverse proxy, an address or a network like 10.0.0.0/8, when it says for whom it connects: by
    /// X-Forwarded-For, Forwarded or the PROXY protocol (may be repeated)
    #[arg(long, value_name = "ADDRESS", requires = "listen", help_heading = ACCESS)]
    pub trusted_proxy: Vec<ProxyNetwork>,

    /// Let pages of this origin show the viewer in a frame, as https://portal.example.org (may be repeated)
    #[arg(long, value_name = "ORIGIN", value_parser = origin, requires = "listen", conflicts_with = "web", help_heading = ACCESS)]
    pub frame_ancestor: Vec<String>,

    /// Ping viewers this often, so that no proxy cuts idle ones; 0: never [default: 20]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32), requires = "listen", help_heading = RUNNING)]
    pub heartbeat: Option<u32>,

    /// Of a name to listen on that has IPv6 addresses, take those alone
    #[arg(short = '6', long, requires = "listen", help_heading = RUNNING)]
    pub prefer_ipv6: bool,

    /// How many sessions a target may have at a time [default: 128]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100_000), requires = "listen", help_heading = RUNNING)]
    pub max_sessions: Option<u32>,

    /// Run in the background, once it listens
    #[arg(short = 'D', long, help_heading = RUNNING)]
    pub daemon: bool,

    /// Log to this file in place of standard error; SIGHUP opens it anew
    #[arg(long, value_name = "FILE", help_heading = RUNNING)]
    pub log_file: Option<PathBuf>,

    /// Log more; twice for still more
    #[arg(short, long, action = ArgAction::Count, help_heading = RUNNING)]
    pub verbose: u8,

    /// websockify's other server engine: there is one here
    #[arg(long, hide = true)]
    pub libserver: bool,

    /// Folders are never listed here
    #[arg(long, hide = true)]
    pub file_only: bool,

    /// Nothing above the folder is ever served here
    #[arg(long, hide = true)]
    pub no_parent: bool,

    /// What the process in the background is started with by the one that was called
    #[arg(long, hide = true, requires = "daemon")]
    pub detached: bool,

    /// What the package does before it is removed: stop desktops of this user's that no Porthole watches over
    #[arg(long, hide = true, exclusive = true)]
    pub stop_left: bool,
}

const USAGE: &str = "portholed [--config FILE] [OPTIONS]
       portholed [OPTIONS] [ADDRESS:]PORT TARGET
       portholed [OPTIONS] [ADDRESS:]PORT --token-plugin=TokenFile --token-source=FILE
       portholed [--config FILE | --instance PORT] COMMAND [ARGUMENTS]";

const EXAMPLES: &str = "Examples:
  portholed
  portholed 127.0.0.1:6080 localhost:5901
  portholed -D --log-file=/var/log/portholed.log --token-plugin=TokenFile --token-source=/etc/tokens 6080
  portholed link Alice --view --for 1h

Every long option may be abbreviated, as with websockify. `portholed COMMAND --help` tells of a command.";

const TOKENS: &str = "Tokens";
const TLS: &str = "Encryption";
const PAGES: &str = "Pages";
const ACCESS: &str = "Who is answered";
const RUNNING: &str = "Running";

#[cfg(test)]
mod tests;
