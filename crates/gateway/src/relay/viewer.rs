//! The viewer's end of a session, before and after the relay has it.

use std::{
    future::{pending, poll_fn},
    io,
    time::Duration,
};

use porthole_phrase::phrase;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control as ControlCode, Data, OpCode},
};

use crate::{
    CloseReason,
    relay::frame::{Control, FrameReader},
    session::events::Event,
    transport::socket::Socket,
};

/// How long a viewer has to take a refusal and answer it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// More payload than this is not read while it is not waited for, in bytes.
const MAX_EARLY_BYTES: usize = 16 << 10;

/// A viewer whose WebSocket is open: its socket, and how far its frames are read.
pub(crate) struct Viewer<S> {
    pub(crate) socket: S,
    pub(crate) frames: FrameReader,
    /// What was read from the socket, but belongs to frames that are not decoded yet.
    pub(crate) undecoded: Vec<u8>,
    /// Payload that came while it was not waited for.
    pub(crate) early: Vec<u8>,
    /// Bulk may pass into the socket without being copied.
    pub(crate) may_splice: bool,
    /// It reads [events](crate::session::events).
    pub(crate) reads_events: bool,
}

impl<S: Socket> Viewer<S> {
    pub(crate) fn new(socket: S, read_ahead: &[u8], may_splice: bool) -> Self {
        Self {
            socket,
            frames: FrameReader::default(),
            undecoded: read_ahead.to_vec(),
            early: Vec::new(),
            may_splice,
            reads_events: false,
        }
    }

    /// Sends `payload` as one binary message.
    pub(crate) async fn send(&self, payload: &[u8]) -> io::Result<()> {
        self.write(&frame(OpCode::Data(Data::Binary), &[payload])).await
    }

    /// Waits for payload and appends it to `payload`. Pings are answered on the way.
    ///
    /// # Errors
    /// How the viewer ended the session.
    pub(crate) async fn receive(&mut self, payload: &mut Vec<u8>) -> Result<(), CloseReason> {
        if !self.early.is_empty() {
            payload.append(&mut self.early);
            return Ok(());
        }
        let before = payload.len();
        while payload.len() == before {
            if self.undecoded.is_empty() {
                // Read beside it: who stops waiting for this must not leave room for bytes among those that came.
                let mut buffer = [0; 1024];
                let read = poll_fn(|cx| self.socket.poll_read(cx, &mut buffer)).await;
                match read {
                    Ok(0) | Err(_) => return Err(CloseReason::ViewerClosed),
                    Ok(read) => self.undecoded.extend_from_slice(&buffer[..read]),
                }
            }
            let step = self.frames.read(&mut self.undecoded)?;
            payload.extend_from_slice(&self.undecoded[step.payload]);
            self.undecoded.drain(..step.consumed);
            match step.control {
                Some(Control::Ping(body)) => self
                    .write(&pong(&body))
                    .await
                    .map_err(|_| CloseReason::ViewerClosed)?,
                Some(Control::Close(code)) => {
                    // Whether or not it still reads that, it is gone.
                    let _ = self.write(&close_answer(code)).await;
                    return Err(CloseReason::ViewerClosed);
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Tells a viewer that reads events.
    pub(crate) async fn tell(&self, event: &Event<'_>) -> Result<(), CloseReason> {
        if !self.reads_events {
            return Ok(());
        }
        self.write(&text(&event.json()))
            .await
            .map_err(|_| CloseReason::ViewerClosed)
    }

    /// Keeps in touch with a viewer that has nothing to do but wait, until it leaves or speaks.
    pub(crate) async fn keep_waiting(&mut self, heartbeat: Duration) -> CloseReason {
        let mut said = Vec::new();
        loop {
            match timeout(heartbeat, self.receive(&mut said)).await {
                Ok(Err(end)) => return end,
                Ok(Ok(())) => return CloseReason::BrokenRfb(phrase!("viewer-too-early")),
                Err(_) if self.write(&ping()).await.is_err() => return CloseReason::ViewerClosed,
                Err(_) => {}
            }
        }
    }

    /// Awaits `work`, as long as the viewer stays. What it says meanwhile is kept.
    ///
    /// # Errors
    /// How the viewer ended the session.
    pub(crate) async fn stays<T>(&mut self, work: impl Future<Output = T>) -> Result<T, CloseReason> {
        let mut early = std::mem::take(&mut self.early);
        let leaving = async {
            while early.len() < MAX_EARLY_BYTES {
                if let Err(end) = self.receive(&mut early).await {
                    return end;
                }
            }
            pending().await
        };
        let stayed = tokio::select! {
            biased;
            done = work => Ok(done),
            end = leaving => Err(end),
        };
        self.early = early;
        stayed
    }

    /// Likewise, as long as the viewer does not leave before it has said anything: once it has, it is read no further, and
    /// what it said is passed on wherever it goes.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn stays_or_speaks<T>(
        &mut self,
        work: impl Future<Output = T>,
    ) -> Result<T, CloseReason> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            end = self.leaves_unheard() => Err(end),
        }
    }

    async fn leaves_unheard(&mut self) -> CloseReason {
        const CLOSE: u8 = 8;
        if self.undecoded.is_empty() {
            let mut buffer = [0; 1024];
            match poll_fn(|cx| self.socket.poll_read(cx, &mut buffer)).await {
                Ok(0) | Err(_) => return CloseReason::ViewerClosed,
                Ok(read) => self.undecoded.extend_from_slice(&buffer[..read]),
            }
        }
        if self.undecoded.first().is_some_and(|first| first & 0xf == CLOSE)
            && let Err(end) = self.receive(&mut Vec::new()).await
        {
            return end;
        }
        pending().await
    }

    /// Waits until the viewer leaves, or has sent far more than anybody who waits. What it says is not looked at.
    pub(crate) async fn leaves(&mut self) {
        const MAX_READS: usize = 256;
        let mut ignored = [0; 64];
        for _ in 0..MAX_READS {
            if !matches!(
                poll_fn(|cx| self.socket.poll_read(cx, &mut ignored)).await,
                Ok(1..)
            ) {
                return;
            }
        }
    }

    /// Tells the viewer why it ends, unless it was the viewer that ended it. Then reads to its end, whatever it sends: a
    /// socket that is closed before that is reset, and the reason may be lost.
    pub(crate) async fn close(self, end: &CloseReason) {
        let goodbye = async {
            if *end != CloseReason::ViewerClosed {
                self.write(&close(end)).await?;
            }
            self.socket.finish_writing();
            // On the heap: an array would be part of the task of every session, from its beginning.
            let mut ignored = vec![0; 1024];
            while poll_fn(|cx| self.socket.poll_read(cx, &mut ignored)).await? > 0 {}
            io::Result::Ok(())
        };
        // Whether or not it listened: the socket closes now.
        let _ = timeout(CLOSE_TIMEOUT, goodbye).await;
    }

    async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = poll_fn(|cx| self.socket.poll_write(cx, bytes)).await?;
            bytes = &bytes[written..];
        }
        poll_fn(|cx| self.socket.poll_flush(cx)).await
    }
}

/// The longest header of a frame to a viewer: 2 bytes and an extended length of 8.
pub(crate) const LONGEST_HEADER: usize = 10;

/// Puts the header of a binary message of `len` bytes at the end of `room`, and says how long it is.
pub(crate) fn put_header(room: &mut [u8], len: usize) -> usize {
    put(OpCode::Data(Data::Binary), room, len)
}

fn put(opcode: OpCode, room: &mut [u8], len: usize) -> usize {
    let header = FrameHeader {
        opcode,
        ..FrameHeader::default()
    };
    let size = header.len(len as u64);
    let start = room.len() - size;
    // The room is at least LONGEST_HEADER, so this cannot fail.
    let _ = header.format(len as u64, &mut &mut room[start..]);
    size
}

fn frame(opcode: OpCode, payload: &[&[u8]]) -> Vec<u8> {
    let mut room = [0; LONGEST_HEADER];
    let size = put(opcode, &mut room, payload.iter().map(|part| part.len()).sum());
    let mut bytes = room[LONGEST_HEADER - size..].to_vec();
    bytes.extend(payload.iter().copied().flatten());
    bytes
}

/// A text message.
pub(crate) fn text(text: &str) -> Vec<u8> {
    frame(OpCode::Data(Data::Text), &[text.as_bytes()])
}

/// A pong frame that answers a ping of this payload.
pub(crate) fn pong(payload: &[u8]) -> Vec<u8> {
    frame(OpCode::Control(ControlCode::Pong), &[payload])
}

/// An empty ping frame.
pub(crate) fn ping() -> Vec<u8> {
    frame(OpCode::Control(ControlCode::Ping), &[])
}

/// The close frame that answers a viewer's, of which `code` is the status code (RFC 6455 §5.5.1).
pub(crate) fn close_answer(code: Option<u16>) -> Vec<u8> {
    let code = code.map(u16::to_be_bytes);
    frame(
        OpCode::Control(ControlCode::Close),
        &[code.as_ref().map_or(&[][..], |code| code)],
    )
}

/// The close frame that tells of `end`.
pub(crate) fn close(end: &CloseReason) -> Vec<u8> {
    let close = end.frame();
    let code = u16::from(close.code).to_be_bytes();
    frame(
        OpCode::Control(ControlCode::Close),
        &[&code, close.reason.as_bytes()],
    )
}
