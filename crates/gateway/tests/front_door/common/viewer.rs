//! Viewers: WebSocket clients that keep the rules.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use http::{HeaderName, HeaderValue};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

use super::{SCHEME, Stream, connect, within};

pub type Viewer = WebSocketStream<Stream>;

/// How a viewer was told that its session is over: close code and reason.
pub type Closed = (u16, String);

/// Opens a WebSocket at `path` with our own Origin and further headers; one that is named again replaces ours.
pub async fn open(
    gateway: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Viewer, tungstenite::Error> {
    let mut request = format!("ws://{gateway}{path}").into_client_request()?;
    let origin = format!("{SCHEME}://{gateway}");
    for (name, value) in [("Origin", &*origin)].iter().chain(headers) {
        request.headers_mut().insert(
            HeaderName::from_bytes(name.as_bytes())?,
            HeaderValue::from_str(value)?,
        );
    }
    let stream = connect(gateway).await?;
    let config = WebSocketConfig::default()
        .max_frame_size(None)
        .max_message_size(None);
    let offered = request.headers().get("Sec-WebSocket-Protocol").cloned();
    let (viewer, response) = client_async_with_config(request, stream, Some(config)).await?;
    let echoed = response.headers().get("Sec-WebSocket-Protocol");
    let binary = offered.is_some_and(|offered| offered.to_str().is_ok_and(|all| all.contains("binary")));
    assert_eq!(
        echoed.map(HeaderValue::as_bytes),
        binary.then_some(&b"binary"[..])
    );
    Ok(viewer)
}

pub async fn send(viewer: &mut Viewer, bytes: &[u8]) {
    within(viewer.send(Message::binary(bytes.to_vec())))
        .await
        .unwrap();
}

/// The next bytes.
pub async fn receive_some(viewer: &mut Viewer) -> Vec<u8> {
    loop {
        match within(viewer.next()).await {
            Some(Ok(Message::Binary(payload))) => return payload.into(),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => panic!("instead of bytes came {other:?}"),
        }
    }
}

/// Exactly `count` bytes, in however many messages.
pub async fn receive(viewer: &mut Viewer, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        match within(viewer.next()).await {
            Some(Ok(Message::Binary(payload))) => bytes.extend_from_slice(&payload),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => panic!("after {} of {count} bytes came {other:?}", bytes.len()),
        }
    }
    assert_eq!(bytes.len(), count, "more came than that");
    bytes
}

/// The next event, which must be the next that comes at all.
pub async fn event(viewer: &mut Viewer) -> String {
    loop {
        match within(viewer.next()).await {
            Some(Ok(Message::Text(text))) => return text.to_string(),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => panic!("instead of an event came {other:?}"),
        }
    }
}

/// All that still comes, and how the session ends, in a browser's words: 1005 is a close frame without a code, 1006 none.
pub async fn rest(viewer: &mut Viewer) -> (Vec<u8>, Closed) {
    let mut bytes = Vec::new();
    loop {
        match within(viewer.next()).await {
            Some(Ok(Message::Binary(payload))) => bytes.extend_from_slice(&payload),
            Some(Ok(Message::Close(Some(frame)))) => {
                return (bytes, (frame.code.into(), frame.reason.to_string()));
            }
            Some(Ok(Message::Close(None))) => return (bytes, (1005, String::new())),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(other)) => panic!("that is nothing for a viewer: {other:?}"),
            Some(Err(_)) | None => return (bytes, (1006, String::new())),
        }
    }
}

/// How the session ends, when nothing else may come before.
pub async fn closed(viewer: &mut Viewer) -> Closed {
    let (bytes, closed) = rest(viewer).await;
    assert_eq!(bytes, b"", "came before {closed:?}");
    closed
}
