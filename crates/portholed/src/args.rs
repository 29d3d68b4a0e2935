//! The command line: websockify's own, and ours.

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgAction, CommandFactory, Parser, error::ErrorKind};
use porthole_core::config::origin;
use porthole_gateway::{
    ProxyNetwork, Target,
    sources::{TargetFault, websockify_target},
};

use crate::{abbreviations, foreign_options, listen::Listen, masked::mask_error, remote::Command};

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
       portholed [--config FILE] COMMAND [ARGUMENTS]";

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

/// websockify's two plugins for token files; they do the same here, and in truth there, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plugin;

impl Args {
    /// Reads the process's own arguments; on `--help`, `--version` and on wrong ones it says so and ends the process.
    pub fn read() -> Self {
        Self::parse_all(std::env::args_os()).unwrap_or_else(|error| mask_error(error).exit())
    }

    fn parse_all(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let words = abbreviations::expand(words)?;
        let args = Self::try_parse_from(words).map_err(foreign_options::explain)?;
        if args.command.is_some() && (args.listen.is_some() || args.daemon) {
            let text = "a command such as `status` speaks to the portholed that runs already: \
                        it goes without a port and without --daemon";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, text));
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
fn target(text: &str) -> Result<Target, TargetFault> {
    match text.parse::<u16>() {
        Ok(_) => websockify_target(&format!(":{text}")),
        Err(_) => websockify_target(text),
    }
}

fn plugin(name: &str) -> Result<Plugin, String> {
    match name.strip_prefix("websockify.token_plugins.").unwrap_or(name) {
        "TokenFile" | "ReadOnlyTokenFile" => Ok(Plugin),
        "TokenFileName" | "JSONTokenApi" | "JWTTokenApi" | "TokenRedis" | "UnixDomainSocketDirectory" => {
            Err("this plugin is not supported yet; TokenFile and ReadOnlyTokenFile are".into())
        }
        _ => Err("there is no such plugin; TokenFile and ReadOnlyTokenFile are supported".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::Question;

    fn parse(line: &str) -> Result<Args, String> {
        let words = line.split_whitespace().map(OsString::from);
        Args::parse_all([OsString::from("portholed")].into_iter().chain(words))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn websockifys_own_recipe() {
        for line in [
            "-D --verbose --token-plugin=TokenFile --token-source=tokens.txt 6080",
            "6080 -vD --token-plugin TokenFile --token-source tokens.txt",
            "--token-plugin=ReadOnlyTokenFile --token-source=tokens.txt --daemon -v 6080",
            "--token-plugin=websockify.token_plugins.TokenFile --token-source=tokens.txt -D -v -- 6080",
        ] {
            let args = parse(line).unwrap();
            assert_eq!(args.listen, Some("6080".parse().unwrap()), "{line}");
            assert_eq!(args.token_plugin, Some(Plugin), "{line}");
            assert_eq!(
                args.token_source.as_deref(),
                Some("tokens.txt".as_ref()),
                "{line}"
            );
            assert!(args.daemon && args.verbose == 1 && args.web.is_none(), "{line}");
        }
    }

    #[test]
    fn options_may_be_abbreviated_and_repeated() {
        let args = parse("-D -D --v --verb --verb --token-plug=TokenFile --token-s=a --token-source=b 6080");
        assert!(args.unwrap_err().contains("--v is short for several"));
        let args = parse(
            "-D -D --daemon --verb -v --token-plug=TokenFile --token-s=a --token-source=b 6080 --web w --web x",
        );
        let args = args.unwrap();
        assert!(args.daemon && args.verbose == 2);
        assert_eq!(args.token_source, Some("b".into()));
        assert_eq!(args.web, Some("x".into()));
        // Those that may have several values keep all.
        let args = parse("6080 a:1 --allow-host=a --allow-host=b --ssl-only --cert=x --ssl-only").unwrap();
        assert_eq!(args.allow_host, ["a", "b"]);
    }

    #[test]
    fn what_websockify_has_besides() {
        let args =
            parse("-6 --libserver --file-only --no-parent --unix-target=/run/x --heartbeat=0 6080").unwrap();
        assert!(args.prefer_ipv6 && args.libserver && args.file_only && args.no_parent);
        assert_eq!(
            (args.unix_target, args.heartbeat),
            (Some("/run/x".into()), Some(0))
        );
        let args = parse("--prefer-ipv6 --target-config=tokens localhost:6080 --heartbeat 100000").unwrap();
        assert!(args.prefer_ipv6);
        assert_eq!(args.target_config, Some("tokens".into()));
    }

    #[test]
    fn one_target() {
        for (line, target) in [
            ("6080 127.0.0.1:5901", "127.0.0.1:5901"),
            ("6080 5901", "localhost:5901"),
            ("6080 1", "localhost:1"),
            ("6080 :5901", "localhost:5901"),
            ("6080 [::1]:5901", "[::1]:5901"),
            (
                "--web /srv 127.0.0.1:6080 unix_socket:/run/alice",
                "unix:/run/alice",
            ),
        ] {
            assert_eq!(parse(line).unwrap().target.unwrap().to_string(), target, "{line}");
        }
    }

    #[test]
    fn without_a_port_it_is_the_config_file() {
        for (line, config) in [("", None), ("-v --config=x.toml", Some("x.toml")), ("-D", None)] {
            let args = parse(line).unwrap();
            assert_eq!(
                (args.listen, args.config.as_deref()),
                (None, config.map(AsRef::as_ref)),
                "{line}"
            );
        }
    }

    #[test]
    fn subcommands() {
        let question = |yes| Question { yes };
        let stop = |name: &str, yes| Command::Stop {
            name: name.into(),
            question: question(yes),
        };
        let restart = |name: &str| Command::Restart {
            name: name.into(),
            question: question(false),
        };
        let stop_all = |yes| Command::StopAll {
            question: question(yes),
        };
        for (line, command, config) in [
            ("status", Command::Status { json: false }, None),
            ("status --json", Command::Status { json: true }, None),
            ("start Alice", Command::Start { name: "Alice".into() }, None),
            ("stop 5901", stop("5901", false), None),
            ("restart -- -x", restart("-x"), None),
            ("stop -y Alice", stop("Alice", true), None),
            ("stop-all --config=x.toml", stop_all(false), Some("x.toml")),
            ("--config x.toml stop-all --yes", stop_all(true), Some("x.toml")),
        ] {
            let args = parse(line).unwrap();
            assert_eq!(args.command, Some(command), "{line}");
            assert_eq!(args.config.as_deref(), config.map(AsRef::as_ref), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_says_what_to_do() {
        for (line, parts) in [
            ("start", &["<NAME>"][..]),
            ("start Alice Bob", &["unexpected argument 'Bob'"]),
            ("6080 status", &["without a port"]),
            ("-D status", &["without --daemon"]),
            ("6080", &["a port alone is not enough", "--token-source=FILE"]),
            ("vnc 127.0.0.1:5901", &["'vnc'", "write a port from 0 to 65535"]),
            ("6080 desk", &["'desk'", "no port"]),
            ("6080 a:1 b:2", &["unexpected argument 'b:2'"]),
            (
                "6080 a:1 --token-plugin=TokenFile --token-source=x",
                &["cannot be used with"],
            ),
            ("6080 --token-plugin=TokenFile", &["--token-source <FILE>"]),
            ("6080 --token-source=x", &["--token-plugin <PLUGIN>"]),
            ("--token-plugin=TokenFile --token-source=x", &["<PORT>"]),
            (
                "6080 --token-source=x --token-plugin=TokenRedis",
                &["not supported yet; TokenFile and ReadOnlyTokenFile"],
            ),
            (
                "6080 --token-source=x --token-plugin=TokenFiles",
                &["no such plugin; TokenFile and ReadOnlyTokenFile"],
            ),
            ("6080 a:1 --config=x", &["cannot be used with"]),
            ("6080 a:1 --index --web=/srv", &["cannot be used with"]),
            ("--web=/srv", &["<PORT>"]),
            ("6080 a:1 --heartbeat=-1", &["--heartbeat"]),
            (
                "6080 a:1 --token=x",
                &["--token is short for several", "--token-plugin, --token-source"],
            ),
            ("6080 a:1 --unix-target=/run/x", &["cannot be used with"]),
            ("6080 a:1 --target-config=x", &["cannot be used with"]),
            ("--allow-host=x", &["<PORT>"]),
            ("--trusted-proxy=127.0.0.1", &["<PORT>"]),
            ("6080 a:1 --trusted-proxy=0.0.0.0/0", &["would believe everybody"]),
            (
                "6080 a:1 --trusted-proxy=nginx",
                &["like 127.0.0.1 or 10.0.0.0/8"],
            ),
            (
                "6080 a:1 --frame-ancestor=portal",
                &["https://portal.example.org"],
            ),
            (
                "6080 --token-sorce=x",
                &["unexpected argument '--token-sorce'", "'--token-source'"],
            ),
            ("6080 a:1 --key=self.pem", &["--cert <FILE>"]),
            ("6080 a:1 --ssl-only", &["--cert <FILE>"]),
            ("--cert=self.pem", &["<PORT>"]),
            (
                "6080 a:1 --cert=self.pem --key-password=x",
                &["websockify's option --key-password", "openssl pkey"],
            ),
            (
                "6080 a:1 --ssl-version=tlsv1_2",
                &["websockify's option --ssl-version", "leave it out"],
            ),
            (
                "6080 a:1 --ssl-target",
                &["websockify's option --ssl-target", "tunnel"],
            ),
            (
                "6080 a:1 --verify-client",
                &["websockify's option --verify-client"],
            ),
            ("6080 a:1 --record=x", &["websockify's option --record"]),
            ("6080 a:1 --run-once", &["websockify's option --run-once"]),
            ("6080 a:1 --timeout=5", &["websockify's option --timeout"]),
            ("6080 a:1 --inetd", &["websockify's option --inetd"]),
            ("6080 a:1 --ssl-v=x", &["websockify's option --ssl-version"]),
        ] {
            let error = parse(line).unwrap_err();
            assert!(
                error.starts_with("error: ") && error.contains("--help"),
                "{line}: {error}"
            );
            for part in parts {
                assert!(error.contains(part), "{line}: {part}\n{error}");
            }
        }
    }
}
