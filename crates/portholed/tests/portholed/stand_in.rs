//! What a client sees, line by line as with websockify, or better.

use rustix::process::Signal;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{connect, connect_with, ending, get},
    program::{Home, Portholed, token_source},
    target,
};

const UNKNOWN: (u16, &str) = (4001, "This link does not open a display.");

async fn with_tokens(home: &Home, tokens: &str, options: &[&str]) -> Portholed {
    let source = token_source(&home.write("tokens", tokens));
    let args = [&[&*source[0], &*source[1], "127.0.0.1:0"], options].concat();
    Portholed::start(home, &args)
}

async fn with_echo(home: &Home, options: &[&str]) -> Portholed {
    let echo = target::echo().await;
    with_tokens(home, &format!("alice: {echo}\na b&c: {echo}\n"), options).await
}

#[tokio::test]
async fn a_token_opens_its_target_on_any_path() {
    let home = Home::new();
    let portholed = with_echo(&home, &[]).await;
    for path in [
        "/websockify?token=alice",
        "/?token=alice",
        "/x/y?z=1&token=alice&token=bob",
        "/?token=alice%0A",
        "/?token=a+b%26c",
    ] {
        connect(portholed.address, path).await.hears_its_echo().await;
    }
}

#[tokio::test]
async fn without_a_good_token_every_ending_is_the_same() {
    let home = Home::new();
    let portholed = with_echo(&home, &[]).await;
    for path in [
        "/?token=carol",
        "/?token=Alice",
        "/?token=",
        "/websockify",
        "/?Token=alice",
        "/?token=bob&token=alice",
    ] {
        let (code, reason) = ending(portholed.address, path).await;
        assert_eq!((code, &*reason), UNKNOWN, "{path}");
    }
}

#[tokio::test]
async fn a_target_that_cannot_be_reached_says_which_way() {
    let home = Home::new();
    let nobody = target::nobody().await;
    let tokens = format!("down: {nobody}\nname: host.invalid:5901\nsocket: unix_socket:/nowhere/alice\n");
    let portholed = with_tokens(&home, &tokens, &[]).await;
    let mut reasons = Vec::new();
    for token in ["down", "name", "socket"] {
        let (code, reason) = ending(portholed.address, &format!("/?token={token}")).await;
        assert_eq!(code, 1011, "{token}: {reason}");
        assert!(
            reason.starts_with("The VNC server cannot be reached: "),
            "{token}: {reason}"
        );
        reasons.push(reason);
    }
    reasons.sort();
    reasons.dedup();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
}

#[tokio::test]
async fn a_target_behind_a_unix_socket() {
    let home = Home::new();
    let socket = home.path("vnc");
    let listener = tokio::net::UnixListener::bind(&socket).unwrap();
    let portholed = with_tokens(&home, &format!("alice: unix_socket:{}\n", socket.display()), &[]).await;
    let mut client = connect(portholed.address, "/?token=alice").await;
    let (mut stream, _) = listener.accept().await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"RFB 003.008\n")
        .await
        .unwrap();
    assert_eq!(client.bytes().await, b"RFB 003.008\n");
}

#[tokio::test]
async fn a_target_that_closes() {
    let home = Home::new();
    let portholed = with_tokens(&home, &format!("alice: {}\n", target::farewell().await), &[]).await;
    let mut client = connect(portholed.address, "/?token=alice").await;
    assert_eq!(client.bytes().await, b"bye");
    assert_eq!(client.ending().await, (1000, "Target closed".into()));
}

#[tokio::test]
async fn a_signal_says_goodbye_and_ends_with_success() {
    for signal in [Signal::TERM, Signal::INT] {
        let home = Home::new();
        let portholed = with_echo(&home, &[]).await;
        let mut client = connect(portholed.address, "/?token=alice").await;
        client.hears_its_echo().await;
        let (status, ending) = tokio::join!(portholed.stop(signal), client.ending());
        assert_eq!((status.code(), ending.0), (Some(0), 1001), "{signal:?}");
    }
}

#[tokio::test]
async fn frames_that_are_not_allowed() {
    let home = Home::new();
    let portholed = with_echo(&home, &[]).await;
    let mut client = connect(portholed.address, "/?token=alice").await;
    client.send(Message::text("hello")).await;
    assert_eq!(client.ending().await.0, 1003);
    let client = connect(portholed.address, "/?token=alice").await;
    assert_eq!(
        client.code_after(b"\x82\x05hello").await,
        1002,
        "an unmasked frame"
    );
}

#[tokio::test]
async fn subprotocols_and_versions() {
    let home = Home::new();
    let portholed = with_echo(&home, &[]).await;
    let path = "/?token=alice";
    for (offered, answer) in [
        ("binary", Ok(Some("binary"))),
        ("base64", Err(400)),
        ("base64, x", Err(400)),
    ] {
        let seen = connect_with(portholed.address, path, &[("Sec-WebSocket-Protocol", offered)]).await;
        let seen = seen.map(|(_, headers)| headers.get("Sec-WebSocket-Protocol").cloned());
        assert_eq!(
            seen.as_ref()
                .map(|value| value.as_ref().map(|v| v.to_str().unwrap())),
            answer.as_ref().map(|a| *a)
        );
    }
    let (_, headers) = connect_with(portholed.address, path, &[]).await.unwrap();
    assert!(!headers.contains_key("Sec-WebSocket-Protocol"));
    let old = connect_with(portholed.address, path, &[("Sec-WebSocket-Version", "8")]).await;
    assert_eq!(old.err(), Some(400));
}

#[tokio::test]
async fn any_origin_and_host_unless_some_are_named() {
    let foreign = [("Origin", "http://elsewhere.example"), ("Host", "upstream")];
    let home = Home::new();
    let portholed = with_echo(&home, &[]).await;
    let (mut client, _) = connect_with(portholed.address, "/?token=alice", &foreign)
        .await
        .unwrap();
    client.hears_its_echo().await;

    for options in [
        ["--allow-host=desk.example.org"],
        ["--allow-origin=https://desk.example.org"],
    ] {
        let home = Home::new();
        let portholed = with_echo(&home, &options).await;
        assert!(
            connect_with(portholed.address, "/?token=alice", &foreign)
                .await
                .is_err(),
            "{options:?}"
        );
    }
    let home = Home::new();
    let portholed = with_echo(
        &home,
        &["--allow-host=upstream", "--allow-origin=http://elsewhere.example"],
    )
    .await;
    connect_with(portholed.address, "/?token=alice", &foreign)
        .await
        .unwrap()
        .0
        .hears_its_echo()
        .await;
}

#[tokio::test]
async fn one_target_needs_no_token_but_a_page_of_our_own() {
    let home = Home::new();
    let target = target::echo().await.to_string();
    let portholed = Portholed::start(&home, &["127.0.0.1:0", &target]);
    let own = format!("http://{}", portholed.address);
    for path in ["/websockify", "/?token=whatever"] {
        let (mut client, _) = connect_with(portholed.address, path, &[("Origin", &own)])
            .await
            .unwrap();
        client.hears_its_echo().await;
    }
    for headers in [
        &[("Origin", "http://elsewhere.example")][..],
        &[("Origin", &own), ("Host", "evil.example")],
        &[],
    ] {
        assert!(
            connect_with(portholed.address, "/websockify", headers)
                .await
                .is_err(),
            "{headers:?}"
        );
    }
}

#[tokio::test]
async fn the_index_is_shown_only_when_asked_for() {
    let home = Home::new();
    let portholed = with_echo(&home, &[]).await;
    let (_, body) = get(portholed.address, "/").await;
    assert!(!body.contains("alice") && !body.contains("127.0.0.1"), "{body}");

    let home = Home::new();
    let portholed = with_echo(&home, &["--index"]).await;
    let (status, body) = get(portholed.address, "/").await;
    assert_eq!(status, 200);
    for link in [
        "vnc.html#path=websockify%3Ftoken%3Dalice",
        "vnc.html#path=websockify%3Ftoken%3Da%2Bb%2526c",
    ] {
        assert!(body.contains(&format!("\"{link}\"")), "{body}");
    }
}

#[tokio::test]
async fn the_index_of_a_single_target_lists_it() {
    let home = Home::new();
    let portholed = Portholed::start(&home, &["--index", "127.0.0.1:0", "127.0.0.1:5901"]);
    let (status, body) = get(portholed.address, "/").await;
    assert_eq!(status, 200);
    assert!(
        body.contains("\"vnc.html\"") && body.contains("127.0.0.1:5901"),
        "{body}"
    );
}

#[tokio::test]
async fn a_folder_in_place_of_the_viewer() {
    let home = Home::new();
    std::fs::create_dir(home.path("web")).unwrap();
    home.write("web/vnc.html", "<p>our own</p>");
    let portholed = with_echo(&home, &["--web=web"]).await;
    assert_eq!(
        get(portholed.address, "/vnc.html").await,
        (200, "<p>our own</p>".into())
    );
    assert_eq!(get(portholed.address, "/../tokens").await.0, 404);
    connect(portholed.address, "/websockify?token=alice")
        .await
        .hears_its_echo()
        .await;
}

/// A start script of websockify's keeps working as it is, down to the shortest spelling.
#[tokio::test]
async fn options_as_websockify_takes_them() {
    let echo = target::echo().await;
    for options in [
        &["--token-plug=TokenFile", "--token-s", "tokens", "127.0.0.1:0"][..],
        &["--target-config=tokens", "--heartbeat=0", "127.0.0.1:0"],
        &[
            "--target-c",
            "tokens",
            "--libserver",
            "--file-only",
            "--no-parent",
            "127.0.0.1:0",
        ],
        &[
            "--target-config=none",
            "--target-config=tokens",
            "-v",
            "--verb",
            "-6",
            "127.0.0.1:0",
        ],
    ] {
        let home = Home::new();
        home.write("tokens", &format!("alice: {echo}\n"));
        let portholed = Portholed::start(&home, options);
        connect(portholed.address, "/?token=alice")
            .await
            .hears_its_echo()
            .await;
        assert_eq!(
            ending(portholed.address, "/?token=bob").await.0,
            4001,
            "{options:?}"
        );
    }
}

#[tokio::test]
async fn a_unix_target_by_its_own_option() {
    let home = Home::new();
    let listener = tokio::net::UnixListener::bind(home.path("vnc")).unwrap();
    let portholed = Portholed::start(&home, &["--unix-targ=vnc", "127.0.0.1:0"]);
    let own = format!("http://{}", portholed.address);
    let (mut client, _) = connect_with(portholed.address, "/websockify", &[("Origin", &own)])
        .await
        .unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"RFB 003.008\n")
        .await
        .unwrap();
    assert_eq!(client.bytes().await, b"RFB 003.008\n");
}

#[tokio::test]
async fn an_idle_viewer_is_pinged() {
    let home = Home::new();
    let portholed = with_echo(&home, &["--heartbeat=1"]).await;
    connect(portholed.address, "/?token=alice")
        .await
        .is_pinged()
        .await;
}
