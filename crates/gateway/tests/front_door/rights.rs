//! Rights that change in the middle of a session.

use porthole_gateway::Rights;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    common::{TestGateway, TestTarget, echo, receive, send, viewer::event, vnc, wire, within},
    relay_bytes::write_until_blocked,
    vnc_route::{Desk, KEY, POINTER, UPDATE_REQUEST, handshake, hears},
};

const KEY_UP: [u8; 8] = [4, 0, 0, 0, 0, 0, 0, b'a'];
const POINTER_UP: [u8; 6] = [5, 0, 0, 10, 0, 10];
/// QEMU's key event: the symbol b on the key of code 0x30.
const QEMU_KEY: [u8; 12] = [255, 0, 0, 1, 0, 0, 0, b'b', 0, 0, 0, 0x30];
const QEMU_KEY_UP: [u8; 12] = [255, 0, 0, 0, 0, 0, 0, b'b', 0, 0, 0, 0x30];

impl Desk {
    fn set_rights(&self, rights: Rights) {
        let sessions = self.gateway.sessions();
        let id = sessions.list()[0].id;
        assert!(sessions.set_rights(id, rights));
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
            r#"{"type":"welcome","display":"Alice","rights":"control","secondsLeft":null}"#
        );
        receive(&mut viewer, vnc::SERVER_INIT.len()).await;
    };
    tokio::join!(viewer_side, vnc::serve(&mut server, None));
    let mut changes = desk.gateway.sessions().changes();
    for _ in 0..3 {
        send(&mut viewer, &[&KEY[..], &QEMU_KEY, &POINTER].concat()).await;
        hears(&mut server, &[&KEY[..], &QEMU_KEY, &POINTER].concat()).await;
        changes.mark_unchanged();
        desk.set_rights(Rights::View);
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
        desk.set_rights(Rights::View);
        desk.set_rights(Rights::Control);
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
    // The answers to these wait for their turn, and so do the keys behind them.
    let ping = wire::frame(wire::PING, b"?");
    let key = wire::frame(wire::BINARY, &QEMU_KEY);
    within(viewer.write_all(&[ping.clone(), ping, key].concat()))
        .await
        .unwrap();
    desk.set_rights(Rights::View);
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
    // However often they change meanwhile, the last ones hold, and nothing piles up.
    for _ in 0..1000 {
        desk.set_rights(Rights::Control);
        desk.set_rights(Rights::View);
    }
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
    let ((keys, next), ()) = tokio::join!(read, write);
    // The key was let go, and from then on nothing but the request came.
    assert_eq!(next, KEY_UP, "after {keys} keys");
    hears(&mut server, &UPDATE_REQUEST).await;
}

#[tokio::test]
async fn a_raw_session_and_one_that_is_not_there_have_no_rights_to_change() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let mut viewer = gateway.viewer("raw").await;
    send(&mut viewer, b"hello").await;
    receive(&mut viewer, 5).await;
    let id = gateway.sessions().list()[0].id;
    assert!(!gateway.sessions().set_rights(id, Rights::View));
    assert!(!gateway.sessions().set_rights(id + 1, Rights::View));
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
    desk.set_rights(Rights::Control);
    hears(&mut server, &wants).await;
    send(&mut viewer, &QEMU_KEY).await;
    hears(&mut server, &QEMU_KEY).await;
}
