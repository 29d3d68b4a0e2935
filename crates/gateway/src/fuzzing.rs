//! What the fuzz targets in `fuzz/` read of this crate's inside. Not part of the program.

use std::net::IpAddr;

use http::{HeaderMap, HeaderValue, Request, header};

use crate::{
    CloseReason, TrustedProxies,
    http::{forwarded, proxy_header::ProxyHeader, upgrade},
    relay::frame::{Control, FrameReader},
};

/// The payload of a viewer's frames, and what of its control frames wants an answer; or how the session ends.
pub type Frames = Result<(Vec<u8>, Vec<String>), CloseReason>;

/// Reads a viewer's frames that come in these pieces.
pub fn read_frames<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Frames {
    let (mut reader, mut payload, mut controls) = (FrameReader::default(), Vec::new(), Vec::new());
    for piece in pieces {
        let mut piece = piece.to_vec();
        let mut unread = &mut piece[..];
        while !unread.is_empty() {
            let step = reader.read(unread)?;
            payload.extend_from_slice(&unread[step.payload]);
            controls.extend(step.control.map(|control| match control {
                Control::Ping(ping) => format!("ping {ping:?}"),
                Control::Close(code) => format!("close {code:?}"),
            }));
            unread = &mut unread[step.consumed..];
        }
    }
    Ok((payload, controls))
}

/// Answers the head of a request as the gateway does: `None` if it is refused, else the subprotocol that is echoed.
pub fn answer_upgrade(head: &[u8]) -> Option<Option<String>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    if !parsed.parse(head).ok()?.is_complete() {
        return None;
    }
    let mut request = Request::builder().method(parsed.method?).uri(parsed.path?);
    for header in parsed.headers.iter() {
        request = request.header(header.name, header.value);
    }
    let (request, ()) = request.body(()).ok()?.into_parts();
    if !upgrade::is_asked_for(&request) {
        return None;
    }
    let (shown, response) = upgrade::accept(&request).ok()?;
    let _ = shown.token.hash();
    let protocol = response.headers().get(header::SEC_WEBSOCKET_PROTOCOL);
    Some(protocol.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()))
}

/// How long the PROXY header at the beginning of `bytes` is; `None` if there is none that is whole and right.
///
/// # Panics
/// If a part of a header is read as another header than the whole.
pub fn read_proxy_header(bytes: &[u8]) -> Option<usize> {
    let read = ProxyHeader::parse(bytes);
    for cut in 0..bytes.len().min(256) {
        let part = ProxyHeader::parse(&bytes[..cut]);
        assert!(
            part == ProxyHeader::Partial || part == read,
            "{part:?}, then {read:?}"
        );
    }
    match read {
        ProxyHeader::Whole { bytes, .. } => Some(bytes),
        _ => None,
    }
}

/// Whom a request behind a proxy at 127.0.0.1 is taken to come from, when a visitor at 192.0.2.1 or 2001:db8::1 sends one of
/// the headers and the proxy appends to it, or knows only the other one.
pub fn read_forwarded(sent: &[u8]) -> Option<[IpAddr; 5]> {
    const X: &str = "x-forwarded-for";
    const STANDARD: &str = "forwarded";
    let proxy = IpAddr::from([127, 0, 0, 1]);
    let trusted: TrustedProxies = ["127.0.0.1".parse().ok()?].into_iter().collect();
    let of = |headers: &[(&'static str, &[&[u8]])]| {
        let headers = headers.iter().map(|(name, parts)| {
            let value = HeaderValue::from_bytes(&parts.concat()).ok()?;
            Some((header::HeaderName::from_static(name), value))
        });
        let headers = headers.collect::<Option<HeaderMap>>()?;
        Some(forwarded::client(&headers, proxy, &trusted))
    };
    Some([
        of(&[(X, &[sent, b", 192.0.2.1"])])?,
        of(&[(STANDARD, &[sent, b", for=192.0.2.1"])])?,
        of(&[(STANDARD, &[sent, b", for=\"[2001:db8::1]\";proto=https"])])?,
        of(&[(X, &[sent]), (STANDARD, &[b"for=192.0.2.1"])])?,
        of(&[(STANDARD, &[sent]), (X, &[b"192.0.2.1"])])?,
    ])
}
