//! Those who are refused before their token is looked at, and how they and the owner learn why.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use porthole_gateway::{Access, OwnName, OwnNames, Pages, RefusalCause, SettingsPlace};

use crate::common::{
    SCHEME, TestGateway, TestTarget, echo, open, raw, receive, send,
    wire::{ask, handshake},
    within,
};

fn why(path: &str, host: &str, origin: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nX-Porthole-Why: 1\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n"
    )
}

#[tokio::test]
async fn our_page_learns_why_its_websocket_was_refused() {
    let gateway = TestGateway::start().await;
    let at = gateway.address().to_string();
    let own = format!("{SCHEME}://{at}");
    for (host, origin, told) in [
        (&*at, &*own, r#"{"refused":null,"name":"","setting":""}"#),
        (
            "Backend:80",
            "https://desk.example.org",
            r#"{"refused":"host","name":"backend","setting":"hosts = [\"backend\"]"}"#,
        ),
        (
            &at,
            "https://desk.example.org",
            r#"{"refused":"origin","name":"https://desk.example.org","setting":"origins = [\"https://desk.example.org\"]"}"#,
        ),
        (&at, "null", r#"{"refused":"origin","name":"","setting":""}"#),
        ("a b", &own, r#"{"refused":"host","name":"","setting":""}"#),
    ] {
        for path in ["/websockify", "/?token=x"] {
            let (status, head, body) = ask(gateway.address(), &why(path, host, origin)).await;
            assert_eq!((status, &*body), (200, told), "{host} {origin}");
            // Pages of other Origins cannot read it.
            assert!(
                head.contains("\r\ncross-origin-resource-policy: same-origin"),
                "{head}"
            );
            assert!(!head.contains("access-control"), "{head}");
        }
    }
    // Nor send it: a browser asks first, and is not told that it may.
    let preflight = why("/websockify", &at, "https://evil.example").replacen("POST", "OPTIONS", 1);
    let (status, head, _) = ask(gateway.address(), &preflight).await;
    assert!(status == 204 && !head.contains("access-control"), "{head}");
    let old = why("/websockify", &at, &own).replace("HTTP/1.1", "HTTP/1.0");
    assert!(
        ask(gateway.address(), &old)
            .await
            .2
            .contains(r#""refused":"http""#)
    );
}

#[tokio::test]
async fn on_the_command_line_the_option_is_named() {
    let access = Access {
        hosts: vec!["desk.example".into()],
        settings: SettingsPlace::CommandLine,
        ..Access::default()
    };
    let gateway = TestGateway::with(access, Pages::Embedded { index: None }).await;
    let at = gateway.address();
    let get = "GET /v HTTP/1.1\r\nHost: desk.fritz.box:6080\r\nConnection: close\r\n\r\n";
    let (status, _, body) = ask(at, get).await;
    assert_eq!(status, 421);
    assert!(
        body.contains("<code>--allow-host=desk.fritz.box</code>"),
        "{body}"
    );
    let told = ask(at, &why("/", &at.to_string(), "https://a.example")).await.2;
    assert!(
        told.contains(r#""setting":"--allow-origin=https://a.example""#),
        "{told}"
    );
}

#[tokio::test]
async fn a_handshake_that_a_proxy_spoiled_is_named_once_and_counted() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let at = gateway.address();
    let hello = handshake(at, "raw", "").replace("\r\n\r\n", "\r\nX: y\r\n\r\n");
    let closing = |hello: &str| hello.replace("X: y", "Connection: close");
    let stripped = hello
        .replace("Upgrade: websocket\r\n", "")
        .replace("Connection: Upgrade\r\n", "");
    let changes = gateway.refusals().changes();
    for _ in 0..5 {
        for (request, words) in [
            // As NGINX passes it on by default.
            (closing(&stripped.replace("HTTP/1.1", "HTTP/1.0")), "HTTP/1.0"),
            (closing(&hello.replace("HTTP/1.1", "HTTP/1.0")), "HTTP/1.0"),
            (closing(&stripped), "without its Upgrade headers"),
            (
                closing(&hello.replace("Upgrade: websocket", "Upgrade: h2c")),
                "without its Upgrade headers",
            ),
            (
                closing(&hello.replace("binary, porthole.token.raw", "base64")),
                "subprotocol",
            ),
            (closing(&hello.replace("Version: 13", "Version: 8")), "version 13"),
        ] {
            let (status, _, body) = ask(at, &request).await;
            assert_eq!(status, 400, "{request}");
            assert!(body.contains(words), "{body}");
        }
    }
    let mut list: Vec<_> = gateway
        .refusals()
        .list()
        .into_iter()
        .map(|refusal| (refusal.cause, refusal.times))
        .collect();
    list.sort_by_key(|(_, times)| *times);
    for (cause, times) in [
        (RefusalCause::Http10, 10),
        (RefusalCause::NoUpgrade, 10),
        (RefusalCause::Subprotocol, 5),
        (RefusalCause::Version, 5),
    ] {
        assert!(list.contains(&(cause.clone(), times)), "{cause:?}: {list:?}");
    }
    assert_eq!((list.len(), *changes.borrow()), (4, 4));
}

#[tokio::test]
async fn the_owner_sees_which_hosts_and_origins_were_refused_and_not_a_thousand_of_them() {
    let gateway = TestGateway::start().await;
    let at = gateway.address();
    for i in 0..100 {
        let get = format!("GET / HTTP/1.1\r\nHost: desk{i}.example:6080\r\nConnection: close\r\n\r\n");
        assert_eq!(ask(at, &get).await.0, 421);
    }
    let list = gateway.refusals().list();
    assert_eq!(list.len(), 32);
    assert!(
        list.iter()
            .any(|refusal| refusal.cause == RefusalCause::Host("desk99.example".into()))
    );
}

/// Names that a lookup finds, and how often it was asked.
#[derive(Default)]
struct Names(AtomicUsize);

impl OwnNames for Names {
    fn has<'a>(&'a self, name: &'a str) -> OwnName<'a> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            tokio::task::yield_now().await;
            name == "desk.fritz.box"
        })
    }
}

#[tokio::test]
async fn this_machines_names_in_its_network_are_answered_at_any_port() {
    let names = Arc::new(Names::default());
    let gateway = TestGateway::with_own_names(names.clone()).await;
    gateway.grant("raw", raw(echo(TestTarget::tcp().await)));
    for host in ["desk.fritz.box:6080", "DESK.fritz.box", "desk.fritz.box.:16080"] {
        let origin = format!("{SCHEME}://{host}");
        let headers = [("Host", host), ("Origin", &*origin)];
        let mut viewer = within(open(gateway.address(), "/?token=raw", &headers))
            .await
            .unwrap();
        send(&mut viewer, b"hello").await;
        assert_eq!(receive(&mut viewer, 5).await, b"hello", "{host}");
    }
    let asked = names.0.load(Ordering::Relaxed);
    assert_eq!(asked, 3);
    for host in [
        "evil.example",
        "x@desk.fritz.box",
        "desk.fritz.box.evil.example",
        "desk.fritz.box/",
    ] {
        let get = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(ask(gateway.address(), &get).await.0, 421, "{host}");
    }
    // Nobody looks for what cannot be a name, and for what is known anyway.
    assert_eq!(names.0.load(Ordering::Relaxed), asked + 2);
    let at = gateway.address();
    let get = format!("GET / HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    ask(at, &get).await;
    assert_eq!(names.0.load(Ordering::Relaxed), asked + 2);
}
