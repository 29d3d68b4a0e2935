//! Bytes under way: long messages, half-closes, both ways at once, and viewers that do not read.

use std::time::Duration;

use crate::common::{Server, Stream, TestGateway, TestTarget, echo, raw, receive, send, until, wire, within};
use futures_util::{SinkExt, StreamExt};
use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};
use tokio_tungstenite::tungstenite::Message;

/// More than all the system's buffers on the way hold.
const TOO_MUCH: usize = 64 << 20;

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

/// Writes until nobody takes more, and says how much was taken. A write that waits for this long is blocked.
pub async fn write_until_blocked(to: &mut (impl AsyncWrite + Unpin), piece: &[u8]) -> usize {
    let (mut taken, mut at, mut stalls) = (0, 0, 0);
    // One pause may be the machine's own: then the gateway has its turn before the next.
    while stalls < 3 {
        let Ok(written) = timeout(Duration::from_millis(200), to.write(&piece[at..])).await else {
            stalls += 1;
            continue;
        };
        let written = written.unwrap();
        taken += written;
        at = (at + written) % piece.len();
        stalls = 0;
        assert!(taken < TOO_MUCH, "somebody queues");
    }
    taken
}

#[tokio::test]
async fn messages_of_several_mebibytes_pass_both_ways() {
    for target in [TestTarget::tcp().await, TestTarget::unix()] {
        let gateway = TestGateway::relaying(echo(target)).await;
        let (mut to, mut from) = gateway.viewer("raw").await.split();
        let message = pattern(5_000_000);
        let reading = async {
            let mut heard = Vec::new();
            let mut pongs = 0;
            while heard.len() < 2 * message.len() || pongs < 2 {
                match within(from.next()).await.unwrap().unwrap() {
                    Message::Binary(bytes) => heard.extend_from_slice(&bytes),
                    Message::Pong(body) => {
                        assert_eq!(*body, [pongs]);
                        pongs += 1;
                    }
                    other => panic!("{other:?}"),
                }
            }
            heard
        };
        let writing = async {
            for i in 0..2 {
                within(to.send(Message::binary(message.clone()))).await.unwrap();
                within(to.send(Message::Ping(vec![i].into()))).await.unwrap();
            }
        };
        let (heard, ()) = tokio::join!(reading, writing);
        assert!(heard == [&message[..], &message].concat());
    }
}

/// At full speed a session goes on on another thread, sockets and all.
#[tokio::test]
async fn at_full_speed_every_byte_arrives_in_its_place() {
    const PIECE: usize = 1 << 20;
    for target in [TestTarget::tcp().await, TestTarget::unix()] {
        let gateway = TestGateway::relaying(echo(target)).await;
        let (mut to, mut from) = gateway.viewer("raw").await.split();
        let (message, mut heard) = (pattern(PIECE * 48), 0);
        let reading = async {
            while heard < message.len() {
                let Message::Binary(bytes) = within(from.next()).await.unwrap().unwrap() else {
                    panic!("no bytes after {heard}");
                };
                assert!(bytes[..] == message[heard..heard + bytes.len()], "behind {heard}");
                heard += bytes.len();
            }
        };
        let writing = async {
            for piece in message.chunks(PIECE) {
                within(to.send(Message::binary(piece.to_vec()))).await.unwrap();
            }
        };
        tokio::join!(reading, writing);
    }
}

#[tokio::test]
async fn bytes_behind_the_handshake_are_not_lost() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    // More than one read of the handshake takes.
    let said = pattern(30_000);
    let (mut viewer, mut heard) = (
        wire::open_with(&gateway, "raw", &wire::frame(wire::BINARY, &said)).await,
        Vec::new(),
    );
    while heard.len() < said.len() {
        heard.extend(wire::read_frame(&mut viewer).await.1);
    }
    assert!(heard == said);
}

#[tokio::test]
async fn a_target_that_says_no_more_still_hears() {
    for target in [TestTarget::tcp().await, TestTarget::unix()] {
        let gateway = TestGateway::relaying(target.target()).await;
        let mut viewer = wire::open(&gateway, "raw").await;
        let mut server = target.accept().await;
        server.write_all(b"that is all").await.unwrap();
        within(server.shutdown()).await.unwrap();
        assert_eq!(
            wire::read_frame(&mut viewer).await,
            (wire::BINARY, b"that is all".to_vec())
        );
        assert_eq!(
            wire::read_close(&mut viewer).await,
            (1000, "Target closed".into())
        );
        // A viewer may finish what it is at before it answers the close frame.
        viewer
            .write_all(&wire::frame(wire::BINARY, b"one more thing"))
            .await
            .unwrap();
        viewer
            .write_all(&wire::frame(wire::CLOSE, &1000u16.to_be_bytes()))
            .await
            .unwrap();
        let mut heard = Vec::new();
        within(server.read_to_end(&mut heard)).await.unwrap();
        assert_eq!(heard, b"one more thing");
    }
}

/// A session whose target does not read, and how far the viewer came with `message`, sent over and over.
async fn blocked_upstream(target: &TestTarget, message: &[u8]) -> (TestGateway, Stream, Server, usize) {
    let gateway = TestGateway::relaying(target.target()).await;
    let mut viewer = wire::open(&gateway, "raw").await;
    let server = target.accept().await;
    let taken = write_until_blocked(&mut viewer, message).await;
    (gateway, viewer, server, taken)
}

#[tokio::test]
async fn a_viewer_that_leaves_is_heard_to_the_end_by_a_slow_target() {
    for last_words in [&wire::frame(wire::CLOSE, b"")[..], b""] {
        for target in [TestTarget::tcp().await, TestTarget::unix()] {
            let message = wire::frame(wire::BINARY, &pattern(100_000));
            let (_gateway, mut viewer, mut server, taken) = blocked_upstream(&target, &message).await;
            let leaving = async move {
                let rest = &message[taken % message.len()..];
                within(viewer.write_all(rest)).await.unwrap();
                within(viewer.write_all(last_words)).await.unwrap();
                (taken + rest.len()) / message.len()
            };
            let mut heard = Vec::new();
            let (messages, read) = tokio::join!(leaving, within(server.read_to_end(&mut heard)));
            read.unwrap();
            assert!(
                heard == pattern(100_000).repeat(messages),
                "{} bytes of {messages} messages",
                heard.len()
            );
        }
    }
}

#[tokio::test]
async fn what_has_come_of_a_viewer_that_breaks_off_is_passed_on() {
    let target = TestTarget::unix();
    let message = wire::frame(wire::BINARY, &pattern(251));
    let (gateway, viewer, mut server, _) = blocked_upstream(&target, &message.repeat(400)).await;
    let passed_on = gateway.sessions().list()[0].to_server as usize;
    SockRef::from(&viewer).set_linger(Some(Duration::ZERO)).unwrap();
    drop(viewer);
    // The gateway learns of it by a write that fails, while all that it received waits for the target.
    server.write_all(b"are you there?").await.unwrap();
    until(|| {
        gateway
            .sessions()
            .list()
            .first()
            .is_none_or(|session| session.to_viewer > 0)
    })
    .await;
    let mut heard = Vec::new();
    within(server.read_to_end(&mut heard)).await.unwrap();
    let waited = heard.len() - passed_on;
    assert!(waited > 50_000, "only {waited} bytes of those that waited");
    assert!(heard == pattern(heard.len()));
}

#[tokio::test]
async fn a_viewer_that_does_not_read_slows_its_own_server_and_nobody_else() {
    let target = TestTarget::tcp().await;
    let gateway = TestGateway::relaying(target.target()).await;
    gateway.grant("other", raw(echo(TestTarget::tcp().await)));
    let mut deaf = wire::open(&gateway, "raw").await;
    let mut server = target.accept().await;
    let said = pattern(251_000);
    let taken = write_until_blocked(&mut server, &said).await;
    let mut other = gateway.viewer("other").await;
    for _ in 0..20 {
        send(&mut other, b"hello").await;
        assert_eq!(receive(&mut other, 5).await, b"hello");
    }
    // It wakes up, and nothing is missing.
    drop(server);
    let mut heard = 0;
    while let (wire::BINARY, bytes) = wire::read_frame(&mut deaf).await {
        assert!(
            bytes
                .iter()
                .enumerate()
                .all(|(i, byte)| *byte == ((heard + i) % 251) as u8)
        );
        heard += bytes.len();
    }
    assert_eq!(heard, taken);
}

/// Blocked both ways with pings in between, then set free: a waker that is missed anywhere would hang this.
#[tokio::test]
async fn a_session_that_is_blocked_both_ways_goes_on() {
    for target in [TestTarget::tcp().await, TestTarget::unix()] {
        let gateway = TestGateway::relaying(target.target()).await;
        let (mut from, mut to) = tokio::io::split(wire::open(&gateway, "raw").await);
        let (mut hears, mut says) = tokio::io::split(target.accept().await);
        let message = [
            wire::frame(wire::BINARY, &pattern(60_000)),
            wire::frame(wire::PING, b"1"),
            wire::frame(wire::PING, b"2"),
            wire::frame(wire::BINARY, &[]),
        ]
        .concat();
        let words = pattern(251_000);
        let (up, down) = tokio::join!(
            write_until_blocked(&mut to, &message),
            write_until_blocked(&mut says, &words)
        );
        // Finish the message that was cut, and the session.
        let messages = up.div_ceil(message.len());
        let finish = async {
            let cut = messages * message.len() - up;
            within(to.write_all(&message[message.len() - cut..]))
                .await
                .unwrap();
            within(to.write_all(&wire::frame(wire::PING, b"last")))
                .await
                .unwrap();
        };
        let listen = async {
            let mut heard = vec![0; messages * 60_000];
            within(hears.read_exact(&mut heard)).await.unwrap();
            heard
        };
        let watch = async {
            let (mut seen, mut pongs) = (Vec::new(), Vec::new());
            while pongs.last().is_none_or(|last| last != b"last") || seen.len() < down {
                match wire::read_frame(&mut from).await {
                    (wire::BINARY, bytes) => seen.extend(bytes),
                    (wire::PONG, body) => pongs.push(body),
                    other => panic!("{other:?}"),
                }
            }
            (seen, pongs)
        };
        let ((), heard, (seen, pongs)) = tokio::join!(finish, listen, watch);
        assert!(heard == pattern(60_000).repeat(messages));
        assert!(seen.len() == down && seen.iter().enumerate().all(|(i, byte)| *byte == (i % 251) as u8));
        let expected = [&b"1"[..], b"2"].repeat(messages);
        assert_eq!(pongs, [&expected[..], &[b"last"]].concat());
    }
}

#[tokio::test]
async fn a_close_frame_is_answered_with_its_own_code() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    for body in [
        &b""[..],
        b"\x03\xe8",
        b"\x03\xe9going away",
        b"\x0f\xa0\xe2\x82\xac",
    ] {
        let mut viewer = wire::open(&gateway, "raw").await;
        viewer.write_all(&wire::frame(wire::CLOSE, body)).await.unwrap();
        let code = &body[..body.len().min(2)];
        assert_eq!(wire::read_frame(&mut viewer).await, (wire::CLOSE, code.to_vec()));
        assert_eq!(within(viewer.read(&mut [0; 1])).await.unwrap(), 0);
    }
}
