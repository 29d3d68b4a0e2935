//! The list of sessions, and how one of them is ended from outside or by time.

use std::time::{Duration, SystemTime};

use futures_util::{SinkExt, StreamExt};
use porthole_gateway::{Access, CloseReason, Grant, NO_HEARTBEAT, Pages, Token};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

use crate::common::{
    Stream, TestGateway, TestTarget, Viewer, closed, echo, raw, receive, rest, send, skip, until, wire,
    within,
};
use crate::relay_bytes::write_until_blocked;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_session_is_listed_with_what_people_want_to_know() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let mut changes = gateway.sessions().changes();
    let mut viewer = gateway.viewer("raw").await;
    send(&mut viewer, b"hello").await;
    receive(&mut viewer, 5).await;
    send(&mut viewer, b"!!").await;
    receive(&mut viewer, 2).await;
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    let [session] = &gateway.sessions().list()[..] else {
        panic!("there is one session")
    };
    assert_eq!(
        (&*session.display, &*session.name, session.rights),
        ("alice", "Alice", None)
    );
    assert!(session.address.is_loopback());
    assert_eq!(session.token, Token::from("raw").hash());
    assert_eq!((session.to_server, session.to_viewer), (7, 7));
    assert!(session.since <= SystemTime::now());
    drop(viewer);
    within(changes.changed()).await.unwrap();
    assert_eq!(gateway.sessions().list().len(), 0);
}

#[tokio::test]
async fn a_session_is_ended_by_its_id_and_others_are_not() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let mut first = gateway.viewer("raw").await;
    gateway.sessions_become(1).await;
    let mut second = gateway.viewer("raw").await;
    let ids: Vec<_> = gateway
        .sessions_become(2)
        .await
        .iter()
        .map(|session| session.id)
        .collect();
    assert!(gateway.sessions().end(ids[0], CloseReason::Disconnected));
    assert!(!gateway.sessions().end(ids[1] + 1, CloseReason::Disconnected));
    let told = closed(&mut first).await;
    assert_eq!(
        told,
        (4002, "The owner of this display ended the session.".into())
    );
    rest(&mut first).await;
    gateway.sessions_become(1).await;
    assert!(!gateway.sessions().end(ids[0], CloseReason::Disconnected));
    send(&mut second, b"hello").await;
    receive(&mut second, 5).await;
}

#[tokio::test]
async fn sessions_are_ended_by_what_they_are() {
    let gateway = TestGateway::start().await;
    let target = echo(TestTarget::unix());
    for name in ["Alice", "Bob"] {
        let display = name.to_owned();
        gateway.grant(
            name,
            Grant {
                display,
                ..raw(target.clone())
            },
        );
    }
    let (mut alice, mut bob) = (gateway.viewer("Alice").await, gateway.viewer("Bob").await);
    gateway.sessions_become(2).await;
    let of_bob = Token::from("Bob").hash();
    let ended = gateway
        .sessions()
        .end_where(CloseReason::DisplayChanged, |session| session.token == of_bob);
    assert_eq!(ended, 1);
    // The first reason counts.
    gateway
        .sessions()
        .end_where(CloseReason::Disconnected, |session| session.display == "Bob");
    assert_eq!(
        closed(&mut bob).await,
        (4003, "This display was changed or removed.".into())
    );
    send(&mut alice, b"hello").await;
    receive(&mut alice, 5).await;
}

/// Fills everything between a server that speaks and a viewer that does not listen.
async fn blocked_downstream() -> (TestGateway, Stream, crate::common::Server) {
    let target = TestTarget::tcp().await;
    let gateway = TestGateway::relaying(target.target()).await;
    let viewer = wire::open(&gateway, "raw").await;
    let mut server = target.accept().await;
    write_until_blocked(&mut server, &[7; 100_000]).await;
    (gateway, viewer, server)
}

#[tokio::test]
async fn an_end_reaches_a_viewer_that_was_not_reading() {
    let (gateway, mut viewer, mut server) = blocked_downstream().await;
    let id = gateway.sessions().list()[0].id;
    assert!(gateway.sessions().end(id, CloseReason::Disconnected));
    // Whole frames, then the reason.
    assert_eq!(wire::read_close(&mut viewer).await.0, 4002);
    viewer.write_all(&wire::frame(wire::CLOSE, b"")).await.unwrap();
    gateway.sessions_become(0).await;
    // The server is free too; what it had still to say is nobody's any more.
    let _ = within(server.read_to_end(&mut Vec::new())).await;
}

#[tokio::test]
async fn an_end_does_not_wait_for_a_viewer_that_never_reads() {
    let (gateway, _viewer, mut server) = blocked_downstream().await;
    gateway.sessions().end_where(CloseReason::Disconnected, |_| true);
    tokio::task::yield_now().await;
    skip(3 * SECOND).await;
    gateway.sessions_become(0).await;
    let _ = within(server.read_to_end(&mut Vec::new())).await;
}

#[tokio::test]
async fn a_session_leaves_the_list_however_it_ends() {
    let target = TestTarget::tcp().await;
    let gateway = TestGateway::relaying(target.target()).await;
    for how in ["closed", "dropped", "reset", "text", "target", "unmasked"] {
        let mut viewer = wire::open(&gateway, "raw").await;
        let server = target.accept().await;
        gateway.sessions_become(1).await;
        match how {
            "closed" => viewer.write_all(&wire::frame(wire::CLOSE, b"")).await.unwrap(),
            "text" => viewer.write_all(&wire::frame(wire::TEXT, b"")).await.unwrap(),
            "unmasked" => viewer.write_all(&[wire::BINARY, 0]).await.unwrap(),
            "reset" => SockRef::from(&viewer).set_linger(Some(Duration::ZERO)).unwrap(),
            _ => {}
        }
        if how == "target" {
            drop(server);
            assert_eq!(wire::read_close(&mut viewer).await.0, 1000);
            drop(viewer);
        } else {
            drop(viewer);
            drop(server);
        }
        gateway.sessions_become(0).await;
    }
    drop(target);
    closed(&mut gateway.viewer("raw").await).await;
    gateway.sessions_become(0).await;
}

#[tokio::test]
async fn a_session_ends_with_the_time_of_its_link() {
    let gateway = TestGateway::start().await;
    let target = TestTarget::tcp().await;
    let expires = Some(SystemTime::now() + 30 * SECOND);
    gateway.grant(
        "raw",
        Grant {
            expires,
            door: None,
            ..raw(target.target())
        },
    );
    let mut viewer = gateway.viewer("raw").await;
    let mut server = target.accept().await;
    skip(29 * SECOND - SECOND / 2).await;
    server.write_all(b"hello").await.unwrap();
    receive(&mut viewer, 5).await;
    skip(2 * SECOND).await;
    assert_eq!(
        closed(&mut viewer).await,
        (4007, "This link's time is over.".into())
    );
}

async fn pinged(viewer: &mut Viewer) {
    let ping = within(viewer.next()).await.unwrap().unwrap();
    assert_eq!(ping, Message::Ping(Default::default()));
}

/// Waits until the gateway has read all that this viewer sent.
async fn caught_up(viewer: &mut Viewer) {
    within(viewer.send(Message::Ping("?".into()))).await.unwrap();
    assert_eq!(
        within(viewer.next()).await.unwrap().unwrap(),
        Message::Pong("?".into())
    );
}

#[tokio::test]
async fn a_viewer_that_answers_may_idle_for_hours() {
    let target = TestTarget::tcp().await;
    let gateway = TestGateway::relaying(target.target()).await;
    let mut viewer = gateway.viewer("raw").await;
    let mut server = target.accept().await;
    caught_up(&mut viewer).await;
    for _ in 0..500 {
        skip(20 * SECOND).await;
        pinged(&mut viewer).await;
        caught_up(&mut viewer).await;
    }
    server.write_all(b"hello").await.unwrap();
    receive(&mut viewer, 5).await;
}

/// As websockify has it unless it is told otherwise.
#[tokio::test]
async fn without_a_heartbeat_nobody_is_pinged_nor_called_silent() {
    let target = TestTarget::tcp().await;
    let pages = Pages::Embedded { index: None };
    let gateway = TestGateway::with_heartbeat(Access::default(), pages, NO_HEARTBEAT).await;
    gateway.grant("raw", raw(target.target()));
    let mut viewer = gateway.viewer("raw").await;
    let mut server = target.accept().await;
    caught_up(&mut viewer).await;
    for _ in 0..500 {
        skip(24 * 3600 * SECOND).await;
        // Its pong is the first that comes.
        caught_up(&mut viewer).await;
    }
    server.write_all(b"hello").await.unwrap();
    receive(&mut viewer, 5).await;
}

#[tokio::test]
async fn a_viewer_that_answers_nothing_is_gone_after_45_seconds() {
    let target = TestTarget::tcp().await;
    let gateway = TestGateway::relaying(target.target()).await;
    // By hand: a library would answer the pings.
    let mut viewer = wire::open(&gateway, "raw").await;
    let mut server = target.accept().await;
    // The relay runs, and its clock.
    server.write_all(b"hello").await.unwrap();
    wire::read_frame(&mut viewer).await;
    for _ in 0..2 {
        skip(20 * SECOND).await;
        assert_eq!(wire::read_frame(&mut viewer).await, (wire::PING, vec![]));
    }
    // Nor does it live by what the system takes for it.
    server.write_all(b"pixels").await.unwrap();
    assert_eq!(
        wire::read_frame(&mut viewer).await,
        (wire::BINARY, b"pixels".to_vec())
    );
    skip(4 * SECOND).await;
    assert_eq!(gateway.sessions().list().len(), 1);
    skip(SECOND).await;
    assert_eq!(
        wire::read_close(&mut viewer).await,
        (4008, "The viewer did not answer.".into())
    );
    skip(3 * SECOND).await;
    within(server.read_to_end(&mut Vec::new())).await.unwrap();
    gateway.sessions_become(0).await;
}

#[tokio::test]
async fn a_slow_viewer_is_not_a_silent_one_until_it_stops() {
    let (gateway, mut viewer, mut server) = blocked_downstream().await;
    for _ in 0..5 {
        skip(30 * SECOND).await;
        // So much that there is room again for the write that was stuck.
        let mut taken = vec![0; 8 << 20];
        let (read, _) = tokio::join!(
            within(viewer.read_exact(&mut taken)),
            write_until_blocked(&mut server, &[7; 100_000])
        );
        read.unwrap();
    }
    assert_eq!(gateway.sessions().list().len(), 1);
    skip(46 * SECOND).await;
    tokio::task::yield_now().await;
    skip(3 * SECOND).await;
    gateway.sessions_become(0).await;
}

#[tokio::test]
async fn a_server_that_does_not_read_makes_nobody_silent() {
    let target = TestTarget::unix();
    let gateway = TestGateway::relaying(target.target()).await;
    let mut viewer = gateway.viewer("raw").await;
    let mut server = target.accept().await;
    // More than a Unix socket holds.
    let message = vec![7; 1_000_000];
    send(&mut viewer, &message).await;
    until(|| gateway.sessions().list()[0].to_server > 100_000).await;
    for _ in 0..10 {
        skip(45 * SECOND).await;
        pinged(&mut viewer).await;
    }
    let mut heard = vec![0; message.len()];
    within(server.read_exact(&mut heard)).await.unwrap();
    assert!(heard == message);
}
