//! Which Host and Origin headers are answered: the defence against web pages in the user's own browser.

use std::{future::Future, net::IpAddr, pin::Pin, sync::LazyLock};

use http::uri::Authority;

use crate::{TrustedProxies, http::refusals::is_name};

/// Whom the gateway answers.
///
/// Unasked, it answers to what nobody else can claim: IP addresses, `localhost`, this machine's name and its `.local`
/// name, and its [own names](OwnNames) in the network; at any port, since a tunnel or a container has one of its own. A
/// page whose attacker points his own domain at this machine (DNS rebinding) names another Host and gets nothing. A
/// WebSocket must come from a page that this gateway served: its Origin is the Host that it asks for.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Further Host names that are answered: those under which a reverse proxy serves us.
    pub hosts: Vec<String>,
    /// Further Origins that may open a WebSocket, as `https://desk.example.org` or with a port.
    pub origins: Vec<String>,
    /// Answer every Host and Origin, and WebSockets without one, as websockify does. Behind a proxy that hides the
    /// name it was asked by there is nothing to compare with: the token alone is the key. Never for displays.
    pub any: bool,
    /// The Origins whose pages may show ours in a frame; by default nobody's.
    pub frame_ancestors: Vec<String>,
    /// The reverse proxies that may say for whom they connect.
    pub trusted_proxies: TrustedProxies,
    /// Where somebody who runs the gateway changes all this.
    pub settings: SettingsPlace,
}

/// Where whoever runs the gateway sets Hosts and Origins, so that a refusal can say what to add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SettingsPlace {
    /// A config file, with `hosts` and `origins`.
    #[default]
    ConfigFile,
    /// A command line, with `--allow-host` and `--allow-origin`.
    CommandLine,
}

/// The answer to whether a name is this machine's own.
pub type OwnName<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// The names that this machine has in its network beside those that it gives itself, such as the one that its router
/// gave it. Asked only when somebody comes by a name that is not known otherwise.
pub trait OwnNames: Send + Sync {
    /// Whether `name`, in lower case, is one of them. Never because it resolves to this machine: that is what DNS
    /// rebinding makes of any name.
    fn has<'a>(&'a self, name: &'a str) -> OwnName<'a>;
}

impl SettingsPlace {
    /// What to add for a Host to be answered.
    pub fn for_host(self, name: &str) -> String {
        match self {
            Self::ConfigFile => format!("hosts = [\"{name}\"]"),
            Self::CommandLine => format!("--allow-host={name}"),
        }
    }

    /// What to add for pages of an Origin to be let in.
    pub fn for_origin(self, origin: &str) -> String {
        match self {
            Self::ConfigFile => format!("origins = [\"{origin}\"]"),
            Self::CommandLine => format!("--allow-origin={origin}"),
        }
    }
}

impl Access {
    /// Whether a request for this Host is answered.
    pub(crate) fn answers(&self, host: Option<&str>) -> bool {
        if self.any {
            return true;
        }
        let Some(authority) = host.and_then(authority) else {
            return false;
        };
        let name = authority.host();
        self.hosts.iter().any(|host| host.eq_ignore_ascii_case(name)) || is_our_own(name)
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

/// The name in a Host header, without its port and in lower case; `None` if there is none that the network could know.
pub(crate) fn name_in(host: Option<&str>) -> Option<String> {
    let authority = authority(host?)?;
    let name = authority.host().trim_end_matches('.');
    is_name(name).then(|| name.to_ascii_lowercase())
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

/// A name or address with or without a port. In a URL a user may stand before it, but not here (RFC 9110 §7.2), and
/// what stands behind the colon is a number.
fn authority(text: &str) -> Option<Authority> {
    let authority: Authority = text.parse().ok().filter(|_| !text.contains('@'))?;
    let whole = authority.port_u16().is_some() || authority.host() == text;
    whole.then_some(authority)
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
        || is_loopback_name(&name)
        || (!NAME.is_empty() && (name == *NAME || name.strip_suffix(".local") == Some(first_label(&NAME))))
}

/// Names that lead nowhere but to the machine that asks (RFC 6761 §6.3).
fn is_loopback_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
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
            ..Access::default()
        }
    }

    #[test]
    fn hosts_that_nobody_else_can_claim_are_answered_at_any_port() {
        let access = Access::default();
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        for host in [
            "127.0.0.1:6080",
            "127.0.0.1:16080",
            "127.0.0.1",
            "localhost:16080",
            "LOCALHOST:6080",
            "localhost.",
            "desk.localhost:8080",
            "[::1]:16080",
            "192.0.2.7:8080",
            &name,
            &format!("{name}:8080"),
        ] {
            assert!(access.answers(Some(host)), "{host}");
        }
        for host in [
            "evil.example:6080",
            "localhost.evil.example:6080",
            "evillocalhost",
            "127.0.0.1:80.evil.example",
            "127.0.0.1:",
            "127.0.0.1:65536",
            "127.1.evil:6080",
            "",
            "a b",
            "x@localhost",
        ] {
            assert!(!access.answers(Some(host)), "{host}");
        }
        assert!(!access.answers(None));
    }

    #[test]
    fn a_configured_host_is_answered_at_any_port() {
        for host in ["desk.example.org", "desk.example.org:8443", "DESK.example.org"] {
            assert!(behind_a_proxy().answers(Some(host)), "{host}");
        }
        assert!(!behind_a_proxy().answers(Some("x.desk.example.org")));
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
            ("http://127.0.0.1:80.evil.example", "127.0.0.1"),
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
