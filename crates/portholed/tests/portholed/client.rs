//! A WebSocket client that says what it sees.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderMap},
};

pub struct Client(WebSocketStream<TcpStream>);

/// Connects to `path`, with further headers; the error is the status of a refusal.
pub async fn connect_with(
    address: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<(Client, HeaderMap), u16> {
    let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match client_async(request, TcpStream::connect(address).await.unwrap()).await {
        Ok((stream, response)) => Ok((Client(stream), response.into_parts().0.headers)),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{path}: {error}"),
    }
}

pub async fn connect(address: SocketAddr, path: &str) -> Client {
    connect_with(address, path, &[])
        .await
        .unwrap_or_else(|status| panic!("{path}: {status}"))
        .0
}

/// Opens a link, or a token of one, as its page does; the error is the status of a refusal.
pub async fn visit_with(
    address: SocketAddr,
    link: &str,
    headers: &[(&'static str, &str)],
) -> Result<Client, u16> {
    let token = link.trim_end().rsplit('#').next().unwrap();
    let (origin, protocols) = (
        format!("http://{address}"),
        format!("binary, porthole.token.{token}"),
    );
    let own = [("Origin", &*origin), ("Sec-WebSocket-Protocol", &*protocols)];
    let headers = [&own, headers].concat();
    let (client, _) = connect_with(address, "/websockify", &headers).await?;
    Ok(client)
}

pub async fn visit(address: SocketAddr, link: &str) -> Client {
    visit_with(address, link, &[]).await.unwrap()
}

/// The close code and reason that `path` ends with.
pub async fn ending(address: SocketAddr, path: &str) -> (u16, String) {
    connect(address, path).await.ending().await
}

impl Client {
    pub async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// The next bytes.
    pub async fn bytes(&mut self) -> Vec<u8> {
        match self.0.next().await {
            Some(Ok(Message::Binary(bytes))) => bytes.into(),
            other => panic!("{other:?}"),
        }
    }

    /// The next bytes, or the close code.
    pub async fn next(&mut self) -> Result<Vec<u8>, u16> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Binary(bytes))) => return Ok(bytes.into()),
                Some(Ok(Message::Close(Some(frame)))) => return Err(frame.code.into()),
                Some(Ok(Message::Ping(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next message that is no ping.
    pub async fn answer(&mut self) -> Message {
        loop {
            let next = timeout(Duration::from_secs(60), self.0.next()).await;
            match next.expect("the gateway says something") {
                Some(Ok(Message::Ping(_))) => {}
                Some(Ok(message)) => return message,
                other => panic!("{other:?}"),
            }
        }
    }

    /// Sends to a target that echoes, and sees it come back.
    pub async fn hears_its_echo(&mut self) {
        self.send(Message::binary(&b"hello"[..])).await;
        assert_eq!(self.bytes().await, b"hello");
    }

    /// Goes through the RFB handshake behind its first line (RFC 6143 §7.1 to §7.3).
    pub async fn come_in(&mut self) {
        for line in [&b"RFB 003.008\n"[..], &[1], &[1]] {
            self.send(Message::binary(line)).await;
            self.bytes().await;
        }
    }

    pub async fn is_pinged(&mut self) {
        assert!(matches!(self.0.next().await, Some(Ok(Message::Ping(_)))));
    }

    pub async fn ending(mut self) -> (u16, String) {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Binary(_) | Message::Ping(_))) => {}
                other => panic!("no close frame but {other:?}"),
            }
        }
    }

    /// Sends bytes that are no proper frame, and returns the code that comes back.
    pub async fn code_after(self, raw: &[u8]) -> u16 {
        let mut socket = self.0.into_inner();
        socket.write_all(raw).await.unwrap();
        let mut frame = [0; 4];
        socket.read_exact(&mut frame).await.unwrap();
        assert_eq!(frame[0], 0x88, "a close frame");
        u16::from_be_bytes([frame[2], frame[3]])
    }
}

/// The status and body of a page.
pub async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    socket.read_to_string(&mut response).await.unwrap();
    let status = response.split(' ').nth(1).unwrap().parse().unwrap();
    (status, response.split_once("\r\n\r\n").unwrap().1.to_owned())
}
