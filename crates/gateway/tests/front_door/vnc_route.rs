//! A VNC route: the gateway speaks RFB with both sides, keeps the password, and reads all that the viewer sends.

use std::{net::Shutdown, time::Duration};

use porthole_gateway::{CloseReason, Rights};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::{
    Closed, Server, TestGateway, TestTarget, Viewer, closed, receive, rest, send, skip, vnc, wire, within,
};
use crate::relay_bytes::write_until_blocked;

pub const KEY: [u8; 8] = [4, 1, 0, 0, 0, 0, 0, b'a'];
pub const POINTER: [u8; 6] = [5, 1, 0, 10, 0, 10];
pub const UPDATE_REQUEST: [u8; 10] = [3, 1, 0, 0, 0, 0, 2, 0x80, 1, 0xe0];
/// SetEncodings: Raw, and the one (−316) that would make a PointerEvent a byte longer.
const ENCODINGS: [u8; 12] = [2, 0, 0, 2, 0, 0, 0, 0, 0xff, 0xff, 0xfe, 0xc4];
const ENCODINGS_LEFT: [u8; 8] = [2, 0, 0, 1, 0, 0, 0, 0];

pub struct Desk {
    pub gateway: TestGateway,
    pub target: TestTarget,
}

impl Desk {
    pub async fn new(password: Option<&str>, rights: Rights) -> Self {
        let target = TestTarget::tcp().await;
        let gateway = TestGateway::start().await;
        gateway.grant_vnc("alice", target.target(), password, rights);
        Self { gateway, target }
    }

    /// A viewer and its server, where the viewer's messages begin.
    pub async fn session(&self) -> (Viewer, Server) {
        let mut viewer = self.gateway.viewer("alice").await;
        let mut server = self.target.accept().await;
        tokio::join!(vnc::serve(&mut server, None), handshake(&mut viewer));
        (viewer, server)
    }
}

/// The viewer's part, up to the server's description of its screen.
pub async fn handshake(viewer: &mut Viewer) {
    assert_eq!(receive(viewer, 12).await, vnc::VERSION);
    send(viewer, vnc::VERSION).await;
    assert_eq!(receive(viewer, 2).await, [1, 1]);
    send(viewer, &[1]).await;
    assert_eq!(receive(viewer, 4).await, [0; 4]);
    send(viewer, &[0]).await;
    assert_eq!(receive(viewer, vnc::SERVER_INIT.len()).await, vnc::SERVER_INIT);
}

pub async fn hears(server: &mut Server, bytes: &[u8]) {
    let mut heard = vec![0; bytes.len()];
    within(server.read_exact(&mut heard)).await.unwrap();
    let differ = heard.iter().zip(bytes).position(|(a, b)| a != b);
    assert_eq!(
        differ,
        None,
        "the first of {} bytes that is not as it was said",
        bytes.len()
    );
}

/// How a viewer is told of a server that `says` this and then reads what is answered.
async fn refusal_of(desk: &Desk, says: &[&[u8]]) -> Closed {
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    let server = async {
        for bytes in says {
            server.write_all(bytes).await.unwrap();
        }
        // To its end, so that the gateway does not hear of a reset first.
        within(server.read_to_end(&mut Vec::new())).await.unwrap();
    };
    tokio::join!(closed(&mut viewer), server).0
}

#[tokio::test]
async fn the_password_stays_at_the_gateway() {
    let desk = Desk::new(Some("secret 8 bytes"), Rights::Control).await;
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    // All that the viewer receives is checked byte for byte, here and below.
    tokio::join!(vnc::serve(&mut server, Some("secret 8")), handshake(&mut viewer));
    server.write_all(b"pixels").await.unwrap();
    assert_eq!(receive(&mut viewer, 6).await, b"pixels");
    send(&mut viewer, &KEY).await;
    hears(&mut server, &KEY).await;
}

#[tokio::test]
async fn a_refused_password_is_explained() {
    let desk = Desk::new(Some("wrong"), Rights::Control).await;
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    server.write_all(vnc::VERSION).await.unwrap();
    vnc::read::<12>(&mut server).await;
    server.write_all(&[1, 2]).await.unwrap();
    vnc::read::<1>(&mut server).await;
    server.write_all(&vnc::CHALLENGE).await.unwrap();
    assert_ne!(vnc::read::<16>(&mut server).await, vnc::answer("right"));
    server.write_all(b"\0\0\0\x01\0\0\0\x06no way").await.unwrap();
    let (code, reason) = closed(&mut viewer).await;
    assert_eq!(code, 4004);
    assert_eq!(
        reason,
        "The VNC server refused the display's password. Set the right one (VNC uses the first 8 bytes only). It said: “no way”"
    );
}

/// The viewer's part of a handshake in which it is asked for a password that nobody else knows: up to its answer.
async fn is_asked(viewer: &mut Viewer, password: &str) {
    assert_eq!(receive(viewer, 12).await, vnc::VERSION);
    send(viewer, vnc::VERSION).await;
    assert_eq!(receive(viewer, 2).await, [1, 2]);
    send(viewer, &[2]).await;
    assert_eq!(receive(viewer, 16).await, vnc::CHALLENGE);
    send(viewer, &vnc::answer(password)).await;
}

/// The server's part, up to its challenge.
async fn challenges(server: &mut Server) {
    server.write_all(vnc::VERSION).await.unwrap();
    vnc::read::<12>(server).await;
    server.write_all(&[1, 2]).await.unwrap();
    vnc::read::<1>(server).await;
    server.write_all(&vnc::CHALLENGE).await.unwrap();
}

#[tokio::test]
async fn a_password_that_the_display_lacks_is_asked_of_the_viewer_whose_rights_stay() {
    let desk = Desk::new(None, Rights::View).await;
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    let part = async {
        is_asked(&mut viewer, "rosebud").await;
        assert_eq!(receive(&mut viewer, 4).await, [0; 4]);
        send(&mut viewer, &[0]).await;
        assert_eq!(
            receive(&mut viewer, vnc::SERVER_INIT.len()).await,
            vnc::SERVER_INIT
        );
    };
    tokio::join!(vnc::serve(&mut server, Some("rosebud")), part);
    send(&mut viewer, &[&KEY[..], &UPDATE_REQUEST].concat()).await;
    hears(&mut server, &UPDATE_REQUEST).await;
}

#[tokio::test]
async fn a_password_that_a_viewer_shows_in_vain_is_refused_in_the_servers_words() {
    let desk = Desk::new(None, Rights::Control).await;
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    let server = async {
        challenges(&mut server).await;
        assert_eq!(vnc::read::<16>(&mut server).await, vnc::answer("wrong"));
        server.write_all(b"\0\0\0\x01\0\0\0\x06no way").await.unwrap();
    };
    tokio::join!(is_asked(&mut viewer, "wrong"), server);
    let (said, (code, _)) = rest(&mut viewer).await;
    assert_eq!((&said[..], code), (&b"\0\0\0\x01\0\0\0\x06no way"[..], 4004));
}

#[tokio::test]
async fn a_server_that_hangs_up_while_a_password_is_written_is_explained() {
    let desk = Desk::new(None, Rights::Control).await;
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    let server = async {
        challenges(&mut server).await;
        drop(server);
    };
    tokio::join!(is_asked(&mut viewer, "slow"), server);
    let (_, (code, reason)) = rest(&mut viewer).await;
    assert_eq!(code, 4004);
    assert!(
        reason.starts_with("The VNC server closed or stopped answering before it accepted us"),
        "{reason}"
    );
}

#[tokio::test]
async fn servers_that_cannot_be_spoken_with_are_explained() {
    let with_password = Desk::new(Some("secret"), Rights::Control).await;
    let without = Desk::new(None, Rights::Control).await;
    for (desk, says, expected) in [
        (
            &without,
            &[&b"HTTP/1.1 400 Bad Request\r\n"[..]][..],
            "This is not a VNC server",
        ),
        (
            &without,
            &[&b"RFB 002.000\n"[..]],
            "The server uses RFB 002.000, which is too old",
        ),
        (
            &with_password,
            &[vnc::VERSION, &[1, 1]],
            "The display has a password, but the VNC server wants none",
        ),
        (
            &with_password,
            &[vnc::VERSION, &[2, 19, 30]],
            "The VNC server offers only VeNCrypt (19), Apple login (30)",
        ),
        (
            &without,
            &[vnc::VERSION, b"\0\0\0\0\x02no"],
            "The VNC server refused the connection.",
        ),
    ] {
        let (code, reason) = refusal_of(desk, says).await;
        assert_eq!(code, 4004);
        assert!(reason.starts_with(expected), "{reason}");
    }
}

#[tokio::test]
async fn a_servers_own_words_reach_the_viewer_as_they_were_meant_and_whole_if_they_can() {
    let desk = Desk::new(None, Rights::Control).await;
    let cause = "The VNC server refused the connection.";
    let (fix, cut) = (" See the VNC server's log.", "");
    for (said, ours, theirs) in [
        // QEMU counts its NUL; older servers write Latin-1.
        (&b"Authentication failed\0"[..], fix, "Authentication failed"),
        (b"Kein Zugriff f\xfcr B\xe4r", fix, "Kein Zugriff für Bär"),
        ("Kein Zugriff für Bär".as_bytes(), fix, "Kein Zugriff für Bär"),
        (
            b"Only three viewers at a time are allowed here, come again later",
            cut,
            "Only three viewers at a time are allowed here, come again later",
        ),
        (
            b"Only three viewers at a time are allowed here, so please come again much later",
            cut,
            "Only three viewers at a time are allowed here, so please come …",
        ),
    ] {
        let length = u32::try_from(said.len()).unwrap().to_be_bytes();
        let (code, reason) = refusal_of(&desk, &[vnc::VERSION, &[0], &length, said]).await;
        assert_eq!(code, 4004);
        assert_eq!(reason, format!("{cause}{ours} It said: “{theirs}”"));
    }
}

/// Xtigervnc, once it has seen too many wrong passwords, says so and closes with our answer unread.
#[tokio::test]
async fn a_server_that_has_locked_us_out_is_heard_though_it_reads_nothing() {
    let target = TestTarget::unix();
    let gateway = TestGateway::start().await;
    gateway.grant_vnc("alice", target.target(), Some("secret"), Rights::Control);
    let mut viewer = gateway.viewer("alice").await;
    let TestTarget::Unix(listener, _) = &target else {
        unreachable!("it is one")
    };
    let (mut server, _) = within(listener.accept()).await.unwrap();
    // Over a Unix socket, what is sent to it fails from here on, while it can still speak.
    SockRef::from(&server).shutdown(Shutdown::Read).unwrap();
    server.write_all(vnc::VERSION).await.unwrap();
    gateway.catches_up().await;
    server
        .write_all(b"\0\0\0\0\x1aToo many security failures")
        .await
        .unwrap();
    drop(server);
    let (code, reason) = closed(&mut viewer).await;
    assert_eq!(code, 4004);
    assert!(
        reason.starts_with("The VNC server locked Porthole out after wrong passwords"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_handshake_may_come_in_single_bytes() {
    let desk = Desk::new(None, Rights::Control).await;
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    let viewer = async {
        for (said, heard) in [(&vnc::VERSION[..], 12), (&[1], 2), (&[0], 4)] {
            receive(&mut viewer, heard).await;
            for byte in said {
                send(&mut viewer, &[]).await;
                send(&mut viewer, &[*byte]).await;
            }
        }
        receive(&mut viewer, vnc::SERVER_INIT.len()).await;
        for byte in [&ENCODINGS[..], &POINTER, &KEY].concat() {
            send(&mut viewer, &[byte]).await;
        }
        viewer
    };
    let server = async {
        for byte in vnc::VERSION
            .iter()
            .chain(&[1, 1, 0, 0, 0, 0])
            .chain(vnc::SERVER_INIT)
        {
            server.write_all(&[*byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        hears(&mut server, &[&vnc::VERSION[..], &[1], &vnc::hello()].concat()).await;
        hears(&mut server, &[&ENCODINGS_LEFT[..], &POINTER, &KEY].concat()).await;
    };
    tokio::join!(viewer, server);
}

#[tokio::test]
async fn a_viewer_may_say_everything_at_once() {
    let desk = Desk::new(None, Rights::Control).await;
    let all = [&vnc::VERSION[..], &[1, 1], &ENCODINGS, &POINTER, &KEY].concat();
    // In one frame, and with a second one that begins in the middle of a message.
    for cut in [all.len(), all.len() - 3, 15] {
        let frames = [
            wire::frame(wire::BINARY, &all[..cut]),
            wire::frame(wire::PING, b"still there?"),
            wire::frame(wire::BINARY, &all[cut..]),
        ];
        let mut viewer = wire::open_with(&desk.gateway, "alice", &frames.concat()).await;
        let mut server = desk.target.accept().await;
        vnc::serve(&mut server, None).await;
        hears(&mut server, &[&ENCODINGS_LEFT[..], &POINTER, &KEY].concat()).await;
        let (mut seen, mut pongs) = (Vec::new(), 0);
        while seen.len() < 18 + vnc::SERVER_INIT.len() || pongs < 1 {
            match wire::read_frame(&mut viewer).await {
                (wire::PONG, body) => {
                    assert_eq!(body, b"still there?");
                    pongs += 1;
                }
                (first, bytes) => {
                    assert_eq!(first, wire::BINARY);
                    seen.extend(bytes);
                }
            }
        }
        assert_eq!(
            seen,
            [&vnc::VERSION[..], &[1, 1, 0, 0, 0, 0], vnc::SERVER_INIT].concat()
        );
    }
}

#[tokio::test]
async fn servers_of_every_version_are_answered_in_their_own() {
    let desk = Desk::new(None, Rights::Control).await;
    for (theirs, ours, rest) in [
        ("003.003", "003.003", &b"\0\0\0\x01"[..]),
        ("003.006", "003.003", b"\0\0\0\x01"),
        ("003.007", "003.007", b"\x01\x01"),
        ("003.008", "003.008", b"\x01\x01\0\0\0\0"),
        ("003.889", "003.008", b"\x01\x01\0\0\0\0"),
        ("005.000", "003.008", b"\x01\x01\0\0\0\0"),
    ] {
        let mut viewer = desk.gateway.viewer("alice").await;
        let mut server = desk.target.accept().await;
        let server = async {
            server
                .write_all(format!("RFB {theirs}\n").as_bytes())
                .await
                .unwrap();
            hears(&mut server, format!("RFB {ours}\n").as_bytes()).await;
            server.write_all(rest).await.unwrap();
            if ours != "003.003" {
                hears(&mut server, &[1]).await;
            }
            hears(&mut server, &vnc::hello()).await;
            server.write_all(vnc::SERVER_INIT).await.unwrap();
            hears(&mut server, &KEY).await;
        };
        let viewer = async {
            handshake(&mut viewer).await;
            send(&mut viewer, &KEY).await;
            viewer
        };
        tokio::join!(server, viewer);
    }
}

#[tokio::test]
async fn messages_wait_in_order_for_a_server_that_is_slow() {
    let desk = Desk::new(None, Rights::Control).await;
    let hello = wire::frame(wire::BINARY, &[&vnc::VERSION[..], &[1, 1]].concat());
    let mut viewer = wire::open_with(&desk.gateway, "alice", &hello).await;
    let mut server = desk.target.accept().await;
    vnc::serve(&mut server, None).await;
    // Clipboard texts with keys in between, over and over, until the server takes no more.
    let text: Vec<u8> = (0..50_000).map(|i| (i % 251) as u8).collect();
    let said = [&[6, 0, 0, 0, 0, 0, 0xc3, 0x50][..], &text, &KEY, &POINTER].concat();
    let message = wire::frame(wire::BINARY, &said);
    let taken = write_until_blocked(&mut viewer, &message).await;
    let rest = &message[taken % message.len()..];
    let heard = said.repeat((taken + rest.len()) / message.len());
    let (written, ()) = tokio::join!(within(viewer.write_all(rest)), hears(&mut server, &heard));
    written.unwrap();
}

#[tokio::test]
async fn who_may_only_view_has_no_hands() {
    let desk = Desk::new(None, Rights::View).await;
    let (mut viewer, mut server) = desk.session().await;
    let cut_text = [&[6, 0, 0, 0, 0, 0, 0, 5][..], b"hello"].concat();
    let resize = [251, 0, 2, 0, 2, 0, 0, 0];
    let said = [
        &KEY[..],
        &UPDATE_REQUEST,
        &POINTER,
        &cut_text,
        &ENCODINGS,
        &resize,
        &KEY,
        &UPDATE_REQUEST,
    ];
    for piece in said.concat().chunks(7) {
        send(&mut viewer, piece).await;
    }
    hears(
        &mut server,
        &[&UPDATE_REQUEST[..], &ENCODINGS_LEFT, &UPDATE_REQUEST].concat(),
    )
    .await;
    assert_eq!(desk.gateway.sessions().list()[0].rights, Some(Rights::View));
}

#[tokio::test]
async fn a_message_that_is_not_understood_ends_the_session() {
    for (rights, message, reason) in [
        (
            Rights::Control,
            &[7][..],
            "The viewer sent a message of unknown type 7.",
        ),
        (
            Rights::Control,
            &[253, 1],
            "The viewer sent gii, which is not allowed.",
        ),
        (
            Rights::View,
            &[255, 1, 0, 0],
            "The viewer sent QEMU audio, which is not allowed.",
        ),
    ] {
        let desk = Desk::new(None, rights).await;
        let (mut viewer, mut server) = desk.session().await;
        send(&mut viewer, &[&UPDATE_REQUEST[..], message, &KEY].concat()).await;
        assert_eq!(closed(&mut viewer).await, (4006, reason.into()));
        rest(&mut viewer).await;
        let mut heard = Vec::new();
        within(server.read_to_end(&mut heard)).await.unwrap();
        assert!(heard.is_empty() || heard == UPDATE_REQUEST, "{heard:?}");
    }
}

#[tokio::test]
async fn a_viewer_that_speaks_no_rfb_is_told_so() {
    let desk = Desk::new(None, Rights::Control).await;
    for (said, expected) in [
        (&b"RFB 003.003\n"[..], "The viewer speaks"),
        (b"RFB 003.008\n\x02", "The viewer chose security type 2"),
    ] {
        let mut viewer = desk.gateway.viewer("alice").await;
        let mut server = desk.target.accept().await;
        within(vnc::log_in(&mut server, None)).await;
        send(&mut viewer, said).await;
        let (_, (code, reason)) = rest(&mut viewer).await;
        assert!(code == 4006 && reason.starts_with(expected), "{code} {reason}");
    }
}

#[tokio::test]
async fn nobody_waits_for_a_server_that_says_nothing() {
    let desk = Desk::new(None, Rights::Control).await;
    let no_answer = (1011, "The VNC server did not answer in time.".to_owned());
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    desk.gateway.catches_up().await;
    skip(Duration::from_secs(10)).await;
    assert_eq!(closed(&mut viewer).await, no_answer);
    within(server.read_to_end(&mut Vec::new())).await.unwrap();

    // One that lets us in, and then says nothing of its screen.
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    within(vnc::log_in(&mut server, None)).await;
    receive(&mut viewer, 12).await;
    send(&mut viewer, vnc::VERSION).await;
    receive(&mut viewer, 2).await;
    send(&mut viewer, &[1, 1]).await;
    assert_eq!(receive(&mut viewer, 4).await, [0; 4]);
    hears(&mut server, &vnc::hello()).await;
    skip(Duration::from_secs(10)).await;
    assert_eq!(closed(&mut viewer).await, no_answer);
}

#[tokio::test]
async fn nobody_waits_for_a_viewer_that_says_nothing() {
    let desk = Desk::new(None, Rights::Control).await;
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    within(vnc::log_in(&mut server, None)).await;
    receive(&mut viewer, 12).await;
    skip(Duration::from_secs(10)).await;
    assert_eq!(
        closed(&mut viewer).await,
        (4008, "The viewer did not answer.".into())
    );
    within(server.read_to_end(&mut Vec::new())).await.unwrap();
}

#[tokio::test]
async fn a_viewer_that_is_ended_in_its_handshake_is_told_and_heard_out() {
    let desk = Desk::new(None, Rights::Control).await;
    let mut viewer = wire::open(&desk.gateway, "alice").await;
    let mut server = desk.target.accept().await;
    within(vnc::log_in(&mut server, None)).await;
    assert_eq!(wire::read_frame(&mut viewer).await.1, vnc::VERSION);
    let id = desk.gateway.sessions_become(1).await[0].id;
    assert!(desk.gateway.sessions().end(id, CloseReason::Disconnected));
    assert_eq!(wire::read_close(&mut viewer).await.0, 4002);
    // What was under way from it meanwhile is read, and not answered by a reset.
    viewer
        .write_all(&wire::frame(wire::BINARY, &[0; 10_000]))
        .await
        .unwrap();
    viewer
        .write_all(b"no frame at all, and much of it")
        .await
        .unwrap();
    viewer.shutdown().await.unwrap();
    assert_eq!(within(viewer.read(&mut [0; 1])).await.unwrap(), 0);
    desk.gateway.sessions_become(0).await;
}

#[tokio::test]
async fn a_viewer_that_leaves_in_its_handshake_frees_the_server() {
    let desk = Desk::new(None, Rights::Control).await;
    let mut viewer = desk.gateway.viewer("alice").await;
    let mut server = desk.target.accept().await;
    within(vnc::log_in(&mut server, None)).await;
    within(viewer.close(None)).await.unwrap();
    assert_eq!(
        rest(&mut viewer).await.1.0,
        1005,
        "answered as it was asked, without a code"
    );
    drop(viewer);
    within(server.read_to_end(&mut Vec::new())).await.unwrap();
    desk.gateway.sessions_become(0).await;
}
