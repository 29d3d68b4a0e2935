//! Rights that change in the middle of a session.

use std::time::Duration;

use futures_util::FutureExt;
use porthole_gateway::{Rights, RightsError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    common::{
        Server, TestGateway, TestTarget, Viewer, echo, hold_clock, receive, send, viewer::event, vnc, wire,
        within,
    },
    relay_bytes::write_until_blocked,
    vnc_route::{Desk, KEY, POINTER, UPDATE_REQUEST, handshake, hears},
};

const KEY_UP: [u8; 8] = [4, 0, 0, 0, 0, 0, 0, b'a'];
const POINTER_UP: [u8; 6] = [5, 0, 0, 10, 0, 10];
/// QEMU's key event: the symbol b on the key of code 0x30.
const QEMU_KEY: [u8; 12] = [255, 0, 0, 1, 0, 0, 0, b'b', 0, 0, 0, 0x30];
const QEMU_KEY_UP: [u8; 12] = [255, 0, 0, 0, 0, 0, 0, b'b', 0, 0, 0, 0x30];

impl Desk {
    async fn set_rights(&self, rights: Rights) {
        let sessions = self.gateway.sessions();
        let id = sessions.list()[0].id;
        within(sessions.set_rights(id, rights)).await.unwrap();
        assert_eq!(sessions.list()[0].rights, Some(rights));
    }
}

fn told(rights: &str) -> String {
    format!(r#"{{"type":"rights","rights":"{rights}"}}"#)
}

#[tokio::test]
async fn a_viewer_loses_its_hands_and_gets_them_back_in_one_session() {
    let desk = Desk::new(None, Rights::Control).await;
    let mut viewer = desk.gateway.page("alice").await;
    let mut server = desk.target.accept().await;
    let viewer_side = async {
        receive(&mut viewer, 12).await;
        send(&mut viewer, vnc::VERSION).await;
        receive(&mut viewer, 2).await;
        send(&mut viewer, &[1]).await;
        receive(&mut viewer, 4).await;
        send(&mut viewer, &[0]).await;
        let welcome = event(&mut viewer).await;
        assert_eq!(
            welcome,
            r#"{"type":"welcome","display":"Alice","rights":"control","secondsLeft":null,"once":false}"#
        );
        receive(&mut viewer, vnc::SERVER_INIT.len()).await;
    };
    tokio::join!(viewer_side, vnc::serve(&mut server, None));
    let _clock = hold_clock();
    let mut changes = desk.gateway.sessions().changes();
    for _ in 0..3 {
        send(&mut viewer, &[&KEY[..], &QEMU_KEY, &POINTER].concat()).await;
        hears(&mut server, &[&KEY[..], &QEMU_KEY, &POINTER].concat()).await;
        changes.mark_unchanged();
        desk.set_rights(Rights::View).await;
        assert!(changes.has_changed().unwrap());
        hears(&mut server, &[&KEY_UP[..], &QEMU_KEY_UP, &POINTER_UP].concat()).await;
        assert_eq!(event(&mut viewer).await, told("view"));
        send(
            &mut viewer,
            &[&KEY[..], &UPDATE_REQUEST, &QEMU_KEY, &POINTER].concat(),
        )
        .await;
        hears(&mut server, &UPDATE_REQUEST).await;
        // Once more is no change.
        desk.set_rights(Rights::View).await;
        desk.set_rights(Rights::Control).await;
        assert_eq!(event(&mut viewer).await, told("control"));
    }
    send(&mut viewer, &KEY_UP).await;
    hears(&mut server, &KEY_UP).await;
}

#[tokio::test]
async fn control_is_taken_from_a_viewer_that_does_not_read() {
    let desk = Desk::new(None, Rights::Control).await;
    let hello = [&vnc::VERSION[..], &[1, 1], &KEY].concat();
    let hello = wire::frame(wire::BINARY, &hello);
    let mut viewer = wire::open_with(&desk.gateway, "alice, porthole.events", &hello).await;
    let mut server = desk.target.accept().await;
    vnc::serve(&mut server, None).await;
    hears(&mut server, &KEY).await;
    let pixels = [7; 100_000];
    write_until_blocked(&mut server, &pixels).await;
    let _clock = hold_clock();
    // The answers to these wait for their turn, and so do the keys behind them.
    let ping = wire::frame(wire::PING, b"?");
    let key = wire::frame(wire::BINARY, &QEMU_KEY);
    within(viewer.write_all(&[ping.clone(), ping, key].concat()))
        .await
        .unwrap();
    desk.set_rights(Rights::View).await;
    hears(&mut server, &KEY_UP).await;
    // Once it reads, it is told, between two whole frames.
    let mut events = Vec::new();
    while events.len() < 2 {
        let (first, payload) = wire::read_frame(&mut viewer).await;
        match first {
            wire::TEXT => events.push(String::from_utf8(payload).unwrap()),
            wire::BINARY | wire::PONG => {}
            other => panic!("a frame of {other:#x}"),
        }
    }
    assert!(events[0].contains("welcome"), "{events:?}");
    assert_eq!(events[1], told("view"));
    let request = wire::frame(wire::BINARY, &UPDATE_REQUEST);
    within(viewer.write_all(&request)).await.unwrap();
    hears(&mut server, &UPDATE_REQUEST).await;
}

#[tokio::test]
async fn control_is_taken_behind_what_a_slow_server_has_still_to_take() {
    let desk = Desk::new(None, Rights::Control).await;
    let hello = wire::frame(wire::BINARY, &[&vnc::VERSION[..], &[1, 1]].concat());
    let mut viewer = wire::open_with(&desk.gateway, "alice", &hello).await;
    let mut server = desk.target.accept().await;
    vnc::serve(&mut server, None).await;
    let message = wire::frame(wire::BINARY, &KEY.repeat(1000));
    let taken = write_until_blocked(&mut viewer, &message).await;
    // The server has five seconds to be told, however long it takes to read what stands before that.
    let _clock = hold_clock();
    // However often they change meanwhile, the last ones hold, and nothing piles up.
    let sessions = desk.gateway.sessions();
    let id = sessions.list()[0].id;
    for _ in 0..1000 {
        for rights in [Rights::View, Rights::Control] {
            // Whoever does not wait for it has asked all the same.
            let asked = sessions.set_rights(id, rights).now_or_never();
            assert_eq!(asked, (rights == Rights::Control).then_some(Ok(())));
            tokio::task::yield_now().await;
        }
    }
    let demoted = sessions.set_rights(id, Rights::View);
    let told = async {
        assert_eq!(within(demoted).await, Ok(()));
        assert_eq!(sessions.list()[0].rights, Some(Rights::View));
    };
    let rest = &message[taken % message.len()..];
    let request = wire::frame(wire::BINARY, &UPDATE_REQUEST);
    let write = async {
        within(viewer.write_all(rest)).await.unwrap();
        within(viewer.write_all(&request)).await.unwrap();
    };
    let read = async {
        let (mut keys, mut next) = (0, [0; 8]);
        loop {
            within(server.read_exact(&mut next)).await.unwrap();
            if next != KEY {
                break (keys, next);
            }
            keys += 1;
        }
    };
    assert_eq!(
        sessions.list()[0].rights,
        Some(Rights::Control),
        "it is not told yet"
    );
    let ((keys, next), (), ()) = tokio::join!(read, write, told);
    // The key was let go, and from then on nothing but the request came.
    assert_eq!(next, KEY_UP, "after {keys} keys");
    hears(&mut server, &UPDATE_REQUEST).await;
}

const KEY_B: [u8; 8] = [4, 1, 0, 0, 0, 0, 0, b'b'];

/// Messages that need control, and how much of each is sent before the rights change.
fn begun() -> Vec<(Vec<u8>, usize)> {
    let filled = |head: &[u8], length| [head, &vec![4; length]].concat();
    vec![
        // Clipboard texts of 64 KiB, in the way of before and extended.
        (filled(&[6, 0, 0, 0, 0, 1, 0, 0], 0x1_0000), 9),
        (filled(&[6, 0, 0, 0, 0, 1, 0, 0], 0x1_0000), 60_000),
        (filled(&[6, 0, 0, 0, 0xff, 0xff, 0, 0, 0x10, 0, 0, 1], 0xfffc), 13),
        // A screen layout, and half of one.
        (filled(&[251, 0, 4, 0, 3, 0, 255, 0], 255 * 16), 8),
        (filled(&[251, 0, 4, 0, 3, 0, 255, 0], 255 * 16), 2000),
        // A key, QEMU's key, a button, a fence that wants an answer, xvp.
        (KEY_B.to_vec(), 7),
        (QEMU_KEY.to_vec(), 11),
        (vec![5, 2, 0, 1, 0, 1], 4),
        (filled(&[248, 0, 0, 0, 0x80, 0, 0, 0, 64], 64), 12),
        (vec![250, 0, 1, 2], 3),
    ]
}

/// What Xtigervnc says of its extended clipboard.
const CAPS: [u8; 16] = [3, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8, 0x1f, 0, 0, 1, 0, 0, 0, 0];
const WALL: [u8; 12] = [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0x09, 0, 0, 0];
/// The extended clipboard, in a list of its own.
const ENCODINGS: [u8; 8] = [2, 0, 0, 1, 0xc0, 0xa1, 0xe5, 0xce];

/// A page in control of a server that knows the extended clipboard.
async fn page_in_control(desk: &Desk) -> (Viewer, Server) {
    let mut viewer = desk.gateway.page("alice").await;
    let mut server = desk.target.accept().await;
    let viewer_side = async {
        receive(&mut viewer, 12).await;
        send(&mut viewer, vnc::VERSION).await;
        receive(&mut viewer, 2).await;
        send(&mut viewer, &[1]).await;
        receive(&mut viewer, 4).await;
        send(&mut viewer, &[0]).await;
        event(&mut viewer).await;
        receive(&mut viewer, vnc::SERVER_INIT.len()).await;
    };
    let server_side = async {
        within(vnc::log_in(&mut server, None)).await;
        hears(&mut server, &vnc::hello()).await;
        let said = [vnc::SERVER_INIT, &CAPS].concat();
        within(server.write_all(&said)).await.unwrap();
    };
    tokio::join!(viewer_side, server_side);
    (viewer, server)
}

#[tokio::test]
async fn a_message_that_was_begun_in_control_is_neither_waited_for_nor_ended_without() {
    let _clock = hold_clock();
    for (message, at) in begun() {
        let (head, rest) = message.split_at(at);
        let rest = [rest, &UPDATE_REQUEST].concat();
        let desk = Desk::new(None, Rights::Control).await;
        let (mut viewer, mut server) = page_in_control(&desk).await;
        send(&mut viewer, &[&KEY[..], head].concat()).await;
        hears(&mut server, &KEY).await;
        desk.set_rights(Rights::View).await;
        hears(&mut server, &[&KEY_UP[..], &ENCODINGS, &WALL].concat()).await;
        assert_eq!(event(&mut viewer).await, told("view"));
        send(&mut viewer, &rest).await;
        hears(&mut server, &UPDATE_REQUEST).await;
        // And the other way round: what was begun without control is not sent with it.
        send(&mut viewer, &[&UPDATE_REQUEST, head].concat()).await;
        hears(&mut server, &UPDATE_REQUEST).await;
        desk.set_rights(Rights::Control).await;
        assert_eq!(event(&mut viewer).await, told("control"));
        send(&mut viewer, &[&rest[..], &KEY].concat()).await;
        hears(&mut server, &[&UPDATE_REQUEST[..], &KEY].concat()).await;
    }
}

/// A demotion that could not be carried out would be a lie.
#[tokio::test]
async fn a_session_whose_server_cannot_be_told_is_ended() {
    let desk = Desk::new(None, Rights::Control).await;
    let hello = wire::frame(wire::BINARY, &[&vnc::VERSION[..], &[1, 1]].concat());
    let mut viewer = wire::open_with(&desk.gateway, "alice", &hello).await;
    let mut server = desk.target.accept().await;
    vnc::serve(&mut server, None).await;
    let message = wire::frame(wire::BINARY, &KEY.repeat(1000));
    write_until_blocked(&mut viewer, &message).await;
    let clock = hold_clock();
    let sessions = desk.gateway.sessions();
    let id = sessions.list()[0].id;
    let (first, second, ()) = tokio::join!(
        within(sessions.set_rights(id, Rights::View)),
        within(sessions.set_rights(id, Rights::View)),
        async {
            tokio::task::yield_now().await;
            assert_eq!(sessions.list()[0].rights, Some(Rights::Control));
            clock.advance(Duration::from_secs(6)).await;
            // Its end takes time, too.
            drop(clock);
        }
    );
    assert_eq!(
        (first, second),
        (Err(RightsError::Ended), Err(RightsError::Ended))
    );
    assert!(sessions.list().is_empty());
    let (code, _) = wire::read_close(&mut viewer).await;
    assert_eq!(code, 4002);
    // What it had let through before ends somewhere, and nothing else comes.
    let mut heard = Vec::new();
    let _ = within(server.read_to_end(&mut heard)).await;
    assert!(heard.chunks(8).all(|key| KEY.starts_with(key)));
}

#[tokio::test]
async fn a_visitor_who_is_not_quite_there_is_demoted_too() {
    // Before it has said that it wants in: nothing of it is read yet.
    let desk = Desk::new(None, Rights::Control).await;
    let mut viewer = wire::open_with(&desk.gateway, "alice, porthole.events", b"").await;
    let mut server = desk.target.accept().await;
    within(vnc::log_in(&mut server, None)).await;
    desk.set_rights(Rights::View).await;
    let hello = [&vnc::VERSION[..], &[1, 1], &KEY, &UPDATE_REQUEST].concat();
    within(viewer.write_all(&wire::frame(wire::BINARY, &hello)))
        .await
        .unwrap();
    hears(&mut server, &vnc::hello()).await;
    within(server.write_all(vnc::SERVER_INIT)).await.unwrap();
    hears(&mut server, &UPDATE_REQUEST).await;

    // While the server is asked for its screen: once that is there, or not at all.
    for answers in [true, false] {
        let desk = Desk::new(None, Rights::Control).await;
        let hello = wire::frame(wire::BINARY, &[&vnc::VERSION[..], &[1, 1]].concat());
        let mut viewer = wire::open_with(&desk.gateway, "alice", &hello).await;
        let mut server = desk.target.accept().await;
        within(vnc::log_in(&mut server, None)).await;
        hears(&mut server, &vnc::hello()).await;
        let sessions = desk.gateway.sessions();
        let id = sessions.list()[0].id;
        let (set, ()) = tokio::join!(within(sessions.set_rights(id, Rights::View)), async {
            assert_eq!(sessions.list()[0].rights, Some(Rights::Control));
            if answers {
                within(server.write_all(vnc::SERVER_INIT)).await.unwrap();
            } else {
                let clock = hold_clock();
                tokio::task::yield_now().await;
                clock.advance(Duration::from_secs(6)).await;
            }
        });
        if answers {
            assert_eq!(set, Ok(()));
            let said = [&KEY[..], &UPDATE_REQUEST].concat();
            within(viewer.write_all(&wire::frame(wire::BINARY, &said)))
                .await
                .unwrap();
            hears(&mut server, &UPDATE_REQUEST).await;
        } else {
            assert_eq!(set, Err(RightsError::Ended));
            assert_eq!(wire::read_close(&mut viewer).await.0, 4002);
        }
    }
}

/// Control that cannot be given yet is given as soon as it can be.
#[tokio::test]
async fn control_is_not_said_to_be_given_before_it_is() {
    let desk = Desk::new(None, Rights::View).await;
    let hello = wire::frame(wire::BINARY, &[&vnc::VERSION[..], &[1, 1]].concat());
    let mut viewer = wire::open_with(&desk.gateway, "alice", &hello).await;
    let mut server = desk.target.accept().await;
    vnc::serve(&mut server, None).await;
    let message = wire::frame(wire::BINARY, &UPDATE_REQUEST.repeat(1000));
    write_until_blocked(&mut viewer, &message).await;
    let clock = hold_clock();
    let sessions = desk.gateway.sessions();
    let id = sessions.list()[0].id;
    let (given, ()) = tokio::join!(
        within(sessions.set_rights(id, Rights::Control)),
        clock.advance(Duration::from_secs(6))
    );
    drop(clock);
    assert_eq!(given, Err(RightsError::NotYet));
    assert_eq!(sessions.list()[0].rights, Some(Rights::View));
    let mut changes = sessions.changes();
    let hearing = async {
        while within(server.read(&mut [0; 4096]))
            .await
            .is_ok_and(|read| read > 0)
        {}
    };
    let given = async {
        while sessions.list()[0].rights != Some(Rights::Control) {
            within(changes.changed()).await.unwrap();
        }
    };
    tokio::select! {
        () = given => {}
        () = hearing => panic!("the server was left"),
    }
}

#[tokio::test]
async fn who_overrules_somebody_is_obeyed() {
    let desk = Desk::new(None, Rights::Control).await;
    let (_viewer, _server) = page_in_control(&desk).await;
    let sessions = desk.gateway.sessions();
    let id = sessions.list()[0].id;
    let (first, second) = tokio::join!(
        within(sessions.set_rights(id, Rights::View)),
        within(sessions.set_rights(id, Rights::Control))
    );
    assert_eq!((first, second), (Err(RightsError::Overruled), Ok(())));
    assert_eq!(sessions.list()[0].rights, Some(Rights::Control));
}

#[tokio::test]
async fn a_raw_session_and_one_that_is_not_there_have_no_rights_to_change() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let mut viewer = gateway.viewer("raw").await;
    send(&mut viewer, b"hello").await;
    receive(&mut viewer, 5).await;
    let id = gateway.sessions().list()[0].id;
    for id in [id, id + 1] {
        let set = within(gateway.sessions().set_rights(id, Rights::View)).await;
        assert_eq!(set, Err(RightsError::NoSession));
    }
    assert_eq!(gateway.sessions().list()[0].rights, None);
}

/// What began with the right to view only can be given control: the server knows the control password.
#[tokio::test]
async fn a_viewer_is_given_hands() {
    let desk = Desk::new(None, Rights::View).await;
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    tokio::join!(vnc::serve(&mut server, None), handshake(&mut viewer));
    // −258 is QEMU's key event: it is asked for as soon as it may be.
    let wants = [2, 0, 0, 2, 0xff, 0xff, 0xfe, 0xfe, 0, 0, 0, 0];
    send(&mut viewer, &[&KEY[..], &wants].concat()).await;
    hears(&mut server, &[2, 0, 0, 1, 0, 0, 0, 0]).await;
    desk.set_rights(Rights::Control).await;
    hears(&mut server, &wants).await;
    send(&mut viewer, &QEMU_KEY).await;
    hears(&mut server, &QEMU_KEY).await;
}

/// Who loads the page anew is the same visitor, as far as link and address tell.
#[tokio::test]
async fn control_that_was_taken_is_not_back_when_the_page_is_loaded_anew() {
    let desk = Desk::new(None, Rights::Control).await;
    let target = desk.target.target();
    desk.gateway.grant_vnc("other", target, None, Rights::Control);
    for _ in 0..2 {
        let (viewer, server) = desk.session().await;
        desk.set_rights(Rights::View).await;
        drop((viewer, server));
        desk.gateway.sessions_become(0).await;
        for _ in 0..2 {
            let (mut viewer, mut server) = desk.session().await;
            assert_eq!(desk.gateway.sessions().list()[0].rights, Some(Rights::View));
            send(&mut viewer, &[&KEY[..], &UPDATE_REQUEST].concat()).await;
            hears(&mut server, &UPDATE_REQUEST).await;
            drop((viewer, server));
            desk.gateway.sessions_become(0).await;
        }
        // Another link is another matter.
        let mut other = desk.gateway.viewer("other").await;
        let mut server = desk.target.accept().await;
        tokio::join!(vnc::serve(&mut server, None), handshake(&mut other));
        assert_eq!(desk.gateway.sessions().list()[0].rights, Some(Rights::Control));
        drop((other, server));
        desk.gateway.sessions_become(0).await;
        // Given back, it is given back for good.
        let (viewer, server) = desk.session().await;
        desk.set_rights(Rights::Control).await;
        drop((viewer, server));
        desk.gateway.sessions_become(0).await;
        let (mut viewer, mut server) = desk.session().await;
        send(&mut viewer, &KEY).await;
        hears(&mut server, &KEY).await;
        drop((viewer, server));
        desk.gateway.sessions_become(0).await;
    }
}
