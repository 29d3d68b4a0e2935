//! The byte path: one viewer, one VNC server, one task.
//!
//! Invariants:
//! - Nothing is queued. Each direction reads only when all that it read before is written, so a slow viewer slows its
//!   own server and nobody else.
//! - Buffers and pipes are borrowed only between a read and the end of its write. A session that waits holds none.
//! - Only whole frames go to the viewer: a pong, a ping, an event or a close frame waits for the frame under way to be
//!   written.
//! - What one side sent before it closed reaches the other side, as far as that side still takes it.
//! - A direction at full speed yields every [`FAIR_SHARE`] bytes, so that other sessions' small updates pass.
//! - Whatever ends the session from outside ends it also while a write is blocked; new rights are in force, and are said
//!   to be, as soon as the server has taken what was let through before and what makes it follow.

pub(crate) mod buffers;
mod close;
mod down;
pub(crate) mod frame;
pub(crate) mod full_speed;
mod outgoing;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]
mod tests;
mod up;
pub(crate) mod viewer;

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use porthole_rfb::{ClientReader, LateAnswer, Learnt};
use tokio::{
    runtime::{self, Handle},
    task::yield_now,
    time::{Instant, sleep_until},
};

use crate::{
    CloseReason,
    relay::{
        buffers::{LARGE, SMALL},
        outgoing::{HEADER_ROOM, Outgoing},
        viewer::Viewer,
    },
    session::registry::Session,
    transport::socket::Socket,
};
use up::Up;

/// How long the second ping in a row may stay without an answer.
const PONG_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes that one direction moves before other tasks get their turn.
const FAIR_SHARE: usize = 256 << 10;

/// What is read on a VNC route.
pub(crate) struct Conversation {
    /// All that the viewer says passes through it.
    pub(crate) reader: ClientReader,
    /// The server may still say that it knows the extended clipboard.
    pub(crate) late_answer: Option<LateAnswer>,
}

/// Relays between a viewer and a server until one of them or somebody else ends it.
pub(crate) struct Relay<V, S> {
    viewer: Viewer<V>,
    server: S,
    /// The runtime that tells when those two are ready.
    at: runtime::Id,
    session: Arc<Session>,
    up: Up,
    outgoing: Outgoing,
    /// A control frame for the viewer that waits for its turn.
    control: Option<Vec<u8>>,
    /// An event for the viewer that waits for its turn; a newer one takes its place.
    event: Option<Vec<u8>>,
    /// The server's last read filled its buffer: make room for more next time.
    bulk: bool,
    /// Bulk can pass without being copied, as far as is known.
    may_splice: bool,
    /// Looked for in what the server says, until there are pixels.
    late_answer: Option<LateAnswer>,
    /// It has just come.
    learnt: bool,
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

impl<V: Socket, S: Socket> Relay<V, S> {
    /// A relay that is ready to run. `rfb`: as what is said is read, on a VNC route.
    /// `heartbeat`: how often the viewer is pinged.
    pub(crate) fn new(
        mut viewer: Viewer<V>,
        server: S,
        session: Arc<Session>,
        rfb: Option<Conversation>,
        heartbeat: Duration,
    ) -> Self {
        let now = Instant::now();
        let may_splice = viewer.may_splice;
        let (reader, late_answer) = rfb.map_or((None, None), |talk| (Some(talk.reader), talk.late_answer));
        let up = Up::new(std::mem::take(&mut viewer.undecoded), reader, now);
        Self {
            viewer,
            server,
            at: Handle::current().id(),
            session,
            up,
            outgoing: Outgoing::Nothing,
            control: None,
            event: None,
            bulk: false,
            may_splice,
            late_answer,
            learnt: false,
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
    pub(crate) async fn run(mut self, expires: Option<Instant>) -> CloseReason {
        let session = Arc::clone(&self.session);
        let mut rights = session.rights();
        let end = loop {
            let check = self.silent_from().min(self.next_ping);
            let wake = expires.map_or(check, |expires| expires.min(check));
            tokio::select! {
                biased;
                end = session.ended() => break end,
                // `poll_up` takes them over.
                () = session.rights_change(rights) => rights = session.rights(),
                () = sleep_until(wake) => {
                    if let Some(end) = self.check_time(expires) {
                        break end;
                    }
                }
                end = poll_fn(|cx| self.poll(cx)) => break end,
            }
        };
        let end = session.explained(end).await;
        self.close(&end).await;
        end
    }

    /// When a viewer that gives no sign of life is gone.
    fn silent_from(&self) -> Instant {
        self.alive + 2 * self.heartbeat + PONG_TIMEOUT
    }

    fn check_time(&mut self, expires: Option<Instant>) -> Option<CloseReason> {
        let now = Instant::now();
        if expires.is_some_and(|expires| expires <= now) {
            return Some(CloseReason::Expired);
        }
        if self.silent_from() <= now {
            if !self.up.waits_for_server() {
                return Some(CloseReason::Silent);
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
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        self.settle();
        loop {
            if let Poll::Ready(end) = self.poll_up(cx) {
                self.up_finished = true;
                return Poll::Ready(end);
            }
            let waits_for_turn = self.waits_for_turn();
            if let Poll::Ready(end) = self.poll_down(cx) {
                return Poll::Ready(end);
            }
            // The event that tells the page is written, too, unless the viewer takes nothing.
            if let Some(rights) = self.up.rights_upstream.take() {
                self.session.confirm_rights(rights);
            }
            // What was learnt from the server may have given `poll_up` something to write.
            let can_write = std::mem::take(&mut self.learnt);
            let has_turn = waits_for_turn && self.control.is_none();
            if !can_write && !has_turn {
                return Poll::Pending;
            }
        }
    }

    /// Looks at what passes to the viewer before the first pixels.
    fn look_for_answer(&mut self, passing: &[u8]) {
        let Some(learnt) = self.late_answer.as_mut().and_then(|late| late.read(passing)) else {
            return;
        };
        self.late_answer = None;
        if learnt == Learnt::Extended {
            self.up.learn_extended_clipboard();
            self.learnt = true;
        }
    }

    /// Takes the sockets along when the session [goes on elsewhere](crate::relay::full_speed).
    fn settle(&mut self) {
        let here = Handle::current().id();
        if std::mem::replace(&mut self.at, here) != here {
            self.viewer.socket.move_here();
            self.server.move_here();
        }
    }

    /// `poll_up` has a pong to send, and the control frame before it is not written yet.
    fn waits_for_turn(&self) -> bool {
        self.up.control.is_some() && self.control.is_some()
    }
}

/// Lets the other tasks have their turn and, unlike a wake of one's own, the runtime look at its sockets before `cx` is
/// polled again.
fn yield_turn(cx: &mut Context<'_>) {
    // The first poll of it does that, and is never ready.
    let _ = pin!(yield_now()).poll(cx);
}

const _: () = assert!(HEADER_ROOM < SMALL && SMALL < LARGE);
