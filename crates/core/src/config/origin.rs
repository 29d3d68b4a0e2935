//! Origins, as browsers write them.

use url::{Host, Url};

/// Not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "write only the scheme, the host and perhaps a port, as https://portal.example.org or http://192.168.7.5:8080; \
     without a user, a path or a slash at the end, and without wildcards: name each origin by itself"
)]
pub struct NotAnOrigin;

/// Reads exactly an origin (RFC 6454 §6.2), `http://` or `https://` with a host and perhaps a port, and writes it as browsers
/// do: in lower case, and without a port that goes without saying. It goes into headers, so nothing else is let through.
///
/// # Errors
/// It is anything else: with a path or a user, a list, a wildcard, another scheme.
pub fn origin(text: &str) -> Result<String, NotAnOrigin> {
    let (scheme, authority) = text.split_once("://").ok_or(NotAnOrigin)?;
    let is_web = ["http", "https"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web));
    // The parser forgives what is no origin, as white space and backslashes: it sees none of that.
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if !is_web || !authority.chars().all(is_plain) || authority.ends_with(':') {
        return Err(NotAnOrigin);
    }
    let url = Url::parse(text).map_err(|_| NotAnOrigin)?;
    // Letters of other scripts have become ASCII by now.
    let is_named = match url.host().ok_or(NotAnOrigin)? {
        Host::Domain(name) => {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            name.split('.')
                .all(|label| !label.is_empty() && label.chars().all(plain))
        }
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    };
    let origin = is_named.then(|| url.origin().ascii_serialization());
    origin.ok_or(NotAnOrigin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_an_origin_is_one() {
        for (text, expected) in [
            ("https://portal.example.org", "https://portal.example.org"),
            ("HTTPS://Portal.Example.org:443", "https://portal.example.org"),
            ("http://portal:8080", "http://portal:8080"),
            ("http://192.168.7.5", "http://192.168.7.5"),
            ("https://[FD00::5]:8443", "https://[fd00::5]:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://my_host", "https://my_host"),
        ] {
            assert_eq!(origin(text).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "",
            "*",
            "null",
            "'self'",
            "portal.example.org",
            "//portal.example.org",
            "https:portal.example.org",
            "https:\\\\portal.example.org",
            "https:///portal.example.org",
            "https://",
            "https://.",
            "https://a..b",
            "https://a.",
            "ftp://portal.example.org",
            "ws://portal.example.org",
            "javascript://portal.example.org",
            "https://*",
            "https://*.example.org",
            "https://portal.example.org:*",
            "https://portal.example.org:",
            "https://portal.example.org:65536",
            "https://portal.example.org:-1",
            "https://portal.example.org/",
            "https://portal.example.org/novnc",
            "https://portal.example.org?",
            "https://portal.example.org#",
            "https://user:pw@portal.example.org",
            "https://@portal.example.org",
            "https://a.example;script-src *",
            "https://a.example;",
            "https://a.example,https://b.example",
            "https://a.example https://b.example",
            " https://a.example",
            "https://a.example ",
            "https://a.example\n",
            "https://a.ex\tample",
            "https://a%2eexample",
            // These become `;`, `*` and `/` when names of other scripts are written in ASCII.
            "https://a；b",
            "https://＊.example",
            "https://a／b",
            "https://[::1",
            "https://[::1%eth0]",
        ] {
            assert_eq!(origin(text), Err(NotAnOrigin), "{text:?}");
        }
    }
}
