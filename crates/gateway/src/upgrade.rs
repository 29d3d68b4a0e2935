//! A request that asks for a WebSocket: what token it shows, and the answer.

use http::{HeaderMap, HeaderValue, Request, Response, header, request};
use tokio_tungstenite::tungstenite::handshake::server::create_response;

use crate::Token;

/// The subprotocol of websockify's viewers, and the only one that is echoed.
const BINARY: &str = "binary";
/// A token travels as a subprotocol of this prefix: unlike a query, nobody logs it.
const TOKEN_PREFIX: &str = "porthole.token.";

/// Whether the request asks for a WebSocket, well or badly.
pub(crate) fn is_asked_for(request: &request::Parts) -> bool {
    request.headers.contains_key(header::SEC_WEBSOCKET_KEY)
        || request
            .headers
            .get(header::UPGRADE)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// The token that the request shows (empty if none), and the response that opens the WebSocket. `None`: the request is
/// malformed, or wants a subprotocol that is not spoken here.
pub(crate) fn accept(request: &request::Parts) -> Option<(Token, Response<()>)> {
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
    let carried = protocols
        .iter()
        .find_map(|protocol| protocol.strip_prefix(TOKEN_PREFIX));
    let token = carried
        .map(Token::from)
        .unwrap_or_else(|| token_of(request.uri.query().unwrap_or_default()));
    Some((token, response))
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
        .all(|each| *each == BINARY || each.starts_with(TOKEN_PREFIX))
        .then_some(protocols)
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
            assert_eq!(accept(&request(uri, &[])).unwrap().0, Token::from(token), "{uri}");
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
        ] {
            let (shown, response) = accept(&request("/websockify", offered)).unwrap();
            assert_eq!(shown, Token::from(token));
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
