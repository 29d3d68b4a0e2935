//! Behind reverse proxies: whose address a visit counts for.

use std::net::{IpAddr, SocketAddr};

use futures_util::FutureExt;
use porthole_gateway::{Access, Pages};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    TRANSPORT,
    common::{
        Stream, TestGateway, TestTarget, Transport, echo, hold_clock, raw, receive, send,
        transport::secured,
        wire::{self, handshake},
        within,
    },
};

/// A gateway that believes a proxy at these addresses, and whose token `raw` opens something.
async fn trusting(proxies: &[&str]) -> TestGateway {
    let access = Access {
        trusted_proxies: proxies.iter().map(|text| text.parse().unwrap()).collect(),
        ..Access::default()
    };
    let gateway = TestGateway::with(access, Pages::Embedded { index: None }).await;
    gateway.grant("raw", raw(echo(TestTarget::tcp().await)));
    gateway
}

/// A connection that a proxy passes on: with its own bytes first, before TLS.
async fn passed_on(at: SocketAddr, first: &[u8]) -> Stream {
    let mut stream = within(TcpStream::connect(at)).await.unwrap();
    stream.write_all(first).await.unwrap();
    match TRANSPORT {
        Transport::Tls => Stream::Tls(Box::new(within(secured(stream, at)).await.unwrap())),
        _ => Stream::Plain(stream),
    }
}

/// The address of the session that is opened by a connection with these first bytes and headers.
async fn client_of(gateway: &TestGateway, first: &[u8], headers: &str) -> IpAddr {
    let mut stream = passed_on(gateway.address(), first).await;
    let hello = handshake(gateway.address(), "raw", headers);
    within(stream.write_all(hello.as_bytes())).await.unwrap();
    let head = wire::head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let sessions = gateway.sessions_become(1).await;
    drop(stream);
    gateway.sessions_become(0).await;
    sessions[0].address
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Version 2 of the PROXY protocol, for a visitor with an IPv4 address.
fn v2(from: [u8; 4], more: &[u8]) -> Vec<u8> {
    let addresses = [&from[..], &[192, 0, 2, 9], &[1, 2, 3, 4], more].concat();
    let len = (addresses.len() as u16).to_be_bytes();
    [&b"\r\n\r\n\0\r\nQUIT\n\x21\x11"[..], &len, &addresses].concat()
}

#[tokio::test]
async fn whom_a_trusted_proxy_names_the_session_is_of() {
    let gateway = trusting(&["127.0.0.1", "10.0.0.0/8"]).await;
    for (headers, whom) in [
        ("", "127.0.0.1"),
        ("X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"),
        ("X-Forwarded-For: 9.9.9.9, 192.0.2.7, 10.0.0.3\r\n", "192.0.2.7"),
        (
            "x-forwarded-for: 9.9.9.9\r\nX-Forwarded-For: 192.0.2.7\r\n",
            "192.0.2.7",
        ),
        (
            "Forwarded: for=9.9.9.9, for=\"[2001:db8::7]:80\";proto=https\r\n",
            "2001:db8::7",
        ),
        (
            "Forwarded: for=9.9.9.9\r\nX-Forwarded-For: 192.0.2.7\r\n",
            "127.0.0.1",
        ),
        ("X-Forwarded-For: \u{e9}\r\n", "127.0.0.1"),
    ] {
        assert_eq!(client_of(&gateway, b"", headers).await, ip(whom), "{headers}");
    }
    for (first, whom) in [
        (
            b"PROXY TCP4 192.0.2.7 192.0.2.9 40000 443\r\n".to_vec(),
            "192.0.2.7",
        ),
        (
            b"PROXY TCP6 2001:db8::7 ::1 40000 443\r\n".to_vec(),
            "2001:db8::7",
        ),
        (b"PROXY UNKNOWN\r\n".to_vec(), "127.0.0.1"),
        (v2([192, 0, 2, 7], b""), "192.0.2.7"),
        // What HAProxy adds of TLS and its own names.
        (v2([192, 0, 2, 7], &[7; 1000]), "192.0.2.7"),
    ] {
        assert_eq!(client_of(&gateway, &first, "").await, ip(whom));
        // What a visitor says of itself behind that, nobody believes.
        let spoofed = client_of(&gateway, &first, "X-Forwarded-For: 9.9.9.9\r\n").await;
        assert_eq!(
            spoofed,
            if whom == "127.0.0.1" {
                ip("9.9.9.9")
            } else {
                ip(whom)
            }
        );
    }
    // Two proxies in a row: the first by HTTP, the second by TCP.
    let first = v2([10, 0, 0, 3], b"");
    assert_eq!(
        client_of(&gateway, &first, "X-Forwarded-For: 9.9.9.9, 192.0.2.7\r\n").await,
        ip("192.0.2.7")
    );
}

/// A visitor cannot hide behind the header that the proxy passes on unchanged.
#[tokio::test]
async fn of_a_proxy_whose_header_is_known_the_other_counts_for_nothing() {
    let (x, forwarded) = ("X-Forwarded-For: 192.0.2.7\r\n", "Forwarded: for=192.0.2.8\r\n");
    for (proxy, whom, alone) in [
        ("127.0.0.1 X-Forwarded-For", "192.0.2.7", forwarded),
        ("127.0.0.0/8 forwarded", "192.0.2.8", x),
    ] {
        let gateway = trusting(&[proxy]).await;
        let both = [x, forwarded].concat();
        assert_eq!(client_of(&gateway, b"", &both).await, ip(whom), "{proxy}");
        assert_eq!(client_of(&gateway, b"", alone).await, ip("127.0.0.1"), "{proxy}");
    }
}

#[tokio::test]
async fn what_others_say_of_themselves_counts_for_nothing() {
    for gateway in [trusting(&["10.0.0.0/8", "::1"]).await, trusting(&[]).await] {
        for headers in ["X-Forwarded-For: 192.0.2.7\r\n", "Forwarded: for=192.0.2.7\r\n"] {
            assert_eq!(
                client_of(&gateway, b"", headers).await,
                ip("127.0.0.1"),
                "{headers}"
            );
        }
        for header in [
            b"PROXY TCP4 192.0.2.7 192.0.2.9 1 2\r\n".to_vec(),
            v2([192, 0, 2, 7], b""),
        ] {
            let mut stream = within(TcpStream::connect(gateway.address())).await.unwrap();
            let hello = handshake(gateway.address(), "raw", "");
            stream
                .write_all(&[&header, hello.as_bytes()].concat())
                .await
                .unwrap();
            let mut answer = Vec::new();
            let _ = within(stream.read_to_end(&mut answer)).await;
            assert!(
                answer.is_empty() || answer.starts_with(b"HTTP/1.1 400 "),
                "{}",
                String::from_utf8_lossy(&answer)
            );
        }
        assert_eq!(*gateway.sessions().changes().borrow() % 2, 0);
        assert!(gateway.sessions().list().is_empty());
    }
}

#[tokio::test]
async fn each_visitor_behind_a_proxy_has_guesses_of_their_own() {
    let gateway = trusting(&["127.0.0.1"]).await;
    let _clock = hold_clock();
    let asked = async |token: &str, from: &str| {
        let mut stream = passed_on(gateway.address(), b"").await;
        let hello = handshake(gateway.address(), token, &format!("X-Forwarded-For: {from}\r\n"));
        within(stream.write_all(hello.as_bytes())).await.unwrap();
        wire::head(&mut stream).await;
        stream
    };
    let told = async |token: &str, from: &str| wire::read_close(&mut asked(token, from).await).await.0;
    let begun = std::time::Instant::now();
    for i in 0..20 {
        assert_eq!(told(&format!("guess{i}"), "192.0.2.7").await, 4001, "{i}");
    }
    // One a second is free again on a machine that is slow. Inventing hops to the left of the true one helps nobody.
    for from in ["192.0.2.7", "9.9.9.9, 192.0.2.7"] {
        let mut waits = asked("guess", from).await;
        assert_eq!(told("guess", "192.0.2.8").await, 4001);
        let waits = waits.read_u8().now_or_never().is_none();
        assert!(waits || begun.elapsed().as_secs() > 0, "{from}");
    }
}

#[tokio::test]
async fn a_proxy_header_may_come_in_pieces_and_has_five_seconds() {
    let gateway = trusting(&["127.0.0.1"]).await;
    let header = v2([192, 0, 2, 7], &[1; 50]);
    let mut stream = within(TcpStream::connect(gateway.address())).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in &header {
        stream.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut stream = match TRANSPORT {
        Transport::Tls => Stream::Tls(Box::new(
            within(secured(stream, gateway.address())).await.unwrap(),
        )),
        _ => Stream::Plain(stream),
    };
    within(stream.write_all(handshake(gateway.address(), "raw", "").as_bytes()))
        .await
        .unwrap();
    assert!(wire::head(&mut stream).await.starts_with("HTTP/1.1 101 "));
    assert_eq!(gateway.sessions_become(1).await[0].address, ip("192.0.2.7"));

    for unfinished in [&b""[..], b"PROXY TCP4 1", &header[..20]] {
        let mut slow = within(TcpStream::connect(gateway.address())).await.unwrap();
        slow.write_all(unfinished).await.unwrap();
        gateway.catches_up().await;
        crate::common::skip(std::time::Duration::from_secs(5)).await;
        let mut heard = Vec::new();
        let _ = within(slow.read_to_end(&mut heard)).await;
        assert_eq!(heard, b"");
    }
}

#[tokio::test]
async fn broken_and_endless_proxy_headers_end_the_connection() {
    let gateway = trusting(&["127.0.0.1"]).await;
    let endless = [b"PROXY TCP4 ".to_vec(), vec![b'1'; 1 << 20]].concat();
    let mut huge = v2([192, 0, 2, 7], b"");
    huge[14..16].copy_from_slice(&[0xff, 0xff]);
    for broken in [
        &b"PROXY NONSENSE\r\n"[..],
        b"PROXY TCP4 a b c d\r\n",
        &endless,
        &huge,
        b"PROXY",
    ] {
        let mut stream = within(TcpStream::connect(gateway.address())).await.unwrap();
        // It may be closed before all is written.
        let _ = within(stream.write_all(broken)).await;
        let _ = stream.shutdown().await;
        let mut heard = Vec::new();
        let _ = within(stream.read_to_end(&mut heard)).await;
        assert_eq!(
            heard,
            b"",
            "{}",
            String::from_utf8_lossy(&broken[..broken.len().min(40)])
        );
    }
    // And others go on.
    let mut viewer = gateway.viewer("raw").await;
    send(&mut viewer, b"hello").await;
    assert_eq!(receive(&mut viewer, 5).await, b"hello");
}

#[tokio::test]
async fn behind_a_proxy_of_tcp_methods_that_begin_alike_are_http() {
    let gateway = trusting(&["127.0.0.1"]).await;
    let at = gateway.address();
    for method in ["POST", "PUT", "PROPFIND"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
        assert_eq!(wire::ask(at, &request).await.0, 404, "{method}");
    }
}

#[tokio::test]
async fn many_idle_connections_of_a_proxy_push_out_only_those_of_the_same_visitor() {
    let gateway = trusting(&["127.0.0.1"]).await;
    let _clock = hold_clock();
    let mut idle = Vec::new();
    let mut of_another = within(TcpStream::connect(gateway.address())).await.unwrap();
    of_another.write_all(&v2([192, 0, 2, 8], b"")).await.unwrap();
    for _ in 0..300 {
        let mut stream = within(TcpStream::connect(gateway.address())).await.unwrap();
        stream.write_all(&v2([192, 0, 2, 7], b"")).await.unwrap();
        idle.push(stream);
    }
    // The first of the 300 are gone, although no time has passed.
    for stream in &mut idle[..40] {
        let mut byte = [0; 1];
        let read = within(stream.read(&mut byte)).await;
        assert!(matches!(read, Ok(0) | Err(_)));
    }
    let mut stream = match TRANSPORT {
        Transport::Tls => Stream::Tls(Box::new(
            within(secured(of_another, gateway.address())).await.unwrap(),
        )),
        _ => Stream::Plain(of_another),
    };
    within(stream.write_all(handshake(gateway.address(), "raw", "").as_bytes()))
        .await
        .unwrap();
    assert!(wire::head(&mut stream).await.starts_with("HTTP/1.1 101 "));
    assert_eq!(gateway.sessions_become(1).await[0].address, ip("192.0.2.8"));
}

/// A visitor who makes both headers differ counts for the proxy, and has no more guesses than anybody else.
#[tokio::test]
async fn who_hides_behind_the_proxy_waits_for_guesses_in_no_larger_crowd() {
    let gateway = trusting(&["127.0.0.1"]).await;
    let both = "X-Forwarded-For: 192.0.2.7\r\nForwarded: for=9.9.9.9\r\n";
    let _clock = hold_clock();
    let mut guesses = Vec::new();
    for i in 0..150 {
        let mut guess = gateway.connect().await;
        let hello = handshake(gateway.address(), &format!("guess{i}"), both);
        within(guess.write_all(hello.as_bytes())).await.unwrap();
        wire::head(&mut guess).await;
        guesses.push(guess);
    }
    // Twenty are answered and 64 may wait; those in between are cut off. (The first of them may have been answered.)
    for guess in &mut guesses[40..80] {
        let mut answer = Vec::new();
        let _ = within(guess.read_to_end(&mut answer)).await;
        assert_eq!(answer, b"");
    }
    assert!(
        guesses[149].read_u8().now_or_never().is_none(),
        "answered at once"
    );
}
