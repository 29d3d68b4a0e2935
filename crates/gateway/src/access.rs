//! Which Host and Origin headers are answered: the defence against web pages in the user's own browser.

use std::{net::IpAddr, sync::LazyLock};

use http::uri::Authority;

/// Whom the gateway answers.
///
/// Unasked, it answers to what nobody else can claim: IP addresses, `localhost`, this machine's name and its `.local`
/// name, each with the gateway's own port. A page whose attacker points his own domain at this machine (DNS rebinding)
/// names another Host and gets nothing. A WebSocket must come from a page that this gateway served: its Origin is the
/// Host that it asks for.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Further Host names that are answered, at any port: those under which a reverse proxy serves us.
    pub hosts: Vec<String>,
    /// Further Origins that may open a WebSocket, as `https://desk.example.org` or with a port.
    pub origins: Vec<String>,
    /// Answer every Host and Origin, and WebSockets without one, as websockify does. Behind a proxy that hides the
    /// name it was asked by there is nothing to compare with: the token alone is the key. Never for displays.
    pub any: bool,
}

impl Access {
    /// Whether a request for this Host is answered by a gateway at `port`, spoken to over TLS if `secure`.
    pub(crate) fn answers(&self, host: Option<&str>, port: u16, secure: bool) -> bool {
        if self.any {
            return true;
        }
        let Some(authority) = host.and_then(authority) else {
            return false;
        };
        let name = authority.host();
        self.hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
            || (is_our_own(name) && authority.port_u16().unwrap_or(default_port(secure)) == port)
    }

    /// Whether a page of this Origin may open a WebSocket at this Host, which [`Access::answers`]. Over TLS, a page that
    /// came without it may not: anybody on its way could have changed it.
    pub(crate) fn admits(&self, origin: Option<&str>, host: Option<&str>, secure: bool) -> bool {
        if self.any {
            return true;
        }
        let Some(origin) = origin else { return false };
        self.origins
            .iter()
            .any(|known| known.eq_ignore_ascii_case(origin))
            || is_origin_of(origin, host, secure)
    }
}

fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

/// Without TLS an Origin may still be https: then a reverse proxy speaks it.
fn is_origin_of(origin: &str, host: Option<&str>, secure: bool) -> bool {
    let (default_port, rest) = match origin.split_once("://") {
        Some(("http", rest)) if !secure => (default_port(false), rest),
        Some(("https", rest)) => (default_port(true), rest),
        _ => return false,
    };
    let name_and_port = |text: &str| {
        let authority = authority(text)?;
        let port = authority.port_u16().unwrap_or(default_port);
        Some((authority.host().to_ascii_lowercase(), port))
    };
    let origin = name_and_port(rest);
    origin.is_some() && origin == host.and_then(name_and_port)
}

/// A name or address with or without a port. In a URL a user may stand before it, but not here (RFC 9110 §7.2).
fn authority(text: &str) -> Option<Authority> {
    text.parse().ok().filter(|_| !text.contains('@'))
}

fn is_our_own(name: &str) -> bool {
    static NAME: LazyLock<String> = LazyLock::new(|| {
        rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .to_ascii_lowercase()
    });
    let name = name.to_ascii_lowercase();
    let bare = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(&name);
    bare.parse::<IpAddr>().is_ok()
        || name == "localhost"
        || (!NAME.is_empty() && (name == *NAME || name.strip_suffix(".local") == Some(first_label(&NAME))))
}

fn first_label(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind_a_proxy() -> Access {
        Access {
            hosts: vec!["desk.example.org".into()],
            origins: vec!["https://portal.example.org".into()],
            any: false,
        }
    }

    #[test]
    fn hosts_that_nobody_else_can_claim_are_answered_at_our_port() {
        let access = Access::default();
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        for host in [
            "127.0.0.1:6080",
            "localhost:6080",
            "LOCALHOST:6080",
            "[::1]:6080",
            "192.0.2.7:6080",
        ] {
            assert!(access.answers(Some(host), 6080, false), "{host}");
        }
        assert!(access.answers(Some(&format!("{name}:6080")), 6080, false));
        assert!(access.answers(Some("127.0.0.1"), 80, false));
        for host in [
            "evil.example:6080",
            "127.0.0.1:6081",
            "127.0.0.1",
            "localhost.evil.example:6080",
            "127.1.evil:6080",
            "",
            "a b",
        ] {
            assert!(!access.answers(Some(host), 6080, false), "{host}");
        }
        assert!(!access.answers(None, 6080, false));
    }

    #[test]
    fn a_configured_host_is_answered_at_any_port() {
        for host in ["desk.example.org", "desk.example.org:8443", "DESK.example.org"] {
            assert!(behind_a_proxy().answers(Some(host), 6080, false), "{host}");
        }
        assert!(!behind_a_proxy().answers(Some("x.desk.example.org"), 6080, false));
    }

    #[test]
    fn a_websocket_comes_from_our_own_page_or_a_configured_one() {
        let access = behind_a_proxy();
        for (origin, host) in [
            ("http://127.0.0.1:6080", "127.0.0.1:6080"),
            ("http://[::1]:6080", "[::1]:6080"),
            ("https://desk.example.org", "desk.example.org"),
            ("https://desk.example.org", "desk.example.org:443"),
            ("https://portal.example.org", "127.0.0.1:6080"),
        ] {
            assert!(
                access.admits(Some(origin), Some(host), false),
                "{origin} at {host}"
            );
        }
        for (origin, host) in [
            ("http://192.0.2.66:6080", "127.0.0.1:6080"),
            ("http://localhost:6080", "127.0.0.1:6080"),
            ("http://127.0.0.1:80", "127.0.0.1:6080"),
            ("http://evil.example", "127.0.0.1:6080"),
            ("https://portal.example.org.evil.example", "127.0.0.1:6080"),
            ("file://127.0.0.1:6080", "127.0.0.1:6080"),
            ("null", "127.0.0.1:6080"),
            ("", ""),
        ] {
            assert!(
                !access.admits(Some(origin), Some(host), false),
                "{origin} at {host}"
            );
        }
        assert!(!access.admits(None, Some("127.0.0.1:6080"), false));
    }

    #[test]
    fn over_tls_the_origin_is_https_and_its_port_443_where_none_is_named() {
        let access = behind_a_proxy();
        assert!(access.answers(Some("192.0.2.7"), 443, true));
        for (host, port, secure) in [
            ("192.0.2.7", 443, false),
            ("192.0.2.7", 80, true),
            ("192.0.2.7", 6080, true),
        ] {
            assert!(!access.answers(Some(host), port, secure), "{host} at {port}");
        }
        for (origin, host) in [
            ("https://192.0.2.7:6080", "192.0.2.7:6080"),
            ("https://192.0.2.7", "192.0.2.7"),
            ("https://192.0.2.7", "192.0.2.7:443"),
            ("https://portal.example.org", "192.0.2.7:6080"),
        ] {
            assert!(
                access.admits(Some(origin), Some(host), true),
                "{origin} at {host}"
            );
        }
        for (origin, host) in [
            ("http://192.0.2.7:6080", "192.0.2.7:6080"),
            ("http://192.0.2.7:443", "192.0.2.7"),
            ("https://192.0.2.7", "192.0.2.7:80"),
            ("https://192.0.2.8:6080", "192.0.2.7:6080"),
        ] {
            assert!(
                !access.admits(Some(origin), Some(host), true),
                "{origin} at {host}"
            );
        }
    }
}
