//! TLS and plain HTTP on one port: who is spoken to how.

use std::{sync::Arc, time::Duration};

use porthole_gateway::{Identity, Plain};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, ProtocolVersion, crypto::ring, version},
};

use crate::common::{
    TestGateway, TestTarget, echo, identity, receive, send, skip,
    transport::{secured, trusting},
    wire, within,
};

/// What a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// A gateway that speaks both, whose token `raw` leads to an echo.
async fn both() -> TestGateway {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    gateway.set_identity(Some(identity()));
    gateway
}

async fn tcp(gateway: &TestGateway) -> TcpStream {
    within(TcpStream::connect(gateway.address())).await.unwrap()
}

async fn tls(gateway: &TestGateway) -> TlsStream<TcpStream> {
    let stream = tcp(gateway).await;
    within(secured(stream, gateway.address())).await.unwrap()
}

/// What is answered to a WebSocket that a page of this origin opens.
async fn status(gateway: &TestGateway, stream: &mut TlsStream<TcpStream>, scheme: &str) -> u16 {
    let hello = wire::handshake(gateway.address(), "raw", "").replace("http://", &format!("{scheme}://"));
    within(stream.write_all(hello.as_bytes())).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(within(stream.read_u8()).await.unwrap());
    }
    std::str::from_utf8(&head[9..12]).unwrap().parse().unwrap()
}

/// That the session which was opened there is alive.
async fn echoes(stream: &mut TlsStream<TcpStream>) {
    within(stream.write_all(&wire::frame(wire::BINARY, b"hello")))
        .await
        .unwrap();
    assert_eq!(wire::read_frame(stream).await, (wire::BINARY, b"hello".to_vec()));
}

#[tokio::test]
async fn http_and_https_are_spoken_on_one_port() {
    let gateway = both().await;
    let mut plain = gateway.viewer("raw").await;
    let mut secure = tls(&gateway).await;
    assert_eq!(status(&gateway, &mut secure, "https").await, 101);
    echoes(&mut secure).await;
    send(&mut plain, b"hello").await;
    assert_eq!(receive(&mut plain, 5).await, b"hello");
    assert_eq!(gateway.sessions().list().len(), 2);
}

#[tokio::test]
async fn over_tls_a_page_that_came_without_may_open_nothing() {
    let gateway = both().await;
    assert_eq!(status(&gateway, &mut tls(&gateway).await, "http").await, 403);
}

#[tokio::test]
async fn both_versions_are_spoken_and_http_1_1_within_them() {
    let gateway = both().await;
    for (version, protocols, agreed) in [
        (&version::TLS12, &[&b"h2"[..], b"http/1.1"][..], true),
        (&version::TLS13, &[&b"h2"[..], b"http/1.1"], true),
        (&version::TLS13, &[], true),
        (&version::TLS13, &[b"h2"], false),
    ] {
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(trusting())
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let name = gateway.address().ip().into();
        let connected = TlsConnector::from(Arc::new(config)).connect(name, tcp(&gateway).await);
        let Ok(mut stream) = within(connected).await else {
            assert!(!agreed, "{version:?} {protocols:?}");
            continue;
        };
        let session = stream.get_ref().1;
        assert_eq!(
            (
                session.protocol_version(),
                session.alpn_protocol().is_some(),
                agreed
            ),
            (Some(version.version), !protocols.is_empty(), true)
        );
        assert_eq!(status(&gateway, &mut stream, "https").await, 101);
        echoes(&mut stream).await;
    }
    assert_eq!(version::TLS12.version, ProtocolVersion::TLSv1_2);
}

#[tokio::test]
async fn where_https_is_asked_of_everybody_plain_http_is_told_so() {
    let gateway = both().await;
    gateway.set_plain(Plain::Nobody);
    let at = gateway.address();
    for request in [
        format!("GET /v HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n"),
        wire::handshake(at, "raw", "Connection: close\r\n"),
        wire::handshake(at, "raw", "Connection: close\r\n").replace(&at.to_string(), "evil.example"),
    ] {
        let (status, head, body) = wire::ask(at, &request).await;
        assert_eq!(
            (status, &*body),
            (
                400,
                "Only https is spoken here: the address begins with https://\n"
            )
        );
        assert!(!head.to_lowercase().contains("location"), "{head}");
    }
    let mut secure = tls(&gateway).await;
    assert_eq!(status(&gateway, &mut secure, "https").await, 101);
    echoes(&mut secure).await;
    gateway.set_plain(Plain::ThisMachine);
    gateway.viewer("raw").await;
}

/// The fingerprint that a browser would show.
fn fingerprint(stream: &TlsStream<TcpStream>) -> String {
    let shown = Sha256::digest(&stream.get_ref().1.peer_certificates().unwrap()[0]);
    let pairs: Vec<_> = shown.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

#[tokio::test]
async fn an_identity_is_changed_under_running_sessions() {
    let gateway = both().await;
    let mut first = tls(&gateway).await;
    assert_eq!(fingerprint(&first), identity().fingerprint());
    assert_eq!(status(&gateway, &mut first, "https").await, 101);

    let renewed = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = renewed.signing_key.serialize_pem();
    gateway.set_identity(Some(
        Identity::from_pem(renewed.cert.pem().as_bytes(), key.as_bytes()).unwrap(),
    ));
    // The new certificate is not that which this client trusts.
    let refused = within(secured(tcp(&gateway).await, gateway.address())).await;
    assert!(refused.unwrap_err().to_string().contains("certificate"));

    // Without one, its bytes are bad HTTP.
    gateway.set_identity(None);
    assert!(
        within(secured(tcp(&gateway).await, gateway.address()))
            .await
            .is_err()
    );
    gateway.set_identity(Some(identity()));
    assert_eq!(fingerprint(&tls(&gateway).await), identity().fingerprint());
    echoes(&mut first).await;
}

#[tokio::test]
async fn a_handshake_has_five_seconds() {
    let gateway = both().await;
    for said in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"] {
        let mut stream = tcp(&gateway).await;
        stream.write_all(said).await.unwrap();
        gateway.catches_up().await;
        skip(HANDSHAKE / 2).await;
        // A byte now and then does not buy time.
        let _ = stream.write_all(&said[..said.len().min(1)]).await;
        gateway.catches_up().await;
        skip(HANDSHAKE / 2 + Duration::from_millis(10)).await;
        let _ = within(stream.read_to_end(&mut Vec::new())).await;
    }
    // Behind a handshake there are as many for the request.
    let mut stream = tls(&gateway).await;
    gateway.catches_up().await;
    skip(HANDSHAKE + Duration::from_millis(10)).await;
    let _ = within(stream.read_to_end(&mut Vec::new())).await;
}

#[tokio::test]
async fn handshakes_that_do_not_end_make_room_for_newer_ones() {
    let gateway = both().await;
    let mut stuck = Vec::new();
    for _ in 0..300 {
        let mut stream = tcp(&gateway).await;
        stream.write_all(b"\x16\x03\x01").await.unwrap();
        stuck.push(stream);
    }
    let mut secure = tls(&gateway).await;
    assert_eq!(status(&gateway, &mut secure, "https").await, 101);
    echoes(&mut secure).await;
    // No time has passed: they were too many.
    let _ = within(stuck[0].read_to_end(&mut Vec::new())).await;
}

#[tokio::test]
async fn keys_may_change_on_the_way() {
    let gateway = both().await;
    let mut secure = tls(&gateway).await;
    assert_eq!(status(&gateway, &mut secure, "https").await, 101);
    for _ in 0..3 {
        secure.get_mut().1.refresh_traffic_keys().unwrap();
        echoes(&mut secure).await;
    }
}

#[tokio::test]
async fn what_is_not_tls_any_more_ends_the_session() {
    let gateway = both().await;
    let target = TestTarget::tcp().await;
    gateway.grant("raw", crate::common::raw(target.target()));
    for broken in [
        &b"\x17\x03\x03\0\x20not encrypted with the key at all"[..],
        b"GET /",
    ] {
        let mut secure = tls(&gateway).await;
        assert_eq!(status(&gateway, &mut secure, "https").await, 101);
        let mut server = target.accept().await;
        let whole = wire::frame(wire::BINARY, b"hello");
        within(secure.write_all(&whole)).await.unwrap();
        within(secure.get_mut().0.write_all(broken)).await.unwrap();
        let mut heard = Vec::new();
        within(server.read_to_end(&mut heard)).await.unwrap();
        assert_eq!(heard, b"hello");
        gateway.sessions_become(0).await;
    }
}
