//! How a session ends: what is left is passed on, and the viewer is told why.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::timeout;

use crate::relay::Relay;
use crate::{CloseReason, relay::viewer, transport::socket::Socket};

/// How long the two sides have to take what is left and say goodbye.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

impl<V: Socket, S: Socket> Relay<V, S> {
    /// Passes on what is left and tells the viewer why. Whoever does not take it in time loses it.
    pub(super) async fn close(&mut self, end: &CloseReason) {
        match end {
            CloseReason::TargetClosed | CloseReason::DisplayEnded(_) => {}
            CloseReason::ViewerClosed => {
                if !self.up_finished {
                    // Writing to it failed; what it sent before that still waits in its socket.
                    let _ = timeout(CLOSE_TIMEOUT, poll_fn(|cx| self.poll_up(cx))).await;
                }
                self.server.finish_writing();
                // What the server still says to what it was sent.
                let _ = timeout(CLOSE_TIMEOUT, poll_fn(|cx| self.poll_down(cx))).await;
                self.up_finished = true;
            }
            _ => self.up.discard = true,
        }
        self.up.broken = matches!(end, CloseReason::BrokenWebSocket(_) | CloseReason::TextFrame);
        self.up_finished &= !self.up.broken;
        self.down_finished = true;
        self.event = None;
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
        let _ = timeout(CLOSE_TIMEOUT, goodbye).await;
    }

    /// Ready when the close frame is written and the viewer has answered it.
    fn poll_to_the_end(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if !self.up_finished {
                self.up_finished = self.poll_up(cx).is_ready();
            }
            let waits_for_turn = self.waits_for_turn();
            match self.poll_down(cx) {
                Poll::Ready(CloseReason::ViewerClosed) => return Poll::Ready(()),
                Poll::Ready(_) if self.up_finished => return Poll::Ready(()),
                _ if waits_for_turn && self.control.is_none() => {}
                _ => return Poll::Pending,
            }
        }
    }
}
