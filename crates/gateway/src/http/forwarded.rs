//! For whom a reverse proxy passes on a request: `X-Forwarded-For`, and `Forwarded` (RFC 7239).

use std::{
    net::{IpAddr, SocketAddr},
    sync::Once,
};

use http::{HeaderMap, HeaderName, header};

use crate::{TrustedProxies, http::trusted_proxies::ForwardHeader};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whose request it is that came from `from`: the nearest hop that is no trusted proxy. What is said by others than
/// trusted proxies counts for nothing, and so does everything to the left of it: anybody can send such a header.
///
/// Where a request has both headers and they differ, one was sent by the visitor and passed through by a proxy that
/// knows only the other. Nobody can tell which, so neither counts, unless it is [known](TrustedProxies::header_of) which of
/// them the proxy sets.
pub(crate) fn client(headers: &HeaderMap, from: IpAddr, trusted: &TrustedProxies) -> IpAddr {
    let from = from.to_canonical();
    if !trusted.contains(from) {
        return from;
    }
    let by = |name, read: fn(&str) -> Vec<Hop>| {
        let lines = headers.get_all(name).iter().rev();
        // A visitor's bytes that are no text must not hide what the proxy appends to their line.
        let mut hops = lines
            .flat_map(|line| read(&String::from_utf8_lossy(line.as_bytes())))
            .peekable();
        hops.peek()
            .is_some()
            .then(|| nearest_stranger(hops, from, trusted))
    };
    let set = trusted.header_of(from);
    let counts = |header| set.is_none_or(|set| set == header);
    let x = counts(ForwardHeader::XForwardedFor).then(|| by(X_FORWARDED_FOR, x_forwarded_for));
    let standard = counts(ForwardHeader::Forwarded).then(|| by(header::FORWARDED, forwarded));
    match (x.flatten(), standard.flatten()) {
        (Some(one), Some(other)) if one != other => {
            say_once(from);
            from
        }
        (Some(client), _) | (None, Some(client)) => client,
        (None, None) => from,
    }
}

/// One visitor could fill the log with it.
fn say_once(proxy: IpAddr) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        tracing::warn!(
            %proxy,
            "a visitor's X-Forwarded-For and Forwarded differ, so they are shown as the proxy. Name the header that the \
             proxy sets behind its address in the trusted proxies, like \"{proxy} X-Forwarded-For\", and the other counts \
             for nothing"
        );
    });
}

/// A hop as a header names it; `None` if it names no address.
type Hop = Option<IpAddr>;

/// Walks from the nearest hop outwards; behind one that cannot be read nothing is believed.
fn nearest_stranger(hops: impl Iterator<Item = Hop>, from: IpAddr, trusted: &TrustedProxies) -> IpAddr {
    let mut at = from;
    for hop in hops {
        let Some(hop) = hop else { break };
        at = hop;
        if !trusted.contains(at) {
            break;
        }
    }
    at
}

/// The hops of a line, the nearest first.
fn x_forwarded_for(line: &str) -> Vec<Hop> {
    let hops = line.rsplit(',').map(str::trim).filter(|hop| !hop.is_empty());
    hops.map(address).collect()
}

/// The hops of a line, the nearest first; a line with a broken quotation names none.
fn forwarded(line: &str) -> Vec<Hop> {
    let Some(elements) = split_outside_quotes(line, ',') else {
        return vec![None];
    };
    let hops = elements
        .into_iter()
        .rev()
        .filter(|element| !element.trim().is_empty());
    hops.map(forwarded_for).collect()
}

fn forwarded_for(element: &str) -> Hop {
    let pairs = split_outside_quotes(element, ';')?;
    let mut named = pairs.iter().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    });
    // Each parameter occurs once (RFC 7239 §4).
    let (value, None) = (named.next()?, named.next()) else {
        return None;
    };
    match value.strip_prefix('"') {
        // No address needs an escape.
        Some(quoted) => quoted.strip_suffix('"').and_then(address),
        None => address(value),
    }
}

/// `None` if a quotation is left open.
fn split_outside_quotes(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(|c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return c == separator && !quoted,
        }
        false
    });
    let parts = parts.collect();
    (!quoted).then_some(parts)
}

/// An address with or without a port; one of IPv6 in brackets where it has one.
fn address(text: &str) -> Hop {
    let bare = || {
        text.strip_prefix('[')?
            .strip_suffix(']')?
            .parse::<std::net::Ipv6Addr>()
            .ok()
            .map(IpAddr::from)
    };
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = text.parse().ok().or_else(bare).or_else(with_port)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn trusted() -> TrustedProxies {
        ["127.0.0.1", "10.0.0.0/8"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect()
    }

    fn of(from: &str, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        client(&headers, from.parse().unwrap(), &trusted()).to_string()
    }

    #[test]
    fn the_nearest_hop_that_is_no_proxy_of_ours_is_the_client() {
        let xff = "x-forwarded-for";
        for (lines, whom) in [
            (&[][..], "127.0.0.1"),
            (&[(xff, "192.0.2.1")][..], "192.0.2.1"),
            (&[(xff, "9.9.9.9, 192.0.2.1")], "192.0.2.1"),
            (&[(xff, "9.9.9.9"), (xff, "192.0.2.1")], "192.0.2.1"),
            (&[(xff, "9.9.9.9, 192.0.2.1, 10.1.1.1,127.0.0.1 ")], "192.0.2.1"),
            (&[(xff, "10.0.0.1, 10.0.0.2")], "10.0.0.1"),
            (&[(xff, "192.0.2.1:4711")], "192.0.2.1"),
            (&[(xff, "2001:db8::1")], "2001:db8::1"),
            (&[(xff, "[2001:db8::1]:4711")], "2001:db8::1"),
            (&[(xff, "[2001:db8::1]")], "2001:db8::1"),
            (&[(xff, "::ffff:192.0.2.1")], "192.0.2.1"),
            (&[(xff, "9.9.9.9, unknown")], "127.0.0.1"),
            (&[(xff, "9.9.9.9, unknown, 10.0.0.3")], "10.0.0.3"),
            (&[(xff, "")], "127.0.0.1"),
            (&[(xff, ", ,192.0.2.1, ,")], "192.0.2.1"),
            (
                &[("forwarded", "for=192.0.2.1;proto=https;by=127.0.0.1")],
                "192.0.2.1",
            ),
            (&[("forwarded", "For=\"[2001:db8::1]:4711\"")], "2001:db8::1"),
            (
                &[(
                    "forwarded",
                    "for=9.9.9.9, proto=http;for=\"192.0.2.1:1\";host=\"a,b;c\"",
                )],
                "192.0.2.1",
            ),
            (&[("forwarded", "for=9.9.9.9, for=_hidden")], "127.0.0.1"),
            (&[("forwarded", "for=9.9.9.9, proto=https")], "127.0.0.1"),
            (&[("forwarded", "for=1.1.1.1;for=2.2.2.2")], "127.0.0.1"),
            // A quotation that the visitor opens swallows nothing that the proxy appends.
            (&[("forwarded", "for=\"9.9.9.9, for=192.0.2.1")], "127.0.0.1"),
            (
                &[("forwarded", "for=\"9.9.9.9, for=\"[2001:db8::1]\"")],
                "127.0.0.1",
            ),
            (
                &[("forwarded", "for=\"\\"), ("forwarded", "for=192.0.2.1")],
                "192.0.2.1",
            ),
            (&[("forwarded", "for=192.0.2.1"), (xff, "192.0.2.1")], "192.0.2.1"),
            (&[("forwarded", "for=9.9.9.9"), (xff, "192.0.2.1")], "127.0.0.1"),
        ] {
            assert_eq!(of("127.0.0.1", lines), whom, "{lines:?}");
        }
    }

    /// A visitor who sends bytes that are no text would hide behind the proxy that appends to their line.
    #[test]
    fn bytes_that_are_no_text_swallow_nothing_that_the_proxy_appends() {
        for junk in [&b"\xff"[..], b"\xe2", b"\xf0\x9f", b"for=\xff", b"\x80\t"] {
            for (name, appended) in [
                ("x-forwarded-for", &b", 192.0.2.1"[..]),
                ("forwarded", b",for=192.0.2.1"),
                ("forwarded", b", for=192.0.2.1;by=\"\xff\""),
            ] {
                let value = HeaderValue::from_bytes(&[junk, appended].concat()).unwrap();
                let headers = HeaderMap::from_iter([(HeaderName::from_static(name), value)]);
                let whom = client(&headers, IpAddr::from([127, 0, 0, 1]), &trusted());
                assert_eq!(whom.to_string(), "192.0.2.1", "{junk:?} in {name}");
            }
        }
    }

    #[test]
    fn of_others_nothing_is_believed() {
        for lines in [
            &[("x-forwarded-for", "192.0.2.1")][..],
            &[("forwarded", "for=192.0.2.1")],
        ] {
            assert_eq!(of("203.0.113.9", lines), "203.0.113.9");
            assert_eq!(of("::1", lines), "::1");
        }
    }

    proptest! {
        /// Whatever the visitor sends before it, the address that the trusted proxy appends counts, or the proxy's own.
        #[test]
        fn no_beginning_of_the_visitors_changes_whom_the_proxy_names(sent in "[ -~]{0,60}", lines in 0..2usize) {
            let appended = |sep: &str, hop: &str| match lines {
                0 => vec![format!("{sent}{sep}{hop}")],
                _ => vec![sent.clone(), hop.to_owned()],
            };
            let of_all = |name: &'static str, all: &[String]| {
                let lines: Vec<_> = all.iter().map(|line| (name, line.as_str())).collect();
                of("127.0.0.1", &lines)
            };
            let x = of_all("x-forwarded-for", &appended(", ", "192.0.2.1"));
            prop_assert_eq!(x, "192.0.2.1");
            for hop in ["for=192.0.2.1", "for=\"192.0.2.1:80\";proto=https"] {
                let whom = of_all("forwarded", &appended(", ", hop));
                prop_assert!(whom == "192.0.2.1" || whom == "127.0.0.1", "{}", whom);
            }
        }
    }
}
