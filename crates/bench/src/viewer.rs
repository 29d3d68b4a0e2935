//! A viewer: comes in by a peer's door, asks for bytes, and counts them.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    frame::{self, Counter},
    request::request,
    secure::Stream,
};

/// Nothing that is measured takes longer; who waits longer waits in vain.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes that are read at once.
const CHUNK: usize = 256 * 1024;

/// How a viewer comes in.
#[derive(Clone)]
pub struct Door {
    pub address: SocketAddr,
    /// It is entered over TLS.
    pub tls: bool,
    /// `None`: plain TCP.
    pub websocket: Option<WebSocket>,
    /// Behind it a VNC server greets, or the gateway in its stead.
    pub vnc: bool,
}

/// What a viewer's handshake says.
#[derive(Clone)]
pub struct WebSocket {
    pub resource: String,
    pub protocols: String,
}

/// A viewer that is connected.
pub struct Viewer {
    stream: Stream,
    counter: Option<Counter>,
    /// Payload that came with the handshake's answer.
    ahead: u64,
}

/// What can be sent again and again: framed and masked once.
pub struct Message(Vec<u8>);

impl Door {
    /// Connects, and is greeted.
    pub fn enter(&self) -> Result<Viewer> {
        let stream = TcpStream::connect(self.address).context("cannot connect to the peer")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut viewer = Viewer {
            stream: if self.tls {
                Stream::secured(stream)?
            } else {
                Stream::Plain(stream)
            },
            counter: self.websocket.as_ref().map(|_| Counter::default()),
            ahead: 0,
        };
        if let Some(websocket) = &self.websocket {
            viewer.upgrade(websocket, self)?;
        }
        if self.vnc {
            viewer.be_greeted().context("the RFB handshake failed")?;
        }
        Ok(viewer)
    }

    /// The message that carries `payload` through this door.
    pub fn message(&self, payload: &[u8]) -> Message {
        Message(match self.websocket {
            Some(_) => frame::message(payload),
            None => payload.to_vec(),
        })
    }

    /// The message that asks for `bytes`.
    pub fn request(&self, bytes: u64) -> Message {
        self.message(&request(bytes))
    }
}

impl Viewer {
    pub fn send(&mut self, message: &Message) -> Result<()> {
        Ok(self.stream.write_all(&message.0)?)
    }

    /// Reads until `bytes` of payload have come.
    pub fn receive(&mut self, bytes: u64, buffer: &mut Buffer) -> Result<()> {
        let mut left = bytes
            .checked_sub(std::mem::take(&mut self.ahead))
            .context("the peer sent more than was asked for")?;
        while left > 0 {
            let read = self.stream.read(&mut buffer.0).context("the peer sent nothing")?;
            ensure!(read > 0, "the peer closed with {left} of {bytes} bytes to come");
            let input = &buffer.0[..read];
            let payload = self
                .counter
                .as_mut()
                .map_or(read as u64, |counter| counter.count(input));
            left = left
                .checked_sub(payload)
                .context("the peer sent more than was asked for")?;
        }
        Ok(())
    }

    /// Reads whatever comes in this time.
    pub fn drain_for(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        let mut ignored = vec![0; CHUNK];
        while let Some(left) = end
            .checked_duration_since(Instant::now())
            .filter(|left| !left.is_zero())
        {
            self.stream.set_read_timeout(left)?;
            match self.stream.read(&mut ignored) {
                Ok(0) => anyhow::bail!("the peer closed"),
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Reads until the gateway says that the session is over (RFC 6455 §5.5.1), which must be the next that it says.
    pub fn sees_the_end(&mut self) -> Result<()> {
        let mut frame = [0; 128];
        let read = self.stream.read(&mut frame).context("nobody told the viewer")?;
        ensure!(frame[..read].first() == Some(&0x88), "that is no close frame");
        Ok(())
    }

    /// The handshake of RFC 6455 §4.
    fn upgrade(&mut self, websocket: &WebSocket, door: &Door) -> Result<()> {
        let (host, scheme) = (door.address, if door.tls { "https" } else { "http" });
        let WebSocket { resource, protocols } = websocket;
        let request = format!(
            "GET {resource} HTTP/1.1\r\nHost: {host}\r\nOrigin: {scheme}://{host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {protocols}\r\n\r\n"
        );
        self.stream.write_all(request.as_bytes())?;
        let (mut answer, mut filled) = ([0; 2048], 0);
        let end = loop {
            let read = self
                .stream
                .read(&mut answer[filled..])
                .context("the peer did not answer the handshake")?;
            filled += read;
            if let Some(at) = answer[..filled].windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            ensure!(read > 0, "the peer closed in its handshake");
        };
        let head = String::from_utf8_lossy(&answer[..end]);
        ensure!(head.starts_with("HTTP/1.1 101"), "the peer answered {head:?}");
        self.ahead = self
            .counter
            .as_mut()
            .map_or(0, |counter| counter.count(&answer[end..filled]));
        Ok(())
    }

    /// The viewer's side of RFC 6143 §7.1 to §7.3.
    fn be_greeted(&mut self) -> Result<()> {
        let mut buffer = Buffer::small();
        for (comes, answer) in [
            (12, &b"RFB 003.008\n"[..]),
            (2, &[1][..]),
            (4, &[1][..]),
            (24 + 5, &[][..]),
        ] {
            self.receive(comes, &mut buffer)?;
            let message = match self.counter {
                Some(_) => frame::message(answer),
                None => answer.to_vec(),
            };
            if !answer.is_empty() {
                self.send(&Message(message))?;
            }
        }
        Ok(())
    }
}

/// Where bytes are read to, only to be counted.
pub struct Buffer(Vec<u8>);

impl Buffer {
    pub fn new() -> Self {
        Self(vec![0; CHUNK])
    }

    pub fn small() -> Self {
        Self(vec![0; 1024])
    }
}
