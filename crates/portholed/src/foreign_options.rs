//! Options of websockify that are not ours: they get an answer of their own.

use clap::{
    CommandFactory,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::args::Args;

/// websockify's options that are unknown here, and what to do in their place.
const OPTIONS: &[(&[&str], &str)] = &[
    (
        &["--key-password"],
        "keys are read without a password; `openssl pkey -in KEY -out NEW` takes it off",
    ),
    (
        &["--ssl-version", "--ssl-ciphers"],
        "TLS 1.2 and 1.3 are spoken, with ciphers that are safe today; leave it out",
    ),
    (
        &["--verify-client", "--cafile"],
        "put a reverse proxy that asks for certificates in front",
    ),
    (
        &["--ssl-target"],
        "targets are reached without TLS; use a tunnel to a target that wants it",
    ),
    (
        &["--unix-listen", "--unix-listen-mode"],
        "it listens on TCP alone; give an address such as 127.0.0.1:6080",
    ),
    (&["--host-token"], "tokens are read from `?token=` alone"),
    (
        &["--auth-plugin", "--auth-source", "--web-auth"],
        "put a reverse proxy that asks for passwords in front",
    ),
    (
        &["--wrap-mode"],
        "it runs no commands; start the VNC server by itself",
    ),
    (
        &["--inetd", "--run-once", "--timeout", "--idle-timeout"],
        "it runs until it is stopped",
    ),
    (
        &["--record", "--traffic"],
        "what passes is not recorded; --verbose tells when sessions begin and end",
    ),
    (
        &["--syslog", "--legacy-syslog"],
        "it logs to standard error or to --log-file",
    ),
    (&["--strict-mode"], "folders are never listed; leave it out"),
];

/// Puts the answer in place of clap's own words, which would guess at a similar option.
pub fn explain(error: clap::Error) -> clap::Error {
    let (ErrorKind::UnknownArgument, Some(ContextValue::String(option))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    else {
        return error;
    };
    let name = option.split('=').next().unwrap_or(option);
    match OPTIONS.iter().find(|(names, _)| names.contains(&name)) {
        Some((_, instead)) => {
            let text = format!("websockify's option {name} is not supported: {instead}");
            Args::command().error(ErrorKind::UnknownArgument, text)
        }
        None => error,
    }
}
