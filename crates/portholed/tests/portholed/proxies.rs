//! Behind reverse proxies, and in other people's pages.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    client::{connect_with, visit_with},
    program::{Home, Portholed, token_source},
    target,
};

const DISPLAY: &str = "[[display]]\nname = \"Alice\"\ntarget = \"demo\"\n";

/// A program that serves a config with these keys.
fn serving(home: &Home, keys: &str) -> Portholed {
    home.write(
        "c.toml",
        &format!("listen = \"127.0.0.1\"\nport = 0\n{keys}{DISPLAY}"),
    );
    Portholed::start(home, &["--config=c.toml"])
}

fn prints(home: &Home, words: &[&str]) -> String {
    home.prints(&[words, &["--config=c.toml"]].concat())
}

/// Also where the program ends with a code of its own, as the doctor does.
fn json(home: &Home, words: &[&str]) -> Value {
    let output = home.run(&[words, &["--json", "--config=c.toml"]].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The whole answer to a request that names the gateway by `host`.
async fn ask(portholed: &Portholed, request: &str, host: &str) -> String {
    let mut socket = TcpStream::connect(portholed.address).await.unwrap();
    let request = format!("{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn sessions_and_history_are_of_the_visitor_that_a_trusted_proxy_names() {
    let home = Home::new();
    let portholed = serving(&home, "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n");
    let link = prints(&home, &["link", "Alice"]);
    let through = [("X-Forwarded-For", "9.9.9.9, 192.0.2.7, 10.0.0.3")];
    let mut viewer = visit_with(portholed.address, &link, &through).await.unwrap();
    viewer.bytes().await;
    viewer.come_in().await;
    assert_eq!(json(&home, &["sessions"])[0]["address"], "192.0.2.7");
    assert_eq!(json(&home, &["history"])[0]["address"], "192.0.2.7");
    // Taken back, it counts from the next visit on.
    home.replace("c.toml", &format!("listen = \"127.0.0.1\"\nport = 0\n{DISPLAY}"));
    loop {
        let mut viewer = visit_with(portholed.address, &link, &through).await.unwrap();
        viewer.bytes().await;
        let sessions = json(&home, &["sessions"]);
        let addresses: Vec<_> = sessions
            .as_array()
            .unwrap()
            .iter()
            .map(|session| &session["address"])
            .collect();
        if addresses.contains(&&"127.0.0.1".into()) {
            break;
        }
    }
}

#[tokio::test]
async fn visitors_who_wait_are_asked_about_by_their_own_address() {
    let home = Home::new();
    let portholed = serving(&home, "trusted_proxies = [\"127.0.0.1\"]\n");
    let link = prints(&home, &["link", "Alice", "--ask"]);
    let _viewer = visit_with(portholed.address, &link, &[("Forwarded", "for=192.0.2.7")])
        .await
        .unwrap();
    loop {
        let visitors = json(&home, &["visitors"]);
        if visitors[0] != Value::Null {
            assert_eq!(visitors[0]["address"], "192.0.2.7");
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn with_a_public_address_links_are_those_that_the_proxy_serves() {
    let home = Home::new();
    let mut portholed = serving(&home, "public_url = \"https://desk.example.org/novnc/\"\n");
    let printed = portholed.next_line();
    let link = printed.strip_prefix("Alice\t").unwrap();
    assert!(link.starts_with("https://desk.example.org/novnc/v#"), "{printed}");
    let made = json(&home, &["link", "Alice"]);
    let url = made["url"].as_str().unwrap();
    assert!(url.starts_with("https://desk.example.org/novnc/v#"), "{made:#}");
    assert_eq!(made["addresses"][0]["opens"]["kind"], "yes", "{made:#}");
    assert!(
        made["warnings"][0].as_str().unwrap().contains("proxy"),
        "{made:#}"
    );
    // The proxy may keep the Host, or put its own.
    let own = portholed.address.to_string();
    for host in ["desk.example.org", &own] {
        let headers = [("Host", host), ("Origin", "https://desk.example.org")];
        let mut viewer = visit_with(portholed.address, url, &headers).await.unwrap();
        assert_eq!(viewer.bytes().await, b"RFB 003.008\n");
    }
    let foreign = [("Origin", "https://evil.example.org")];
    assert_eq!(
        visit_with(portholed.address, url, &foreign).await.err(),
        Some(403)
    );
}

#[tokio::test]
async fn a_link_can_name_every_host_of_the_config() {
    let home = Home::new();
    let portholed = serving(&home, "hosts = [\"desk.example\"]\n");
    let link = prints(&home, &["link", "Alice", "--address", "Desk.example"]);
    let port = portholed.address.port();
    assert!(
        link.starts_with(&format!("http://desk.example:{port}/v#")),
        "{link}"
    );
    let at = format!("desk.example:{port}");
    let headers = [("Host", &*at), ("Origin", &*format!("http://{at}"))];
    let mut viewer = visit_with(portholed.address, &link, &headers).await.unwrap();
    assert_eq!(viewer.bytes().await, b"RFB 003.008\n");
    let output = home.run(&["link", "Alice", "--address", "other.example", "--config=c.toml"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && errors.contains("`hosts` in the config"),
        "{errors}"
    );
}

#[tokio::test]
async fn the_owner_finds_in_the_doctor_who_was_refused_and_why() {
    let home = Home::new();
    let portholed = serving(&home, "");
    for _ in 0..3 {
        let page = ask(&portholed, "GET /v", "desk.fritz.box:6080").await;
        assert!(
            page.starts_with("HTTP/1.1 421 ") && page.contains("hosts = [&quot;desk.fritz.box&quot;]"),
            "{page}"
        );
    }
    // As NGINX passes a handshake on by default.
    let own = portholed.address.to_string();
    let spoiled = format!("GET /websockify HTTP/1.0\r\nSec-WebSocket-Key: x\r\nOrigin: http://{own}\r\nX:");
    ask(&portholed, &spoiled, &own).await;
    let status = json(&home, &["status"]);
    let refused = status["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 2, "{status:#}");
    assert_eq!(
        (&refused[1]["name"], &refused[1]["times"]),
        (&"desk.fritz.box".into(), &3.into())
    );
    let findings = json(&home, &["doctor"]);
    let found: Vec<_> = findings
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["check"] == "refused")
        .collect();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0]["fix"]
            .as_str()
            .unwrap()
            .contains("hosts = [\"desk.fritz.box\"]"),
        "{found:#?}"
    );
    assert!(
        found[1]["fix"]
            .as_str()
            .unwrap()
            .contains("proxy_http_version 1.1"),
        "{found:#?}"
    );
    let log = home.read("stderr");
    assert_eq!(
        log.matches("desk.fritz.box` is not a Host of ours").count(),
        1,
        "{log}"
    );
}

#[tokio::test]
async fn in_websockifys_place_it_has_options_for_all_that() {
    let home = Home::new();
    let echo = target::echo().await.to_string();
    let options = [
        "127.0.0.1:0",
        &*echo,
        "--trusted-proxy=127.0.0.1",
        "--trusted-proxy=10.0.0.0/8",
        "--frame-ancestor=https://Portal.example",
    ];
    let portholed = Portholed::start(&home, &options);
    let own = portholed.address.to_string();
    let root = ask(&portholed, "GET /", &own).await;
    assert!(
        root.starts_with("HTTP/1.1 307 ") && root.contains("\r\nlocation: vnc.html\r\n"),
        "{root}"
    );
    let page = ask(&portholed, "GET /vnc.html", &own).await;
    assert!(
        page.starts_with("HTTP/1.1 200 ") && page.contains("frame-ancestors https://portal.example\r\n"),
        "{page}"
    );
    let foreign = ask(&portholed, "GET /", "desk.fritz.box").await;
    assert!(
        foreign.contains("<code>--allow-host=desk.fritz.box</code>"),
        "{foreign}"
    );
    let origin = format!("http://{own}");
    let headers = [("Origin", &*origin), ("X-Forwarded-For", "9.9.9.9, 192.0.2.7")];
    let (mut viewer, _) = connect_with(portholed.address, "/", &headers).await.unwrap();
    viewer.hears_its_echo().await;
    let log = home.read("stderr");
    assert!(log.contains("viewer=192.0.2.7"), "{log}");
}

#[tokio::test]
async fn with_tokens_the_root_tells_nothing_and_any_host_is_answered() {
    let home = Home::new();
    let source = token_source(&home.write("tokens", &format!("alice: {}\n", target::echo().await)));
    let portholed = Portholed::start(&home, &["127.0.0.1:0", &source[0], &source[1]]);
    assert!(
        ask(&portholed, "GET /", "backend")
            .await
            .starts_with("HTTP/1.1 404 ")
    );
    assert!(
        ask(&portholed, "GET /healthz", "backend")
            .await
            .ends_with("\r\n\r\nok\n")
    );
}
