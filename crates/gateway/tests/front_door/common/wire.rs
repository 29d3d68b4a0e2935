//! Bytes by hand, for viewers that keep no rules.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::{Closed, SCHEME, Stream, TestGateway, connect, within};

pub const BINARY: u8 = 0x82;
pub const TEXT: u8 = 0x81;
pub const CLOSE: u8 = 0x88;
pub const PING: u8 = 0x89;
pub const PONG: u8 = 0x8a;
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A masked frame with this first byte.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        len @ ..=125 => bytes.push(0x80 | len as u8),
        len @ 126..=0xffff => {
            bytes.push(0x80 | 126);
            bytes.extend((len as u16).to_be_bytes());
        }
        len => {
            bytes.push(0x80 | 127);
            bytes.extend((len as u64).to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes.extend(
        payload
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
    bytes
}

/// A handshake as our own page's browser sends it, with further header lines.
pub fn handshake(gateway: SocketAddr, token: &str, more: &str) -> String {
    format!(
        "GET /websockify HTTP/1.1\r\nHost: {gateway}\r\nOrigin: {SCHEME}://{gateway}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: binary, porthole.token.{token}\r\n{more}\r\n"
    )
}

/// A viewer's socket right after the handshake.
pub async fn open(gateway: &TestGateway, token: &str) -> Stream {
    open_with(gateway, token, b"").await
}

/// The same, with bytes that come in one packet with the handshake.
pub async fn open_with(gateway: &TestGateway, token: &str, behind: &[u8]) -> Stream {
    let mut stream = gateway.connect().await;
    let hello = [handshake(gateway.address(), token, "").as_bytes(), behind].concat();
    within(stream.write_all(&hello)).await.unwrap();
    let response = head(&mut stream).await;
    assert!(response.starts_with("HTTP/1.1 101 "), "{response}");
    stream
}

/// Reads a response's head, and nothing behind it.
pub async fn head(stream: &mut Stream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(within(stream.read_u8()).await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// Sends a request and reads all that comes until the gateway closes: status, head and body.
pub async fn ask(gateway: SocketAddr, request: &str) -> (u16, String, String) {
    let mut stream = within(connect(gateway)).await.unwrap();
    within(stream.write_all(request.as_bytes())).await.unwrap();
    let mut response = Vec::new();
    // A reset is an end too.
    let _ = within(stream.read_to_end(&mut response)).await;
    let response = String::from_utf8_lossy(&response).into_owned();
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or((&response, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    (status, head.to_owned(), body.to_owned())
}

/// The next frame: its first byte and its payload.
pub async fn read_frame(stream: &mut (impl AsyncRead + Unpin)) -> (u8, Vec<u8>) {
    within(async {
        let first = stream.read_u8().await.unwrap();
        let len = match stream.read_u8().await.unwrap() {
            126 => stream.read_u16().await.unwrap().into(),
            127 => stream.read_u64().await.unwrap(),
            short => short.into(),
        };
        assert!(len < 1 << 30, "the gateway masked a frame, or went out of step");
        let mut payload = vec![0; len as usize];
        stream.read_exact(&mut payload).await.unwrap();
        (first, payload)
    })
    .await
}

/// Passes over data until the close frame.
pub async fn read_close(stream: &mut (impl AsyncRead + Unpin)) -> Closed {
    loop {
        let (first, payload) = read_frame(stream).await;
        if first == CLOSE {
            let reason = String::from_utf8(payload[2..].to_vec()).unwrap();
            return (u16::from_be_bytes([payload[0], payload[1]]), reason);
        }
    }
}
