//! The byte path: one viewer, one VNC server, one task.
//!
//! Invariants:
//! - Nothing is queued. Each direction reads only when all that it read before is written, so a slow viewer slows its
//!   own server and nobody else.
//! - Buffers and pipes are borrowed only between a read and the end of its write. A session that waits holds none.
//! - Only whole frames go to the viewer: a pong, a ping or a close frame waits for the frame under way to be written.
//! - What one side sent before it closed reaches the other side, as far as that side still takes it.
//! - A direction at full speed yields every [`FAIR_SHARE`] bytes, so that other sessions' small updates pass.
//! - Whatever ends the session from outside ends it also while a write is blocked.

use std::{
    future::poll_fn,
    io::{self, ErrorKind},
    ops::Range,
    task::{Context, Poll, ready},
    time::Duration,
};

use porthole_rfb::ClientReader;
use tokio::time::{Instant, sleep_until, timeout};

use crate::{
    End,
    buffers::{Buffer, LARGE, SMALL},
    frame::Control,
    outgoing::{HEADER_ROOM, Outgoing},
    session::Session,
    socket::Socket,
    splice::Pipe,
    viewer::{self, Viewer},
};

/// How long the second ping in a row may stay without an answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long the two sides have to take what is left and say goodbye.
const GOODBYE: Duration = Duration::from_secs(3);
/// Bytes that one direction moves before other tasks get their turn.
const FAIR_SHARE: usize = 1 << 20;

/// Relays between a viewer and a server until one of them or somebody else ends it.
pub(crate) struct Relay<'a, V, S> {
    viewer: Viewer<V>,
    server: &'a S,
    session: &'a Session,
    up: Up,
    outgoing: Outgoing,
    /// A control frame for the viewer that waits for its turn.
    control: Option<Vec<u8>>,
    /// The server's last read filled its buffer: make room for more next time.
    bulk: bool,
    /// Bulk can pass without being copied, as far as is known.
    may_splice: bool,
    down_finished: bool,
    up_finished: bool,
    /// The answer to the close frame that the viewer sent.
    close_answer: Option<Vec<u8>>,
    /// The viewer takes no more; what it sent before may still have to be passed on.
    viewer_gone: bool,
    /// A write to the viewer waits until it takes what it was sent before.
    stuck: bool,
    /// When the viewer last gave a sign of life: a byte of its own, or room for a write that was stuck. (A write that
    /// need not wait is no sign: the system takes it also when the viewer's machine is long gone.)
    alive: Instant,
    heartbeat: Duration,
    next_ping: Instant,
}

/// From the viewer to the server.
struct Up {
    buffer: Option<Buffer>,
    undecoded: Range<usize>,
    /// The viewer's last read filled its buffer: make room for more next time.
    bulk: bool,
    /// Unmasked bytes in `buffer` that wait to be written.
    payload: Range<usize>,
    /// On a VNC route: the reader, and what it let through.
    rfb: Option<(ClientReader, Instant)>,
    passed: Vec<u8>,
    /// A control frame that stands behind `payload`.
    control: Option<Control>,
    /// Nobody takes the payload any more.
    discard: bool,
    /// What comes cannot be read as frames any more.
    broken: bool,
}

impl Up {
    /// There is something that the server has not taken yet.
    fn waits_for_server(&self) -> bool {
        let waiting = !self.payload.is_empty() || !self.passed.is_empty();
        waiting && !self.discard
    }
}

impl<'a, V: Socket, S: Socket> Relay<'a, V, S> {
    /// A relay that is ready to run. With `rfb`, what the viewer sends passes through that reader.
    /// `heartbeat`: how often the viewer is pinged.
    pub(crate) fn new(
        mut viewer: Viewer<V>,
        server: &'a S,
        session: &'a Session,
        rfb: Option<ClientReader>,
        heartbeat: Duration,
    ) -> Self {
        let now = Instant::now();
        let mut up = Up {
            buffer: None,
            undecoded: 0..0,
            bulk: false,
            payload: 0..0,
            rfb: rfb.map(|reader| (reader, now)),
            passed: Vec::new(),
            control: None,
            discard: false,
            broken: false,
        };
        let read_ahead = std::mem::take(&mut viewer.undecoded);
        if !read_ahead.is_empty() {
            // At most what one read of the handshake brought, which is far less than a buffer.
            let mut buffer = Buffer::borrow(read_ahead.len() > SMALL);
            buffer[..read_ahead.len()].copy_from_slice(&read_ahead);
            up.buffer = Some(buffer);
            up.undecoded = 0..read_ahead.len();
        }
        Self {
            viewer,
            server,
            session,
            up,
            outgoing: Outgoing::Nothing,
            control: None,
            bulk: false,
            may_splice: true,
            down_finished: false,
            up_finished: false,
            close_answer: None,
            viewer_gone: false,
            stuck: false,
            alive: now,
            heartbeat,
            next_ping: now + heartbeat,
        }
    }

    /// Runs until the session ends, says goodbye to both sides, and tells why it ended. `expires`: when to cut it.
    pub(crate) async fn run(mut self, expires: Option<Instant>) -> End {
        let session = self.session;
        let end = loop {
            let check = self.silent_from().min(self.next_ping);
            let wake = expires.map_or(check, |expires| expires.min(check));
            tokio::select! {
                biased;
                end = session.ended() => break end,
                () = sleep_until(wake) => {
                    if let Some(end) = self.check_time(expires) {
                        break end;
                    }
                }
                end = poll_fn(|cx| self.poll(cx)) => break end,
            }
        };
        let end = session.explained(end).await;
        self.say_goodbye(&end).await;
        end
    }

    /// When a viewer that gives no sign of life is gone.
    fn silent_from(&self) -> Instant {
        self.alive + 2 * self.heartbeat + ANSWER
    }

    fn check_time(&mut self, expires: Option<Instant>) -> Option<End> {
        let now = Instant::now();
        if expires.is_some_and(|expires| expires <= now) {
            return Some(End::Expired);
        }
        if self.silent_from() <= now {
            if !self.up.waits_for_server() {
                return Some(End::Silent);
            }
            // Nobody listens to the viewer while the server takes nothing, so it cannot be called silent.
            self.alive = now;
        }
        if self.next_ping <= now {
            self.next_ping = now + self.heartbeat;
            self.control.get_or_insert_with(viewer::ping);
        }
        None
    }

    /// Moves what can be moved, both ways. Ready with the first end of either side.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            if let Poll::Ready(end) = self.poll_up(cx) {
                self.up_finished = true;
                return Poll::Ready(end);
            }
            let waits_for_turn = self.waits_for_turn();
            if let Poll::Ready(end) = self.poll_down(cx) {
                return Poll::Ready(end);
            }
            if !(waits_for_turn && self.control.is_none()) {
                return Poll::Pending;
            }
        }
    }

    /// Passes on what is left and tells the viewer why. Whoever does not take it in time loses it.
    async fn say_goodbye(&mut self, end: &End) {
        match end {
            End::TargetClosed | End::DisplayEnded(_) => {}
            End::ViewerClosed => {
                if !self.up_finished {
                    // Writing to it failed; what it sent before that still waits in its socket.
                    let _ = timeout(GOODBYE, poll_fn(|cx| self.poll_up(cx))).await;
                }
                self.server.finish_writing();
                // What the server still says to what it was sent.
                let _ = timeout(GOODBYE, poll_fn(|cx| self.poll_down(cx))).await;
                self.up_finished = true;
            }
            _ => self.up.discard = true,
        }
        self.up.broken = matches!(end, End::BrokenWebSocket(_) | End::TextFrame);
        self.up_finished &= !self.up.broken;
        self.down_finished = true;
        let close = self.close_answer.take().unwrap_or_else(|| viewer::close(end));
        self.control = Some(close);
        let goodbye = async {
            if self.up.broken {
                // Its answer would not be understood: it gets the end of the stream at once, and is read to its own.
                poll_fn(|cx| self.poll_down(cx)).await;
                self.viewer.socket.finish_writing();
            }
            poll_fn(|cx| self.poll_to_the_end(cx)).await;
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }

    /// Ready when the close frame is written and the viewer has answered it.
    fn poll_to_the_end(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if !self.up_finished {
                self.up_finished = self.poll_up(cx).is_ready();
            }
            let waits_for_turn = self.waits_for_turn();
            match self.poll_down(cx) {
                Poll::Ready(End::ViewerClosed) => return Poll::Ready(()),
                Poll::Ready(_) if self.up_finished => return Poll::Ready(()),
                _ if waits_for_turn && self.control.is_none() => {}
                _ => return Poll::Pending,
            }
        }
    }

    /// `poll_up` has a pong to send, and the control frame before it is not written yet.
    fn waits_for_turn(&self) -> bool {
        self.up.control.is_some() && self.control.is_some()
    }
}

impl<V: Socket, S: Socket> Relay<'_, V, S> {
    /// Server to viewer. Ready when one of the two takes or gives no more, and all that was under way is written.
    fn poll_down(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let mut share = FAIR_SHARE;
        loop {
            if ready!(self.poll_flush(cx)).is_err() {
                self.viewer_gone = true;
                return Poll::Ready(End::ViewerClosed);
            }
            if let Some(control) = self.control.take() {
                self.outgoing = Outgoing::Control(control, 0);
                continue;
            }
            if self.down_finished {
                return Poll::Ready(End::TargetClosed);
            }
            if share == 0 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if ready!(self.server.poll_read_ready(cx)).is_err() {
                self.down_finished = true;
                continue;
            }
            match self.take_in() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => self.down_finished = true,
                Ok(read) => {
                    share = share.saturating_sub(read);
                    self.session.count_to_viewer(read);
                }
            }
        }
    }

    /// Takes what the server has sent as the next frame to the viewer, and says how much it is; 0 is the end.
    fn take_in(&mut self) -> io::Result<usize> {
        if self.bulk
            && self.may_splice
            && let Some(mut pipe) = Pipe::borrow()
        {
            match self.server.try_fill(&mut pipe) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(error),
                // Nothing was moved: whatever it is that cannot be spliced can be copied, or fails again.
                Err(_) => self.may_splice = false,
                Ok(read) => {
                    self.bulk = read >= SMALL;
                    if read > 0 {
                        self.outgoing = Outgoing::spliced(pipe);
                    }
                    return Ok(read);
                }
            }
        }
        let mut buffer = Buffer::borrow(self.bulk);
        let read = self.server.try_read(&mut buffer[HEADER_ROOM..])?;
        self.bulk = read + HEADER_ROOM == buffer.len() || (self.bulk && read >= SMALL);
        if read > 0 {
            self.outgoing = Outgoing::copied(buffer, read);
        }
        Ok(read)
    }

    /// Writes what is under way to the viewer, to its end.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !matches!(self.outgoing, Outgoing::Nothing) {
            let Poll::Ready(ready) = self.viewer.socket.poll_write_ready(cx) else {
                self.stuck = true;
                return Poll::Pending;
            };
            ready?;
            match self.outgoing.write(&self.viewer.socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(()) if std::mem::take(&mut self.stuck) => self.alive = Instant::now(),
                Ok(()) => {}
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Viewer to server. Ready when the viewer sends no more, or sends what it must not.
    fn poll_up(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let mut share = FAIR_SHARE;
        loop {
            ready!(self.poll_write_up(cx));
            match self.up.control.take() {
                Some(Control::Close(code)) => {
                    self.close_answer = Some(viewer::close_answer(code));
                    return Poll::Ready(End::ViewerClosed);
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
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if ready!(self.viewer.socket.poll_read_ready(cx)).is_err() {
                return Poll::Ready(End::ViewerClosed);
            }
            let mut buffer = Buffer::borrow(self.up.bulk);
            match self.viewer.socket.try_read(&mut buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => return Poll::Ready(End::ViewerClosed),
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

    /// Decodes from the buffer up to the next control frame.
    fn decode(&mut self) -> Result<(), End> {
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
                reader
                    .read(&buffer[payload], &mut up.passed)
                    .map_err(|error| End::BrokenRfb(error.to_string()))?;
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

const _: () = assert!(HEADER_ROOM < SMALL && SMALL < LARGE);
