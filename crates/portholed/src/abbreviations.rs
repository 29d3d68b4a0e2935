//! Abbreviated long options, as Python's optparse and so websockify takes them: `--token-plug`.

use std::{collections::BTreeSet, ffi::OsString};

use clap::{Command, CommandFactory, error::ErrorKind};

use crate::args::Args;

/// The long options of websockify 0.13. What is short for one of them there is short for the same here, whatever options
/// we have besides.
const WEBSOCKIFY: &[&str] = &[
    "auth-plugin",
    "auth-source",
    "cafile",
    "cert",
    "daemon",
    "file-only",
    "heartbeat",
    "help",
    "host-token",
    "idle-timeout",
    "inetd",
    "key",
    "key-password",
    "legacy-syslog",
    "libserver",
    "log-file",
    "prefer-ipv6",
    "record",
    "run-once",
    "ssl-ciphers",
    "ssl-only",
    "ssl-target",
    "ssl-version",
    "syslog",
    "target-config",
    "timeout",
    "token-plugin",
    "token-source",
    "traffic",
    "unix-listen",
    "unix-listen-mode",
    "unix-target",
    "verbose",
    "verify-client",
    "web",
    "web-auth",
    "wrap-mode",
];

/// The command line with its abbreviated options written out. Those of subcommands are ours, and have no short forms.
///
/// # Errors
/// What is short for more than one option.
pub fn expand(words: impl IntoIterator<Item = OsString>) -> Result<Vec<OsString>, clap::Error> {
    let command = Args::command();
    let ours = long_options(&command);
    let is_subcommand = |word: &OsString| command.get_subcommands().any(|known| *word == *known.get_name());
    let mut words = words.into_iter();
    let mut expanded: Vec<_> = words.next().into_iter().collect();
    while let Some(word) = words.next() {
        let is_option = word.as_encoded_bytes().starts_with(b"-") && word.len() > 1;
        if word == "--" || (!is_option && is_subcommand(&word)) {
            expanded.push(word);
            break;
        }
        let long = match word.to_str().and_then(|text| text.strip_prefix("--")) {
            Some(text) => written_out(text, &ours)?.map_or(word, OsString::from),
            None => word,
        };
        let has_value = takes_the_next_word(&command, &long);
        expanded.push(long);
        if has_value {
            // Whatever it is called.
            expanded.extend(words.next());
        }
    }
    expanded.extend(words);
    Ok(expanded)
}

/// Whether the value of an option is the word behind it: `--log-file FILE`, and neither `--log-file=FILE` nor `--daemon`.
fn takes_the_next_word(command: &Command, word: &OsString) -> bool {
    let Some(name) = word.to_str().and_then(|text| text.strip_prefix("--")) else {
        // None of our short options has a value.
        return false;
    };
    let option = command.get_arguments().find(|arg| arg.get_long() == Some(name));
    option.is_some_and(|arg| arg.get_action().takes_values())
}

/// Our own long options that are shown, and those that clap adds.
fn long_options(command: &Command) -> BTreeSet<&str> {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    shown
        .filter_map(clap::Arg::get_long)
        .chain(["help", "version"])
        .collect()
}

/// `None`: it is no abbreviation.
fn written_out(text: &str, ours: &BTreeSet<&str>) -> Result<Option<String>, clap::Error> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    if name.is_empty() || ours.contains(name) || WEBSOCKIFY.contains(&name) {
        return Ok(None);
    }
    let theirs: Vec<_> = WEBSOCKIFY.iter().filter(|long| long.starts_with(name)).collect();
    let all: BTreeSet<_> = ours
        .iter()
        .chain(theirs.iter().copied())
        .filter(|long| long.starts_with(name))
        .collect();
    let long = match (&theirs[..], all.first()) {
        (_, None) => return Ok(None),
        ([long], _) => **long,
        ([], Some(long)) if all.len() == 1 => **long,
        _ => {
            let all: Vec<_> = all.iter().map(|long| format!("--{long}")).collect();
            let text = format!("the option --{name} is short for several: {}", all.join(", "));
            return Err(Args::command().error(ErrorKind::UnknownArgument, text));
        }
    };
    Ok(Some(match value {
        Some(value) => format!("--{long}={value}"),
        None => format!("--{long}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(line: &str) -> Result<String, String> {
        let words = expand(line.split_whitespace().map(OsString::from)).map_err(|error| error.to_string())?;
        let words: Vec<_> = words.iter().map(|word| word.to_str().unwrap()).collect();
        Ok(words.join(" "))
    }

    #[test]
    fn what_is_short_for_one_option() {
        for (short, long) in [
            (
                "p --token-plug=TokenFile --token-s t",
                "p --token-plugin=TokenFile --token-source t",
            ),
            (
                "p --d --verb --hea=5 --log x",
                "p --daemon --verbose --heartbeat=5 --log-file x",
            ),
            // Unique there, and not here.
            ("p --in", "p --inetd"),
            ("p --allow-h=x --ind --vers", "p --allow-host=x --index --version"),
            // What they mean is the same.
            (
                "p --key k --web w --unix-listen x",
                "p --key k --web w --unix-listen x",
            ),
            ("p --nothing --= -- --d", "p --nothing --= -- --d"),
            // Ours alone, with options of its own.
            ("p link A --all --fo 1h --d", "p link A --all --fo 1h --d"),
            ("p --conf x link A --fo 1h", "p --config x link A --fo 1h"),
            // A value or an operand that is called like one is none.
            (
                "p --token-plug X --token-source status 6080",
                "p --token-plugin X --token-source status 6080",
            ),
            (
                "p --web link --verb 6080 --log stop",
                "p --web link --verbose 6080 --log-file stop",
            ),
            ("p 6080 status --verb", "p 6080 status --verb"),
            ("p -- link --d", "p -- link --d"),
        ] {
            assert_eq!(expanded(short).as_deref(), Ok(long), "{short}");
        }
    }

    #[test]
    fn what_is_short_for_several_is_refused_with_all_of_them() {
        for (short, several) in [
            (
                "p --token=x",
                "--token is short for several: --token-plugin, --token-source",
            ),
            (
                "p --ssl-o --ssl",
                "--ssl is short for several: --ssl-ciphers, --ssl-only, --ssl-target, --ssl-version",
            ),
            ("p --he", "--he is short for several: --heartbeat, --help"),
            ("p --we x", "--we is short for several: --web, --web-auth"),
            (
                "p --allow x",
                "--allow is short for several: --allow-host, --allow-origin",
            ),
            (
                "p --ver",
                "--ver is short for several: --verbose, --verify-client, --version",
            ),
        ] {
            let error = expanded(short).unwrap_err();
            assert!(error.contains(several), "{error}");
        }
    }
}
