//! A request that asks for a WebSocket: what it shows, and the answer.

use http::{HeaderMap, HeaderValue, Request, Response, Version, header, request};
use tokio_tungstenite::tungstenite::handshake::server::create_response;

use crate::{Pin, RefusalCause, Token};

/// The subprotocol of websockify's viewers, and the only one that is echoed.
const BINARY: &str = "binary";
/// A token travels as a subprotocol of this prefix: unlike a query, nobody logs it.
const TOKEN_PREFIX: &str = "porthole.token.";
/// A PIN likewise, as hexadecimal digits of its UTF-8: a subprotocol has no room for spaces or umlauts.
const PIN_PREFIX: &str = "porthole.pin.";
/// Offered by a viewer that reads [events](crate::session::events).
const EVENTS: &str = "porthole.events";

/// What a viewer shows when it knocks.
pub(crate) struct Credentials {
    /// Empty if it shows none.
    pub(crate) token: Token,
    pub(crate) pin: Option<Pin>,
    /// It reads events.
    pub(crate) events: bool,
}

/// Whether the request asks for a WebSocket, well or badly: also what a proxy has left of such a request.
pub(crate) fn is_asked_for(request: &request::Parts) -> bool {
    let headers = &request.headers;
    headers.contains_key(header::SEC_WEBSOCKET_KEY)
        || headers.contains_key(header::SEC_WEBSOCKET_VERSION)
        || names(headers, header::UPGRADE, "websocket")
}

/// What the request shows, and the response that opens the WebSocket.
///
/// # Errors
/// What is wrong with the handshake.
pub(crate) fn accept(request: &request::Parts) -> Result<(Credentials, Response<()>), RefusalCause> {
    fault(request).map_or(Ok(()), Err)?;
    let mut bare = Request::builder()
        .method(&request.method)
        .uri(&request.uri)
        .version(request.version)
        .body(())
        .map_err(|_| RefusalCause::Malformed)?;
    *bare.headers_mut() = request.headers.clone();
    let mut response = create_response(&bare).map_err(|_| RefusalCause::Malformed)?;

    let protocols = subprotocols(&request.headers).ok_or(RefusalCause::Malformed)?;
    if !protocols.is_empty() && !protocols.iter().any(|protocol| is_spoken(protocol)) {
        return Err(RefusalCause::Subprotocol);
    }
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
    let shown = Credentials {
        token,
        pin: carried(PIN_PREFIX).and_then(pin),
        events: protocols.contains(&EVENTS),
    };
    Ok((shown, response))
}

/// What keeps a handshake from being one, as far as somebody can mend it (RFC 6455 §4.2.1).
fn fault(request: &request::Parts) -> Option<RefusalCause> {
    let headers = &request.headers;
    if request.version < Version::HTTP_11 {
        Some(RefusalCause::Http10)
    } else if !names(headers, header::UPGRADE, "websocket") || !names(headers, header::CONNECTION, "upgrade")
    {
        Some(RefusalCause::NoUpgrade)
    } else if headers
        .get(header::SEC_WEBSOCKET_VERSION)
        .is_none_or(|version| version != "13")
    {
        Some(RefusalCause::Version)
    } else {
        None
    }
}

/// Whether a header that holds a list names `word`.
fn names(headers: &HeaderMap, name: header::HeaderName, word: &str) -> bool {
    let values = headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let mut words = values.flat_map(|value| value.split(',').map(str::trim));
    words.any(|each| each.eq_ignore_ascii_case(word))
}

/// What is offered; `None` if it is no text.
fn subprotocols(headers: &HeaderMap) -> Option<Vec<&str>> {
    let mut protocols = Vec::new();
    for value in headers.get_all(header::SEC_WEBSOCKET_PROTOCOL) {
        let offered = value.to_str().ok()?.split(',').map(str::trim);
        protocols.extend(offered.filter(|protocol| !protocol.is_empty()));
    }
    Some(protocols)
}

/// Who offers others besides may mean websockify, which takes `binary` from among them.
fn is_spoken(protocol: &str) -> bool {
    matches!(protocol, BINARY | EVENTS)
        || [TOKEN_PREFIX, PIN_PREFIX]
            .iter()
            .any(|prefix| protocol.starts_with(prefix))
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
    fn only_binary_is_echoed_whatever_else_is_offered() {
        for (offered, token, echoed) in [
            (&["binary, base64"][..], "", Some("binary")),
            (&["base64, binary"][..], "", Some("binary")),
            (&["chat", "binary"][..], "", Some("binary")),
            (&["chat, porthole.token.abc"][..], "abc", None),
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
        for offered in ["base64", "BINARY", "chat, porthole.token"] {
            assert_eq!(
                accept(&request("/", &[offered])).err(),
                Some(RefusalCause::Subprotocol),
                "{offered}"
            );
        }
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
    fn what_is_wrong_with_a_handshake_is_named() {
        type Change = fn(&mut request::Parts);
        let cases: [(Change, RefusalCause); 8] = [
            (
                |old| {
                    old.headers
                        .insert("Sec-WebSocket-Version", HeaderValue::from_static("8"))
                        .map_or((), drop)
                },
                RefusalCause::Version,
            ),
            (
                |none| drop(none.headers.remove("Sec-WebSocket-Version")),
                RefusalCause::Version,
            ),
            (
                |keyless| drop(keyless.headers.remove("Sec-WebSocket-Key")),
                RefusalCause::Malformed,
            ),
            (
                |stripped| drop(stripped.headers.remove("Upgrade")),
                RefusalCause::NoUpgrade,
            ),
            (
                |stripped| {
                    drop(
                        stripped
                            .headers
                            .insert("Connection", HeaderValue::from_static("close")),
                    )
                },
                RefusalCause::NoUpgrade,
            ),
            (
                |h2c| drop(h2c.headers.insert("Upgrade", HeaderValue::from_static("h2c"))),
                RefusalCause::NoUpgrade,
            ),
            (|old| old.version = Version::HTTP_10, RefusalCause::Http10),
            (
                |posted| posted.method = http::Method::POST,
                RefusalCause::Malformed,
            ),
        ];
        for (change, cause) in cases {
            let mut request = request("/", &[]);
            change(&mut request);
            assert!(is_asked_for(&request));
            assert_eq!(accept(&request).err(), Some(cause));
        }
    }
}
