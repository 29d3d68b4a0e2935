//! A request that asks for a WebSocket: what it shows, and the answer.

use http::{HeaderMap, HeaderValue, Request, Response, header, request};
use tokio_tungstenite::tungstenite::handshake::server::create_response;

use crate::{Pin, Token};

/// The subprotocol of websockify's viewers, and the only one that is echoed.
const BINARY: &str = "binary";
/// A token travels as a subprotocol of this prefix: unlike a query, nobody logs it.
const TOKEN_PREFIX: &str = "porthole.token.";
/// A PIN likewise, as hexadecimal digits of its UTF-8: a subprotocol has no room for spaces or umlauts.
const PIN_PREFIX: &str = "porthole.pin.";
/// Offered by a viewer that reads [events](crate::events).
const EVENTS: &str = "porthole.events";

/// What a viewer shows when it knocks.
pub(crate) struct Shown {
    /// Empty if it shows none.
    pub(crate) token: Token,
    pub(crate) pin: Option<Pin>,
    /// It reads events.
    pub(crate) events: bool,
}

/// Whether the request asks for a WebSocket, well or badly.
pub(crate) fn is_asked_for(request: &request::Parts) -> bool {
    request.headers.contains_key(header::SEC_WEBSOCKET_KEY)
        || request
            .headers
            .get(header::UPGRADE)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// What the request shows, and the response that opens the WebSocket. `None`: the request is malformed, or wants a
/// subprotocol that is not spoken here.
pub(crate) fn accept(request: &request::Parts) -> Option<(Shown, Response<()>)> {
    let mut bare = Request::builder()
        .method(&request.method)
        .uri(&request.uri)
        .version(request.version)
        .body(())
        .ok()?;
    *bare.headers_mut() = request.headers.clone();
    let mut response = create_response(&bare).ok()?;

    let protocols = subprotocols(&request.headers)?;
    if protocols.contains(&BINARY) {
        response
            .headers_mut()
            .insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(BINARY));
    }
    let carried = |prefix| {
        protocols
            .iter()
            .find_map(|protocol| protocol.strip_prefix(prefix))
    };
    let token = carried(TOKEN_PREFIX)
        .map(Token::from)
        .unwrap_or_else(|| token_of(request.uri.query().unwrap_or_default()));
    let shown = Shown {
        token,
        pin: carried(PIN_PREFIX).and_then(pin),
        events: protocols.contains(&EVENTS),
    };
    Some((shown, response))
}

/// `None` if one is offered that is not spoken here.
fn subprotocols(headers: &HeaderMap) -> Option<Vec<&str>> {
    let mut protocols = Vec::new();
    for value in headers.get_all(header::SEC_WEBSOCKET_PROTOCOL) {
        protocols.extend(
            value
                .to_str()
                .ok()?
                .split(',')
                .map(str::trim)
                .filter(|protocol| !protocol.is_empty()),
        );
    }
    protocols
        .iter()
        .all(|each| {
            matches!(*each, BINARY | EVENTS)
                || [TOKEN_PREFIX, PIN_PREFIX]
                    .iter()
                    .any(|prefix| each.starts_with(prefix))
        })
        .then_some(protocols)
}

/// `None` if these are no hexadecimal digits of UTF-8: no PIN is written like that.
fn pin(digits: &str) -> Option<Pin> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let byte = |pair: &[u8; 2]| {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        u8::try_from(high? << 4 | low?).ok()
    };
    let bytes: Option<Vec<_>> = pairs.iter().map(byte).collect();
    String::from_utf8(bytes?)
        .ok()
        .filter(|text| !text.is_empty())
        .map(|text| Pin::from(text.as_str()))
}

/// As websockify reads it: the first `token`, a line feed at its end taken off.
fn token_of(query: &str) -> Token {
    let first = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "token");
    let token = first.map(|(_, value)| value.into_owned()).unwrap_or_default();
    Token::from(token.strip_suffix('\n').unwrap_or(&token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, protocols: &[&str]) -> request::Parts {
        let mut builder = Request::builder()
            .uri(uri)
            .header("Connection", "keep-alive, Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        for protocol in protocols {
            builder = builder.header("Sec-WebSocket-Protocol", *protocol);
        }
        builder.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_token_is_read_as_websockify_reads_it() {
        for (uri, token) in [
            ("/websockify?token=U6F7msdQ", "U6F7msdQ"),
            ("/?token=a&token=b", "a"),
            ("/x/y?z=1&token=a+b%26c%0A", "a b&c"),
            ("/?token=a;b=c", "a;b=c"),
            ("/?Token=a", ""),
            ("/", ""),
        ] {
            assert_eq!(
                accept(&request(uri, &[])).unwrap().0.token,
                Token::from(token),
                "{uri}"
            );
        }
    }

    #[test]
    fn only_binary_is_echoed() {
        for (offered, token, echoed) in [
            (&[][..], "", None),
            (&["binary"][..], "", Some("binary")),
            (&["binary, porthole.token.abc"][..], "abc", Some("binary")),
            (&["porthole.token.abc", "binary"][..], "abc", Some("binary")),
            (&["porthole.token.abc"][..], "abc", None),
            (
                &["binary, porthole.token.abc, porthole.events, porthole.pin.31"][..],
                "abc",
                Some("binary"),
            ),
        ] {
            let (shown, response) = accept(&request("/websockify", offered)).unwrap();
            assert_eq!(shown.token, Token::from(token));
            assert_eq!(
                response
                    .headers()
                    .get("Sec-WebSocket-Protocol")
                    .map(|v| v.to_str().unwrap()),
                echoed
            );
        }
        assert!(accept(&request("/", &["base64"])).is_none());
        assert!(accept(&request("/", &["binary, chat"])).is_none());
    }

    #[test]
    fn a_pin_and_the_wish_for_events_are_read() {
        for (offered, pin, events) in [
            ("binary", None, false),
            ("binary, porthole.events", None, true),
            ("porthole.pin.31323334", Some("1234"), false),
            ("porthole.events, porthole.pin.c3a420E282AC", Some("ä €"), true),
            ("porthole.pin.", None, false),
            ("porthole.pin.313", None, false),
            ("porthole.pin.3g", None, false),
            ("porthole.pin.+1", None, false),
            ("porthole.pin.ff", None, false),
        ] {
            let (shown, _) = accept(&request("/", &[offered])).unwrap();
            assert_eq!(shown.pin, pin.map(Pin::from), "{offered}");
            assert_eq!(shown.events, events, "{offered}");
        }
    }

    #[test]
    fn what_is_no_handshake_is_none() {
        let mut old = request("/", &[]);
        old.headers
            .insert("Sec-WebSocket-Version", HeaderValue::from_static("8"));
        assert!(is_asked_for(&old) && accept(&old).is_none());
        let mut keyless = request("/", &[]);
        keyless.headers.remove("Sec-WebSocket-Key");
        assert!(is_asked_for(&keyless) && accept(&keyless).is_none());
    }
}
