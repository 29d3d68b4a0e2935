//! Targets as websockify writes them.

use std::{net::Ipv6Addr, path::PathBuf};

use crate::Target;

/// Reads a target in websockify's spelling, which splits at the last colon: `host:port`, `:port` (this host),
/// `::1:port` or `[::1]:port`, `unix_socket:/path`. A port is a port here: `localhost:1` is port 1, while in
/// [`Target`]'s own spelling it is display 1.
///
/// # Errors
/// What is wrong with it. The text never repeats the target: in a token file, a line with its parts exchanged has the
/// token there.
pub fn websockify_target(text: &str) -> Result<Target, TargetFault> {
    if let Some(path) = text.strip_prefix("unix_socket:") {
        let path = PathBuf::from(path);
        return if path.is_absolute() {
            Ok(Target::Unix(path))
        } else {
            Err(TargetFault::RelativePath)
        };
    }
    let (host, port) = text.rsplit_once(':').ok_or(TargetFault::NoPort)?;
    if port.starts_with('/') {
        return Err(TargetFault::UnknownSocket);
    }
    Ok(Target::Tcp {
        port: port_number(port)?,
        host: host_name(host)?.to_owned(),
    })
}

fn port_number(text: &str) -> Result<u16, TargetFault> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|port| digits && *port > 0)
        .ok_or(TargetFault::BadPort)
}

/// The host without its brackets.
fn host_name(text: &str) -> Result<&str, TargetFault> {
    let host = match text.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .filter(|host| is_ipv6(host))
            .ok_or(TargetFault::BadAddress)?,
        None if text.contains(':') && !is_ipv6(text) => return Err(TargetFault::BadAddress),
        None => text,
    };
    match host {
        "" => Ok("localhost"),
        _ if host.contains(|c: char| c.is_whitespace() || c.is_control() || "/[]#?@\\".contains(c)) => {
            Err(TargetFault::BadHost)
        }
        _ => Ok(host),
    }
}

/// An address, with or without a zone: `fe80::1%eth0`.
fn is_ipv6(text: &str) -> bool {
    text.split_once('%')
        .map_or(text, |(address, _)| address)
        .parse::<Ipv6Addr>()
        .is_ok()
}

/// What is wrong with a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetFault {
    /// No colon.
    #[error("the target has no port; write host:port")]
    NoPort,
    /// Not a number from 1 to 65535.
    #[error(
        "the target does not end with a port from 1 to 65535; write host:port, and a comment on a line of its own"
    )]
    BadPort,
    /// Not a host name.
    #[error("the target's host is neither a name nor an address")]
    BadHost,
    /// Colons or brackets, but not an IPv6 address.
    #[error("the target's host is not an IPv6 address; write host:port or [address]:port")]
    BadAddress,
    /// A socket's path that depends on where the program was started.
    #[error("the path of a Unix socket must begin with /")]
    RelativePath,
    /// A path, but not after `unix_socket:`.
    #[error("a Unix socket is written unix_socket:/path")]
    UnknownSocket,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_as_websockify_takes_them() {
        for (text, host, port) in [
            ("127.0.0.1:5901", "127.0.0.1", 5901),
            ("desk.example.org:5901", "desk.example.org", 5901),
            ("localhost:1", "localhost", 1),
            (":5901", "localhost", 5901),
            ("::1:5901", "::1", 5901),
            ("[::1]:5901", "::1", 5901),
            ("[fe80::1%eth0]:65535", "fe80::1%eth0", 65535),
            ("größe:5901", "größe", 5901),
        ] {
            assert_eq!(
                websockify_target(text),
                Ok(Target::Tcp {
                    host: host.into(),
                    port
                }),
                "{text}"
            );
        }
        for path in ["/run/alice.sock", "/run/a b:1.sock"] {
            assert_eq!(
                websockify_target(&format!("unix_socket:{path}")),
                Ok(Target::Unix(path.into()))
            );
        }
    }

    #[test]
    fn what_is_no_target_says_why() {
        use TargetFault::*;
        for (text, fault) in [
            ("", NoPort),
            ("localhost", NoPort),
            ("localhost:", BadPort),
            ("localhost:vnc", BadPort),
            ("localhost:0", BadPort),
            ("localhost:+80", BadPort),
            ("localhost:65536", BadPort),
            ("localhost:5901 # Alice", BadPort),
            ("# x:5901", BadHost),
            ("a b:5901", BadHost),
            ("http//a:5901", BadHost),
            ("http://a:5901", BadAddress),
            ("::1", BadAddress),
            ("[::1:5901", BadAddress),
            ("[desk]:5901", BadAddress),
            ("unix_socket:alice.sock", RelativePath),
            ("unix:/run/alice.sock", UnknownSocket),
        ] {
            assert_eq!(websockify_target(text), Err(fault), "{text}");
        }
    }
}
