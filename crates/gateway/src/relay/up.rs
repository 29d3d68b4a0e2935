//! From the viewer to the server: frames are read in place, and on a VNC route message by message.

use std::{
    io::ErrorKind,
    ops::Range,
    task::{Context, Poll, ready},
};

use porthole_phrase::Explain;
use porthole_rfb::{ClientReader, Rights};
use tokio::time::Instant;

use super::{FAIR_SHARE, Relay, yield_turn};
use crate::{
    CloseReason,
    relay::{
        buffers::{Buffer, SMALL},
        frame::Control,
        viewer,
    },
    session::events::{self, Event},
    transport::socket::Socket,
};

/// From the viewer to the server.
pub(super) struct Up {
    buffer: Option<Buffer>,
    undecoded: Range<usize>,
    /// The viewer's last read filled its buffer: make room for more next time.
    bulk: bool,
    /// Unmasked bytes in `buffer` that wait to be written.
    payload: Range<usize>,
    /// On a VNC route: the reader, and what it let through.
    rfb: Option<(ClientReader, Instant)>,
    passed: Vec<u8>,
    /// All that makes these hold has been written.
    pub(super) rights_upstream: Option<Rights>,
    /// A control frame that stands behind `payload`.
    pub(super) control: Option<Control>,
    /// Nobody takes the payload any more.
    pub(super) discard: bool,
    /// What comes cannot be read as frames any more.
    pub(super) broken: bool,
}

impl Up {
    /// The way up, where `read_ahead` was read from the viewer before and is not decoded yet.
    pub(super) fn new(read_ahead: Vec<u8>, rfb: Option<ClientReader>, now: Instant) -> Self {
        let mut buffer = None;
        if !read_ahead.is_empty() {
            // At most what one read of the handshake brought, which is far less than a buffer.
            let mut borrowed = Buffer::borrow(read_ahead.len() > SMALL);
            borrowed[..read_ahead.len()].copy_from_slice(&read_ahead);
            buffer = Some(borrowed);
        }
        Self {
            buffer,
            undecoded: 0..read_ahead.len(),
            bulk: false,
            payload: 0..0,
            rfb: rfb.map(|reader| (reader, now)),
            passed: Vec::new(),
            rights_upstream: None,
            control: None,
            discard: false,
            broken: false,
        }
    }

    /// What follows from it goes to the server; until it has, nothing is [said to hold](Self::rights_upstream).
    pub(super) fn learn_extended_clipboard(&mut self) {
        if let Some((reader, _)) = &mut self.rfb {
            reader.learn_extended_clipboard(&mut self.passed);
            self.rights_upstream = None;
        }
    }

    /// There is something that the server has not taken yet.
    pub(super) fn waits_for_server(&self) -> bool {
        let waiting = !self.payload.is_empty() || !self.passed.is_empty();
        waiting && !self.discard
    }
}

impl<V: Socket, S: Socket> Relay<V, S> {
    /// Viewer to server. Ready when the viewer sends no more, or sends what it must not.
    pub(super) fn poll_up(&mut self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        let mut share = FAIR_SHARE;
        loop {
            ready!(self.poll_write_up(cx));
            if self.take_over_rights() {
                continue;
            }
            self.up.rights_upstream = self.up.rfb.as_ref().map(|(reader, _)| reader.rights());
            match self.up.control.take() {
                Some(Control::Close(code)) => {
                    self.close_answer = Some(viewer::close_answer(code));
                    return Poll::Ready(CloseReason::ViewerClosed);
                }
                Some(Control::Ping(_)) if self.viewer_gone => {}
                Some(ping) if self.control.is_some() => {
                    // Wakes when `poll_down` has written the one before.
                    self.up.control = Some(ping);
                    return Poll::Pending;
                }
                Some(Control::Ping(payload)) => self.control = Some(viewer::pong(&payload)),
                None => {}
            }
            if !self.up.undecoded.is_empty() {
                if let Err(end) = self.decode() {
                    return Poll::Ready(end);
                }
                continue;
            }
            self.up.buffer = None;
            if share == 0 {
                yield_turn(cx);
                return Poll::Pending;
            }
            if ready!(self.viewer.socket.poll_read_ready(cx)).is_err() {
                return Poll::Ready(CloseReason::ViewerClosed);
            }
            let mut buffer = Buffer::borrow(self.up.bulk);
            match self.viewer.socket.try_read(&mut buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => return Poll::Ready(CloseReason::ViewerClosed),
                Ok(read) => {
                    self.alive = Instant::now();
                    share = share.saturating_sub(read);
                    self.up.bulk = read == buffer.len() || (self.up.bulk && read >= SMALL);
                    self.up.buffer = Some(buffer);
                    self.up.undecoded = 0..read;
                }
            }
        }
    }

    /// Reads on with the rights that the session has now; `true` when they are new.
    fn take_over_rights(&mut self) -> bool {
        let (Some((reader, _)), Some(rights)) = (&mut self.up.rfb, self.session.rights()) else {
            return false;
        };
        if reader.rights() == rights {
            return false;
        }
        self.session.take_over_rights();
        reader.set_rights(rights, &mut self.up.passed);
        if self.viewer.reads_events && !self.down_finished {
            let rights = events::name(rights);
            self.event = Some(viewer::text(&Event::Rights { rights }.json()));
        }
        true
    }

    /// Decodes from the buffer up to the next control frame.
    fn decode(&mut self) -> Result<(), CloseReason> {
        let up = &mut self.up;
        let buffer = match &mut up.buffer {
            Some(buffer) if !up.broken => buffer,
            _ => {
                up.undecoded = 0..0;
                return Ok(());
            }
        };
        let start = up.undecoded.start;
        let step = self.viewer.frames.read(&mut buffer[up.undecoded.clone()])?;
        up.undecoded.start += step.consumed;
        up.control = step.control;
        if up.discard {
            return Ok(());
        }
        let payload = start + step.payload.start..start + step.payload.end;
        match &mut up.rfb {
            None => up.payload = payload,
            Some((reader, last)) => {
                reader.elapse(self.alive - *last);
                *last = self.alive;
                if let Some(updates) = self.session.link_updates() {
                    updates.tell_time(self.alive);
                }
                reader
                    .read(&buffer[payload], &mut up.passed)
                    .map_err(|error| CloseReason::BrokenRfb(error.cause()))?;
            }
        }
        Ok(())
    }

    /// Writes what is decoded to the server. A server that takes no more may still have something to say: its own end
    /// is what ends the session.
    fn poll_write_up(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let up = &mut self.up;
        let mut written = 0;
        while !up.discard {
            let bytes = match (&up.rfb, &up.buffer) {
                (Some(_), _) => &up.passed[written..],
                (None, Some(buffer)) => &buffer[up.payload.clone()],
                (None, None) => &[],
            };
            if bytes.is_empty() {
                break;
            }
            match self.server.poll_write(cx, bytes) {
                Poll::Pending => {
                    up.passed.drain(..written);
                    return Poll::Pending;
                }
                Poll::Ready(Err(_)) => up.discard = true,
                Poll::Ready(Ok(count)) => {
                    self.session.count_to_server(count);
                    if up.rfb.is_some() {
                        written += count
                    } else {
                        up.payload.start += count
                    }
                }
            }
        }
        up.payload = 0..0;
        up.passed = Vec::new();
        Poll::Ready(())
    }
}
