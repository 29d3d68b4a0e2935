//! Who is answered at all, and what a browser gets besides the WebSocket.

use std::{net::SocketAddr, sync::Arc};

use porthole_gateway::{Access, IndexEntry, Pages};

use crate::common::{SCHEME, TestGateway, TestTarget, echo, open, raw, receive, send, wire::ask, within};

const NOTHING: &str = "There is nothing here.\n";

/// A request by hand; `None` leaves the header out.
fn request(path: &str, hosts: &[String], origins: &[String], token: Option<&str>) -> String {
    let mut request = format!("GET {path} HTTP/1.1\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n");
    for host in hosts {
        request += &format!("Host: {host}\r\n");
    }
    for origin in origins {
        request += &format!("Origin: {origin}\r\n");
    }
    if let Some(token) = token {
        request += &format!("Sec-WebSocket-Protocol: binary, porthole.token.{token}\r\n");
    }
    request + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
}

fn page(path: &str, host: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

/// Every Host that a page of somebody else's can make a browser send, and some that none can.
fn foreign_hosts(at: SocketAddr) -> Vec<Vec<String>> {
    let port = at.port();
    let mut hosts: Vec<Vec<String>> = [
        format!("evil.example:{port}"),
        "evil.example".into(),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("evil.local:{port}"),
        "desk.fritz.box".into(),
        format!("127.1:{port}"),
        format!("0x7f000001:{port}"),
        format!("evil@127.0.0.1:{port}"),
        format!("127.0.0.1:{port}@evil.example"),
        format!("127.0.0.1:{port}/"),
        format!("127.0.0.1:{port}, evil.example"),
        format!("[::1:{port}"),
        String::new(),
    ]
    .map(|host| vec![host])
    .into();
    hosts.push(vec![]);
    hosts.push(vec![at.to_string(), "evil.example".into()]);
    hosts
}

fn foreign_origins(at: SocketAddr) -> Vec<Vec<String>> {
    let port = at.port();
    let mut origins: Vec<Vec<String>> = [
        "null".into(),
        format!("{SCHEME}://evil.example"),
        format!("{SCHEME}://evil.example:{port}"),
        format!("{SCHEME}://127.0.0.1:{}", port ^ 1),
        format!("{SCHEME}://127.0.0.1:1"),
        format!("{SCHEME}://127.0.0.2:{port}"),
        format!("{SCHEME}://127.0.0.1:{port}.evil.example"),
        format!("{SCHEME}://127.0.0.1:{port}@evil.example"),
        format!("{SCHEME}://evil@127.0.0.1:{port}"),
        format!("{SCHEME}://127.0.0.1:{port}/"),
        format!("file://127.0.0.1:{port}"),
        format!("127.0.0.1:{port}"),
        String::new(),
    ]
    .map(|origin| vec![origin])
    .into();
    origins.push(vec![]);
    origins.push(vec![
        format!("{SCHEME}://{at}"),
        format!("{SCHEME}://evil.example"),
    ]);
    origins
}

/// What whoever asks for one of these Hosts gets: which setting would make it ours, and nothing else.
fn is_foreign_host_page(host: &str, body: &str) {
    let name = host.split(':').next().unwrap();
    let can_be_one = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    match can_be_one && !host.contains(['@', '/', ',']) {
        true => assert!(
            body.contains(&format!("<code>hosts = [&quot;{name}&quot;]</code>")),
            "{host}: {body}"
        ),
        false => assert!(body.contains("<h1>No host name</h1>"), "{host}: {body}"),
    }
}

#[tokio::test]
async fn of_strangers_requests_none_is_accepted_and_all_see_the_same() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let at = gateway.address();
    let ours = vec![at.to_string()];
    let our_origin = vec![format!("{SCHEME}://{at}")];
    let mut asked = 0;
    let mut refused = async |hosts: &[String], origins: &[String], status: u16| {
        // The token is a good one, and does not help.
        for (path, token) in [("/", Some("raw")), ("/websockify?token=raw", None)] {
            let (got, _, body) = ask(at, &request(path, hosts, origins, token)).await;
            assert_eq!(got, status, "Host {hosts:?}, Origin {origins:?}, {path}");
            match (status, hosts) {
                (421, [host]) => is_foreign_host_page(host, &body),
                (421, _) => is_foreign_host_page("", &body),
                _ => assert_eq!(body, NOTHING, "Host {hosts:?}, Origin {origins:?}, {path}"),
            }
            // Whether the token is right changes nothing of it.
            let other = ask(at, &request(path, hosts, origins, token).replace("raw", "wrong")).await;
            assert_eq!((got, &body), (other.0, &other.2));
            asked += 1;
        }
    };
    for hosts in foreign_hosts(at) {
        for origins in foreign_origins(at).iter().chain([&our_origin]) {
            refused(&hosts, origins, 421).await;
        }
        // Such a Host may well be the Origin of the page: DNS rebinding.
        if let [host] = &hosts[..] {
            refused(&hosts, &[format!("{SCHEME}://{host}")], 421).await;
        }
    }
    for origins in foreign_origins(at) {
        refused(&ours, &origins, 403).await;
        refused(&[format!("localhost:{}", at.port())], &origins, 403).await;
        refused(&["127.0.0.1".into()], &origins, 403).await;
    }
    assert!(asked >= 500, "{asked}");
    assert_eq!(*gateway.sessions().changes().borrow(), 0, "no session ever began");
}

#[tokio::test]
async fn pages_are_refused_to_strangers_too_and_nothing_tells_what_is_there() {
    let gateway = TestGateway::start().await;
    let at = gateway.address();
    let (status, head, body) = ask(at, &page("/", &at.to_string())).await;
    assert_eq!((status, &*body), (404, NOTHING));
    let but_status = |head: &str| {
        head.lines()
            .skip(1)
            .filter(|line| !line.starts_with("date"))
            .collect::<String>()
    };
    for hosts in foreign_hosts(at) {
        let host = hosts.first().map_or("", |host| &**host);
        if hosts.len() == 1 {
            let refusals = [
                ask(at, &page("/v", host)).await,
                ask(at, &page("/nothing", host)).await,
            ];
            assert_eq!(refusals[0].0, 421, "{host}");
            is_foreign_host_page(host, &refusals[0].2);
            assert_eq!(
                (&refusals[0].2, but_status(&refusals[0].1)),
                (&refusals[1].2, but_status(&refusals[1].1))
            );
        }
    }
    for path in [
        "/index.html",
        "/v/",
        "/.git/config",
        "/api",
        "/websockify",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//",
    ] {
        let refusal = ask(at, &page(path, &at.to_string())).await;
        assert_eq!((refusal.0, &*refusal.2), (404, NOTHING), "{path}");
        assert_eq!(but_status(&refusal.1), but_status(&head));
    }
    for method in ["POST", "PUT", "DELETE", "TRACE", "CONNECT", "NONSENSE"] {
        let refusal = ask(at, &page("/", &at.to_string()).replacen("GET", method, 1)).await;
        assert_eq!((refusal.0, &*refusal.2), (404, NOTHING), "{method}");
    }
}

#[tokio::test]
async fn every_page_has_the_headers_of_the_threat_model() {
    let gateway = TestGateway::with(Access::default(), index()).await;
    let at = gateway.address();
    for path in ["/", "/nothing"] {
        let (_, head, _) = ask(at, &page(path, &at.to_string())).await;
        for line in [
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(head.lines().any(|each| each == line), "{line}: {head}");
        }
        assert!(
            !head.contains("set-cookie") && !head.contains("\r\nserver:"),
            "{head}"
        );
    }
}

fn index() -> Pages {
    let entry = || IndexEntry {
        name: "Alice & Bob".into(),
        link: "v#abc".into(),
    };
    Pages::Embedded {
        index: Some(Arc::new(move || vec![entry()])),
    }
}

#[tokio::test]
async fn an_index_is_there_only_when_it_is_asked_for() {
    let gateway = TestGateway::with(Access::default(), index()).await;
    let at = gateway.address();
    let (status, _, body) = ask(at, &page("/", &at.to_string())).await;
    assert_eq!(status, 200);
    assert!(body.contains(r#"<a href="v#abc">Alice &amp; Bob</a>"#), "{body}");
    assert_eq!(ask(at, &page("/index.html", &at.to_string())).await.0, 404);
    assert_eq!(ask(at, &page("/", "evil.example")).await.0, 421);
}

#[tokio::test]
async fn names_and_origins_that_are_added_are_answered() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    gateway.set_access(Access {
        hosts: vec!["desk.example.org".into()],
        origins: vec!["https://portal.example.org".into()],
        ..Access::default()
    });
    for (host, origin) in [
        ("desk.example.org", "https://desk.example.org"),
        ("desk.example.org:8443", "https://desk.example.org:8443"),
        ("desk.example.org", "https://portal.example.org"),
    ] {
        let headers = [("Host", host), ("Origin", origin)];
        let mut viewer = within(open(gateway.address(), "/?token=raw", &headers))
            .await
            .unwrap();
        send(&mut viewer, b"hello").await;
        assert_eq!(receive(&mut viewer, 5).await, b"hello");
    }
    // And taken away again, from the next request on.
    gateway.set_access(Access::default());
    assert_eq!(
        ask(gateway.address(), &page("/", "desk.example.org")).await.0,
        421
    );
}

#[tokio::test]
async fn a_gateway_for_anybody_asks_for_nothing_but_the_token() {
    let any = Access {
        any: true,
        ..Access::default()
    };
    let gateway = TestGateway::with(any, Pages::Embedded { index: None }).await;
    gateway.grant("raw", raw(echo(TestTarget::tcp().await)));
    let at = gateway.address();
    let with = |hosts: &[&str], origins: &[&str]| {
        let owned = |all: &[&str]| all.iter().map(|each| each.to_string()).collect::<Vec<_>>();
        request("/?token=raw", &owned(hosts), &owned(origins), None).replace("Upgrade, close", "Upgrade")
    };
    for hello in [
        with(&["backend"], &[]),
        with(&["backend"], &["https://desk.example.org:8443"]),
        with(&[], &["null"]),
    ] {
        let mut stream = gateway.connect().await;
        within(tokio::io::AsyncWriteExt::write_all(&mut stream, hello.as_bytes()))
            .await
            .unwrap();
        let head = crate::common::wire::head(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    }
    assert_eq!(ask(at, &page("/", "backend")).await.0, 404);
}

#[tokio::test]
async fn a_folder_is_served_and_nothing_above_it() {
    let folder = tempfile::tempdir().unwrap();
    let web = folder.path().join("web");
    std::fs::create_dir_all(web.join("sub/deeper")).unwrap();
    std::fs::write(folder.path().join("secret"), "secret").unwrap();
    std::fs::write(web.join("hello.html"), "hello").unwrap();
    std::fs::write(web.join("sub/index.html"), "sub").unwrap();
    let gateway = TestGateway::with(Access::default(), Pages::Dir(web)).await;
    let (at, host) = (gateway.address(), gateway.address().to_string());
    let (status, head, body) = ask(at, &page("/hello.html", &host)).await;
    assert_eq!((status, &*body), (200, "hello"));
    assert!(
        head.contains("content-type: text/html") && head.contains("x-content-type-options: nosniff"),
        "{head}"
    );
    assert_eq!(ask(at, &page("/sub/", &host)).await.2, "sub");
    // Below whatever prefix a proxy put before it.
    for path in ["/sub", "/sub?a=b/c", "//sub"] {
        let (status, head, _) = ask(at, &page(path, &host)).await;
        let to = path.trim_start_matches('/').replace("sub", "sub/");
        assert_eq!(status, 307, "{path}");
        assert!(head.contains(&format!("location: ./{to}\r\n")), "{path}: {head}");
    }
    for path in [
        "/",
        "/sub/deeper/",
        "/secret",
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/sub/../../secret",
        "/sub/..%5c..%5csecret",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/hello.html%00",
    ] {
        let (status, _, body) = ask(at, &page(path, &host)).await;
        assert_eq!((status, &*body), (404, NOTHING), "{path}");
    }
    assert_eq!(
        ask(at, &page("/hello.html", &host).replacen("GET", "POST", 1))
            .await
            .0,
        404
    );
    assert_eq!(ask(at, &page("/hello.html", "evil.example")).await.0, 421);
}

#[tokio::test]
async fn a_tunnel_or_a_container_has_a_port_of_its_own() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    // As ssh -L 16080:…:6080 and docker -p 8080:6080 make a browser ask.
    for host in [
        "localhost:16080",
        "127.0.0.1:16080",
        "[::1]:16080",
        "192.0.2.7:8080",
        "localhost",
    ] {
        let origin = format!("{SCHEME}://{host}");
        let headers = [("Host", host), ("Origin", &*origin)];
        let mut viewer = within(open(gateway.address(), "/?token=raw", &headers))
            .await
            .unwrap();
        send(&mut viewer, b"hello").await;
        assert_eq!(receive(&mut viewer, 5).await, b"hello", "{host}");
    }
}

#[tokio::test]
async fn every_path_can_be_asked_for_its_head_and_its_options() {
    let gateway = TestGateway::with(Access::default(), index()).await;
    let (at, host) = (gateway.address(), gateway.address().to_string());
    for (path, status) in [("/", 200), ("/nothing", 404)] {
        let (got, head, body) = ask(at, &page(path, &host).replacen("GET", "HEAD", 1)).await;
        let whole = ask(at, &page(path, &host)).await;
        assert_eq!((got, whole.0, &*body), (status, status, ""), "{path}");
        assert!(
            head.contains(&format!("content-length: {}", whole.2.len())),
            "{head}"
        );
        let (got, head, body) = ask(at, &page(path, &host).replacen("GET", "OPTIONS", 1)).await;
        assert_eq!((got, &*body), (204, ""), "{path}");
        assert!(head.contains("\r\nallow: GET, HEAD, OPTIONS"), "{head}");
        assert!(!head.contains("access-control"), "{head}");
    }
    assert_eq!(
        ask(at, &page("/", "evil.example").replacen("GET", "OPTIONS", 1))
            .await
            .0,
        421
    );
}

#[tokio::test]
async fn a_health_check_is_told_that_we_live_and_nothing_else() {
    let gateway = TestGateway::with(Access::default(), index()).await;
    let at = gateway.address();
    for request in [
        page("/healthz", &at.to_string()),
        page("/healthz", "10.0.0.7:6080"),
        page("/healthz", "evil.example"),
        // As HAProxy asks.
        "GET /healthz HTTP/1.0\r\n\r\n".into(),
        "HEAD /healthz HTTP/1.0\r\n\r\n".into(),
    ] {
        let (status, _, body) = ask(at, &request).await;
        assert_eq!(status, 200, "{request}");
        assert_eq!(
            body,
            if request.starts_with("HEAD") { "" } else { "ok\n" },
            "{request}"
        );
    }
    assert_eq!(
        ask(at, &page("/healthz", &at.to_string()).replacen("GET", "POST", 1))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn who_asks_by_a_foreign_name_reads_why_in_their_language() {
    let gateway = TestGateway::start().await;
    for (accepts, language, words) in [
        ("", "en", "evil.example is not a name of this server"),
        (
            "de-AT,de;q=0.9,en;q=0.8",
            "de",
            "evil.example ist kein Name dieses Servers",
        ),
        (
            "fr, DE; q=0.8, en;q=0.7",
            "de",
            "Wenn Sie diesen Server betreiben",
        ),
        ("en-GB, de;q=0.9", "en", "If you run this server"),
        ("de;q=0, fr", "en", "is not a name"),
        ("de;q=NaN, *;q=0.5, ,;;, dea", "en", "is not a name"),
    ] {
        let request = format!(
            "GET / HTTP/1.1\r\nHost: evil.example\r\nAccept-Language: {accepts}\r\nConnection: close\r\n\r\n"
        );
        let (status, _, body) = ask(gateway.address(), &request).await;
        assert_eq!(status, 421);
        assert!(
            body.contains(&format!("<html lang=\"{language}\">")),
            "{accepts}: {body}"
        );
        assert!(body.contains(words), "{accepts}: {body}");
    }
    let request = "GET / HTTP/1.1\r\nAccept-Language: de\r\nConnection: close\r\n\r\n";
    let (_, _, body) = ask(gateway.address(), request).await;
    assert!(body.contains("Kein Servername"), "{body}");
}
