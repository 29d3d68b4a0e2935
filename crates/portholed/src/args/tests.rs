use std::ffi::OsString;

use clap::CommandFactory;

use super::*;
use crate::remote::Question;

fn parse(line: &str) -> Result<Args, String> {
    let words = line.split_whitespace().map(OsString::from);
    Args::parse_all([OsString::from("portholed")].into_iter().chain(words)).map_err(|error| error.to_string())
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
        ("6080 a:1 --trusted-proxy=0.0.0.0/0", &["would trust everybody"]),
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

/// What `--help` and the README say of subcommands is no list that somebody has to keep.
#[test]
fn every_subcommand_is_in_the_usage_and_in_the_readme() {
    let help = Args::command().render_long_help().to_string();
    let (_, commands) = help.split_once("\nCommands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let readme = include_str!("../../../../README.md");
    // Word by word, as `portholed links | revoke ID | …` has them.
    let in_readme: Vec<_> = readme
        .lines()
        .filter(|line| line.starts_with("portholed "))
        .flat_map(|line| line.split(['|', ' ', ',', ';']))
        .collect();
    for command in Args::command().get_subcommands() {
        let name = command.get_name();
        let listed = commands
            .lines()
            .any(|line| line.split_whitespace().next() == Some(name));
        assert!(listed, "{name} is not in: {commands}");
        assert!(in_readme.contains(&name), "README.md does not tell of {name}");
    }
}
