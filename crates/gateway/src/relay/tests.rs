//! What the front door cannot arrange: a server that takes some bytes and not the next.

use std::{
    io::{self, ErrorKind},
    net::Ipv4Addr,
    sync::{Mutex, MutexGuard},
};

use porthole_rfb::{Rights, ServerClipboard};

use super::*;
use crate::{Grant, HEARTBEAT, Route, Sessions, Target, Token, platform::splice::Pipe};

/// What Xtigervnc says of its extended clipboard.
const CAPS: [u8; 16] = [3, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8, 0x1f, 0, 0, 1, 0, 0, 0, 0];
const KEY: [u8; 8] = [4, 1, 0, 0, 0, 0, 0, b'a'];
const KEY_UP: [u8; 8] = [4, 0, 0, 0, 0, 0, 0, b'a'];

/// A socket in which everything is by hand.
#[derive(Default)]
struct Wire(Mutex<Ends>);

#[derive(Default)]
struct Ends {
    to_read: Vec<u8>,
    /// How much may still be written.
    room: usize,
    written: Vec<u8>,
}

impl Wire {
    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.0.lock().unwrap()
    }
}

fn ready(is_ready: bool) -> Poll<io::Result<()>> {
    if is_ready {
        Poll::Ready(Ok(()))
    } else {
        Poll::Pending
    }
}

impl Socket for Wire {
    fn poll_read_ready(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready(!self.ends().to_read.is_empty())
    }

    fn poll_write_ready(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready(self.ends().room > 0)
    }

    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut ends = self.ends();
        let count = ends.to_read.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ends.to_read[..count]);
        ends.to_read.drain(..count);
        Ok(count)
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut ends = self.ends();
        let count = ends.room.min(bytes.len());
        ends.room -= count;
        ends.written.extend(&bytes[..count]);
        if count == 0 {
            Err(ErrorKind::WouldBlock.into())
        } else {
            Ok(count)
        }
    }

    fn try_write_more(&self, bytes: &[u8]) -> io::Result<usize> {
        self.try_write(bytes)
    }

    fn try_fill(&self, _: &mut Pipe) -> io::Result<usize> {
        Err(ErrorKind::Unsupported.into())
    }

    fn try_drain(&self, _: &mut Pipe) -> io::Result<usize> {
        Err(ErrorKind::Unsupported.into())
    }

    fn finish_writing(&self) {}
}

/// Control is taken away and, before that is said, the server turns out to know the extended clipboard: then the wall before
/// its clipboard is part of it.
#[tokio::test]
async fn control_is_not_said_to_be_gone_before_the_wall_that_a_late_answer_asks_for_is_upstream() {
    let sessions = Sessions::default();
    let grant = Grant {
        display: "alice".into(),
        name: "Alice".into(),
        target: Target::Unix("/nowhere".into()),
        route: Route::Vnc {
            password: None,
            rights: Rights::Control,
        },
        expires: None,
        door: None,
    };
    let session = sessions.begin(
        &grant,
        Token::from("alice").hash(),
        Ipv4Addr::LOCALHOST.into(),
        false,
    );
    session.enforce_rights();
    let id = session.info().id;
    let mut reader = ClientReader::new(Rights::Control);
    reader.read(&KEY, &mut Vec::new()).unwrap();
    let talk = Conversation {
        reader,
        late_answer: ServerClipboard::new(Rights::Control).look_out(&[]).ok(),
    };
    assert!(talk.late_answer.is_some());
    let viewer = Viewer::new(Wire::default(), &[], false);
    viewer.socket.ends().room = usize::MAX;
    let mut relay = Relay::new(viewer, Wire::default(), Arc::new(session), Some(talk), HEARTBEAT);
    let mut cx = Context::from_waker(std::task::Waker::noop());
    assert!(relay.poll(&mut cx).is_pending());

    let mut set = pin!(sessions.set_rights(id, Rights::View));
    assert!(set.as_mut().poll(&mut cx).is_pending());
    relay.server.ends().room = KEY_UP.len();
    relay.server.ends().to_read.extend(CAPS);
    assert!(relay.poll(&mut cx).is_pending());
    assert_eq!(relay.server.ends().written, KEY_UP);
    assert!(set.as_mut().poll(&mut cx).is_pending(), "the wall is not up");
    assert_eq!(sessions.list()[0].rights, Some(Rights::Control));

    let wall = [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0x09, 0, 0, 0];
    let due = [&ServerClipboard::QUESTION[..], &wall].concat();
    for room in [due.len() - 1, 1] {
        assert!(set.as_mut().poll(&mut cx).is_pending());
        relay.server.ends().room = room;
        assert!(relay.poll(&mut cx).is_pending());
    }
    assert_eq!(set.as_mut().poll(&mut cx), Poll::Ready(Ok(())));
    assert_eq!(relay.server.ends().written[KEY_UP.len()..], due);
}
