//! No token, query or password is logged, at any level.

use std::{
    io,
    sync::{Arc, Mutex},
};

use porthole_gateway::Rights;
use tokio::io::AsyncWriteExt;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::common::{
    TestGateway, TestTarget, closed, echo, open, raw, receive, rest, send, vnc, wire, within,
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(&mut *self.0.lock().unwrap(), bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn logs_hold_no_secret() {
    let log = Log::default();
    let everything = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // Of all threads: one that first comes by without a subscriber would switch an event off for this one too. What
    // other tests log is checked along with it.
    tracing::subscriber::set_global_default(everything).unwrap();

    let gateway = TestGateway::start().await;
    let at = gateway.address();
    let target = TestTarget::tcp().await;
    gateway.grant("s3cr3t-raw", raw(echo(TestTarget::tcp().await)));
    gateway.grant("s3cr3t-down", raw(TestTarget::tcp().await.target()));
    gateway.grant_vnc("s3cr3t-vnc", target.target(), Some("s3cr3tpw"), Rights::View);

    // Tokens by both ways, good, wrong, and with a target that is down.
    for path in ["/?token=s3cr3t-raw", "/x?s3cr3t-query=1&token=s3cr3t-raw"] {
        let mut viewer = within(open(
            at,
            path,
            &[("Cookie", "s3cr3t-cookie"), ("Referer", "http://s3cr3t/")],
        ))
        .await
        .unwrap();
        send(&mut viewer, b"s3cr3t-bytes").await;
        receive(&mut viewer, 12).await;
        within(viewer.close(None)).await.unwrap();
        rest(&mut viewer).await;
    }
    for token in ["s3cr3t-wrong", "s3cr3t-down"] {
        closed(&mut gateway.viewer(token).await).await;
    }
    // A VNC password.
    let mut viewer = gateway.viewer("s3cr3t-vnc").await;
    let mut server = target.accept().await;
    within(vnc::log_in(&mut server, Some("s3cr3tpw"))).await;
    send(&mut viewer, b"RFB 003.003\n").await;
    assert_eq!(rest(&mut viewer).await.1.0, 4006);
    drop(viewer);
    // Requests that are refused, pages that are not there, and what is no request.
    for request in [
        wire::handshake(at, "s3cr3t-raw", "Connection: close\r\n")
            .replace("Origin: http", "Origin: http://evil.example?"),
        wire::handshake(at, "s3cr3t-raw", "Connection: close\r\n").replace("Version: 13", "Version: 8"),
        format!("GET /s3cr3t?token=s3cr3t HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n"),
        format!("GET /?token=s3cr3t HTTP/1.1\r\nHost: {at}\r\nAuthorization: s3cr3t\r\nX\r\n\r\n"),
        "s3cr3t\r\n\r\n".into(),
    ] {
        wire::ask(at, &request).await;
    }
    let mut text = wire::open(&gateway, "s3cr3t-raw").await;
    text.write_all(&wire::frame(wire::TEXT, b"s3cr3t-text"))
        .await
        .unwrap();
    wire::read_close(&mut text).await;
    drop(text);
    gateway.sessions_become(0).await;
    gateway.stop().await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for told in [
        "session began",
        "session ended",
        "refused: This link does not open a display",
        "the WebSocket names no Origin that could be ours",
    ] {
        assert!(log.contains(told), "{told}: {log}");
    }
    let leaks: Vec<_> = log
        .lines()
        .filter(|line| line.to_lowercase().contains("s3cr3t"))
        .collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}
