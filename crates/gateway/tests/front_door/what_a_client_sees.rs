//! What a client sees in each case: close codes and their sentences, which viewers' pages explain to people.

use std::time::{Duration, SystemTime};

use crate::common::{
    TestGateway, TestTarget, Viewer, closed, echo, open, raw, receive, rest, send, wire, within,
};
use porthole_gateway::{Access, Grant, Pages, Target};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite;

const NO_SUCH_LINK: (u16, &str) = (4001, "This link does not open a display.");

async fn sees(viewer: &mut Viewer, (code, reason): (u16, &str)) {
    assert_eq!(closed(viewer).await, (code, reason.to_owned()));
}

#[tokio::test]
async fn unknown_empty_missing_and_expired_tokens_look_the_same() {
    let gateway = TestGateway::start().await;
    let target = TestTarget::tcp().await;
    let expires = Some(SystemTime::now() - Duration::from_secs(1));
    gateway.grant(
        "expired",
        Grant {
            expires,
            door: None,
            ..raw(target.target())
        },
    );
    for token in ["unknown", "", "expired"] {
        sees(&mut gateway.viewer(token).await, NO_SUCH_LINK).await;
    }
    for path in [
        "/",
        "/websockify?token=",
        "/websockify?token=unknown",
        "/?Token=expired",
    ] {
        let mut viewer = within(open(gateway.address(), path, &[])).await.unwrap();
        sees(&mut viewer, NO_SUCH_LINK).await;
    }
}

#[tokio::test]
async fn a_target_that_cannot_be_reached_says_why() {
    let gateway = TestGateway::start().await;
    let down = TestTarget::tcp().await.target();
    let gone = TestTarget::unix().target();
    // RFC 6761 §6.4: no name ends in this.
    let nowhere = "desk.invalid:5900".parse().unwrap();
    for (token, target, why) in [
        ("down", down, "nothing is listening there"),
        ("gone", gone, "its socket does not exist"),
        ("nowhere", nowhere, "unknown host name"),
    ] {
        gateway.grant(token, raw(target));
        let reason = format!("The VNC server cannot be reached: {why}.");
        sees(&mut gateway.viewer(token).await, (1011, &reason)).await;
    }
}

#[tokio::test]
async fn a_target_that_closes_is_heard_to_its_last_byte() {
    for target in [TestTarget::tcp().await, TestTarget::unix()] {
        let gateway = TestGateway::relaying(target.target()).await;
        let mut viewer = gateway.viewer("raw").await;
        let mut server = target.accept().await;
        let said: Vec<u8> = (0..3_000_000u32).map(|i| (i % 251) as u8).collect();
        let (sent, (heard, closed)) = tokio::join!(
            async {
                server.write_all(&said).await.unwrap();
                drop(server);
            },
            rest(&mut viewer)
        );
        assert_eq!((sent, closed), ((), (1000, "Target closed".into())));
        assert!(heard == said, "{} of {} bytes", heard.len(), said.len());
    }
}

#[tokio::test]
async fn a_text_frame_and_an_unmasked_one_end_the_session() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let unmasked = [wire::BINARY, 2, b'h', b'i'];
    for (bytes, code, reason) in [
        (
            wire::frame(wire::TEXT, b"hi"),
            1003,
            "Text frames are not understood here; send binary ones.",
        ),
        (unmasked.to_vec(), 1002, "The frame is not masked."),
    ] {
        let mut viewer = wire::open(&gateway, "raw").await;
        viewer.write_all(&bytes).await.unwrap();
        assert_eq!(wire::read_close(&mut viewer).await, (code, reason.to_owned()));
        // And then the end, not a reset that could overtake the reason.
        assert_eq!(within(viewer.read(&mut [0; 1])).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn only_version_13_is_spoken() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    for version in ["12", "8", "0", "14", "013", ""] {
        let hello = wire::handshake(gateway.address(), "raw", "")
            .replace("Version: 13", &format!("Version: {version}"));
        let hello = hello.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        let (status, head, _) = wire::ask(gateway.address(), &hello).await;
        assert_eq!(status, 400, "version {version:?}");
        // RFC 6455 §4.4.
        assert!(head.contains("\r\nsec-websocket-version: 13"), "{head}");
    }
}

#[tokio::test]
async fn binary_is_chosen_from_among_others_none_is_fine_and_anything_else_is_refused() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let at = gateway.address();
    for (path, offered) in [
        ("/?token=raw", None),
        ("/?token=raw", Some("binary")),
        ("/", Some("binary, porthole.token.raw")),
        ("/", Some("porthole.token.raw,binary")),
        ("/?token=wrong", Some("binary, porthole.token.raw")),
        ("/?token=raw", Some("binary, base64")),
        ("/?token=raw", Some("base64, binary")),
        ("/?token=raw", Some("binary, chat")),
    ] {
        let headers = offered.map(|offered| ("Sec-WebSocket-Protocol", offered));
        // `open` checks what is echoed.
        let mut viewer = within(open(at, path, headers.as_slice())).await.unwrap();
        send(&mut viewer, b"hello").await;
        assert_eq!(receive(&mut viewer, 5).await, b"hello");
    }
    for offered in ["base64", "chat, base64", "BINARY", "porthole.token"] {
        let refused = within(open(at, "/?token=raw", &[("Sec-WebSocket-Protocol", offered)])).await;
        let Err(tungstenite::Error::Http(response)) = refused else {
            panic!("{offered}: {refused:?}")
        };
        assert_eq!(response.status(), 400, "{offered}");
    }
}

#[tokio::test]
async fn a_token_in_the_query_opens_on_any_path() {
    let gateway = TestGateway::start().await;
    gateway.grant("a b&c", raw(echo(TestTarget::unix())));
    for path in [
        "/?token=a+b%26c",
        "/websockify?token=a%20b%26c",
        "/x/y?z=1&token=a+b%26c&token=other",
        "/novnc/websockify?token=a+b%26c%0A",
        "/vnc.html?token=a+b%26c",
    ] {
        let mut viewer = within(open(gateway.address(), path, &[])).await.unwrap();
        send(&mut viewer, b"hello").await;
        assert_eq!(receive(&mut viewer, 5).await, b"hello", "{path}");
    }
}

#[tokio::test]
async fn when_the_gateway_stops_viewers_are_told() {
    let targets = [TestTarget::tcp().await, TestTarget::unix()];
    let gateway = TestGateway::with(Access::default(), Pages::Embedded { index: None }).await;
    let mut viewers = Vec::new();
    for target in &targets {
        gateway.grant("raw", raw(target.target()));
        viewers.push((gateway.viewer("raw").await, target.accept().await));
    }
    let (address, sessions) = (gateway.address(), gateway.sessions().clone());
    let told = async {
        for (viewer, _) in &mut viewers {
            sees(viewer, (1001, "Porthole is shutting down.")).await;
            // Answers the close frame.
            assert_eq!(rest(viewer).await.0, b"");
        }
    };
    tokio::join!(gateway.stop(), told);
    assert!(sessions.list().is_empty());
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_gateway_stops_though_a_viewer_does_not_listen() {
    let target = TestTarget::tcp().await;
    let gateway = TestGateway::relaying(target.target()).await;
    let mut deaf = wire::open(&gateway, "raw").await;
    let _server = target.accept().await;
    let sessions = gateway.sessions().clone();
    gateway.sessions_become(1).await;
    let stop = tokio::spawn(gateway.stop());
    assert_eq!(
        wire::read_close(&mut deaf).await,
        (1001, "Porthole is shutting down.".into())
    );
    crate::common::skip(Duration::from_secs(4)).await;
    within(stop).await.unwrap();
    assert!(sessions.list().is_empty());
}

#[tokio::test]
async fn a_target_in_this_process_is_dialled() {
    #[derive(Debug)]
    struct Desk(std::net::SocketAddr);
    impl porthole_gateway::Dial for Desk {
        fn dial(
            &self,
        ) -> std::pin::Pin<Box<dyn Future<Output = std::io::Result<tokio::net::TcpStream>> + Send + '_>>
        {
            Box::pin(tokio::net::TcpStream::connect(self.0))
        }
    }
    let TestTarget::Tcp(listener) = TestTarget::tcp().await else {
        unreachable!()
    };
    let desk = Desk(listener.local_addr().unwrap());
    echo(TestTarget::Tcp(listener));
    let gateway = TestGateway::relaying(Target::InProcess(std::sync::Arc::new(desk))).await;
    let mut viewer = gateway.viewer("raw").await;
    send(&mut viewer, b"hello").await;
    assert_eq!(receive(&mut viewer, 5).await, b"hello");
}
