//! From the server to the viewer: what was read is one frame, copied or spliced, and the next read waits for its end.

use std::{
    io::{self, ErrorKind},
    task::{Context, Poll, ready},
};

use tokio::time::Instant;

use super::{FAIR_SHARE, Relay, yield_turn};
use crate::{
    CloseReason,
    platform::splice::Pipe,
    relay::{
        buffers::{Buffer, SMALL},
        outgoing::{HEADER_ROOM, Outgoing},
    },
    transport::socket::Socket,
};

impl<V: Socket, S: Socket> Relay<V, S> {
    /// Server to viewer. Ready when one of the two takes or gives no more, and all that was under way is written.
    pub(super) fn poll_down(&mut self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        let mut share = FAIR_SHARE;
        loop {
            if ready!(self.poll_flush(cx)).is_err() {
                self.viewer_gone = true;
                return Poll::Ready(CloseReason::ViewerClosed);
            }
            if let Some(frame) = self.control.take().or_else(|| self.event.take()) {
                self.outgoing = Outgoing::Whole(frame, 0);
                continue;
            }
            if self.down_finished {
                return Poll::Ready(CloseReason::TargetClosed);
            }
            if share == 0 {
                yield_turn(cx);
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
            && self.late_answer.is_none()
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
        let end = buffer.len().min(self.viewer.socket.most_at_once());
        let read = self.server.try_read(&mut buffer[HEADER_ROOM..end])?;
        self.bulk = read + HEADER_ROOM == end || (self.bulk && read >= SMALL);
        if read > 0 {
            self.look_for_answer(&buffer[HEADER_ROOM..HEADER_ROOM + read]);
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
        let flushed = self.viewer.socket.poll_flush(cx);
        match &flushed {
            Poll::Pending => self.stuck = true,
            Poll::Ready(Ok(())) if std::mem::take(&mut self.stuck) => self.alive = Instant::now(),
            Poll::Ready(_) => {}
        }
        flushed
    }
}
