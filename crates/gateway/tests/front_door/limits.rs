//! What one stranger can take from everybody: time, sockets, memory, guesses.

use std::time::Duration;

use futures_util::{FutureExt, future::join_all};
use porthole_gateway::{Grant, Limits, Rights};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::{
    Stream, TestGateway, TestTarget, closed, echo, hold_clock, raw, receive, send, skip, vnc,
    wire::{self, ask},
    within,
};
use crate::vnc_route::Desk;

const HEADERS: Duration = Duration::from_secs(5);

/// Reads until the gateway closes, however it does, and says what came.
async fn until_closed(stream: &mut Stream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = within(stream.read_to_end(&mut bytes)).await;
    bytes
}

/// Two ends of each connection live in this process.
fn allow_many_sockets() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(8_192).min(8_192);
    let raised = rustix::process::Rlimit {
        current: Some(wanted),
        ..limit
    };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, raised).unwrap();
}

#[tokio::test]
async fn a_request_has_five_seconds_to_come() {
    let gateway = TestGateway::start().await;
    for said in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\nX: "] {
        let mut stream = gateway.connect().await;
        stream.write_all(said.as_bytes()).await.unwrap();
        gateway.catches_up().await;
        skip(HEADERS / 2).await;
        // A byte now and then does not buy time.
        stream.write_all(b"G").await.unwrap();
        gateway.catches_up().await;
        skip(HEADERS / 2 + Duration::from_millis(10)).await;
        until_closed(&mut stream).await;
    }
}

#[tokio::test]
async fn a_connection_has_five_seconds_for_its_next_request() {
    let gateway = TestGateway::start().await;
    let mut stream = gateway.connect().await;
    let request = format!("HEAD / HTTP/1.1\r\nHost: {}\r\n\r\n", gateway.address());
    for _ in 0..3 {
        stream.write_all(request.as_bytes()).await.unwrap();
        assert!(wire::head(&mut stream).await.starts_with("HTTP/1.1 404"));
        skip(HEADERS - Duration::from_secs(1)).await;
    }
    stream.write_all(request.as_bytes()).await.unwrap();
    wire::head(&mut stream).await;
    skip(HEADERS + Duration::from_millis(10)).await;
    assert_eq!(until_closed(&mut stream).await, b"");
}

#[tokio::test]
async fn headers_are_counted_and_measured() {
    let gateway = TestGateway::start().await;
    let host = gateway.address();
    let request = |more: &str| format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n");
    // Two stand there already.
    assert_eq!(ask(host, &request(&"X: y\r\n".repeat(98))).await.0, 404);
    assert_eq!(ask(host, &request(&"X: y\r\n".repeat(99))).await.0, 431);
    let cookie = |len| format!("Cookie: {}\r\n", "y".repeat(len));
    assert_eq!(ask(host, &request(&cookie(20_000))).await.0, 404);
    assert_eq!(ask(host, &request(&cookie(8_000).repeat(4)[..])).await.0, 404);
    assert_eq!(ask(host, &request(&cookie(80_000))).await.0, 431);
    let path = "x".repeat(80_000);
    let (status, _, _) = ask(host, &request("").replacen('/', &format!("/{path}"), 1)).await;
    assert!(status == 414 || status == 431, "{status}");
}

#[tokio::test]
async fn a_body_is_not_waited_for() {
    let gateway = TestGateway::start().await;
    for body in ["Content-Length: 1000000000", "Transfer-Encoding: chunked"] {
        let mut stream = gateway.connect().await;
        let host = gateway.address();
        let head = format!("POST / HTTP/1.1\r\nHost: {host}\r\n{body}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        assert!(wire::head(&mut stream).await.starts_with("HTTP/1.1 404"));
        // More than all the system's buffers: it does not read on.
        let mut sent = 0;
        while let Ok(Ok(written)) = tokio::time::timeout(HEADERS, stream.write(&[b'5'; 100_000])).await {
            sent += written;
            assert!(sent < 64 << 20, "it reads on");
        }
    }
}

#[tokio::test]
async fn a_thousand_who_say_nothing_keep_nobody_out() {
    allow_many_sockets();
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let clock = hold_clock();
    let mut before = gateway.viewer("raw").await;
    let mut silent = Vec::new();
    for i in 0..1_000 {
        let mut stream = gateway.connect().await;
        if i % 2 == 0 {
            stream.write_all(b"GET /websockify?tok").await.unwrap();
        }
        silent.push(stream);
    }
    let mut meanwhile = gateway.viewer("raw").await;
    for viewer in [&mut before, &mut meanwhile] {
        send(viewer, b"hello").await;
        assert_eq!(receive(viewer, 5).await, b"hello");
    }
    clock.advance(HEADERS + Duration::from_millis(10)).await;
    for mut stream in silent {
        until_closed(&mut stream).await;
    }
    // Their sessions began before, and hold no place among those who have shown no token.
    for viewer in [&mut before, &mut meanwhile] {
        send(viewer, b"hello").await;
        assert_eq!(receive(viewer, 5).await, b"hello");
    }
}

#[tokio::test]
async fn guesses_beyond_twenty_wait_and_a_right_token_never_does() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let clock = hold_clock();
    for i in 0..20 {
        let mut guess = gateway.viewer(&format!("guess{i}")).await;
        assert_eq!(closed(&mut guess).await.0, 4001, "{i}");
    }
    let mut guesses = Vec::new();
    for i in 0..3 {
        guesses.push(wire::open(&gateway, &format!("late{i}")).await);
        // Whoever talks meanwhile waits all the same.
        let talk = wire::frame(wire::BINARY, b"let me in");
        guesses[i].write_all(&talk).await.unwrap();
    }
    let mut viewer = gateway.viewer("raw").await;
    send(&mut viewer, b"hello").await;
    assert_eq!(receive(&mut viewer, 5).await, b"hello");
    for guess in &mut guesses {
        assert!(
            guess.read_u8().now_or_never().is_none(),
            "a guess was answered at once"
        );
    }
    // One a second is answered, in their order.
    for guess in &mut guesses {
        clock.advance(Duration::from_millis(1010)).await;
        assert_eq!(wire::read_close(guess).await.0, 4001);
    }
}

#[tokio::test]
async fn a_right_token_passes_while_two_thousand_guesses_wait() {
    allow_many_sockets();
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    // A second more buys another guess, and the machine may need many for so many.
    let _clock = hold_clock();
    let mut guesses = Vec::new();
    for i in 0..2_000 {
        let mut guess = gateway.connect().await;
        let hello = wire::handshake(gateway.address(), &format!("guess{i}"), "");
        within(guess.write_all(hello.as_bytes())).await.unwrap();
        wire::head(&mut guess).await;
        guesses.push(guess);
    }
    let mut viewer = gateway.viewer("raw").await;
    send(&mut viewer, b"hello").await;
    assert_eq!(receive(&mut viewer, 5).await, b"hello");
    // Those that wait are bounded for each address: the others were cut off, and not answered.
    // (Two that come one after the other may be taken in the other way round.)
    for guess in &mut guesses[40..1_900] {
        assert_eq!(until_closed(guess).await, b"");
    }
    for guess in &mut guesses[1_960..] {
        assert!(
            guess.read_u8().now_or_never().is_none(),
            "a guess was answered at once"
        );
    }
}

#[tokio::test]
async fn the_65th_session_of_a_link_is_turned_away_and_takes_the_place_of_one_that_leaves() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    gateway.grant("other", raw(echo(TestTarget::tcp().await)));
    let mut viewers = Vec::new();
    for _ in 0..64 {
        viewers.push(gateway.viewer("raw").await);
    }
    gateway.sessions_become(64).await;
    let (code, reason) = closed(&mut gateway.viewer("raw").await).await;
    assert_eq!(code, 4013, "{reason}");
    assert!(reason.contains("link"), "{reason}");
    // Another link to the same display.
    let mut other = gateway.viewer("other").await;
    send(&mut other, b"hello").await;
    assert_eq!(receive(&mut other, 5).await, b"hello");
    viewers.pop();
    gateway.sessions_become(64).await;
    let mut next = gateway.viewer("raw").await;
    send(&mut next, b"hello").await;
    assert_eq!(receive(&mut next, 5).await, b"hello");
}

#[tokio::test]
async fn a_display_is_bounded_over_all_its_links_and_others_are_not_concerned() {
    let target = echo(TestTarget::tcp().await);
    let gateway = TestGateway::start().await;
    let bob = Grant {
        display: "Bob".into(),
        ..raw(target.clone())
    };
    gateway.grant("bob", bob);
    let mut viewers = Vec::new();
    for link in ["one", "two", "three"] {
        gateway.grant(link, raw(target.clone()));
    }
    for link in ["one", "two"] {
        for _ in 0..64 {
            viewers.push(gateway.viewer(link).await);
        }
    }
    gateway.sessions_become(128).await;
    let (code, reason) = closed(&mut gateway.viewer("three").await).await;
    assert_eq!(code, 4013, "{reason}");
    assert!(reason.contains("display"), "{reason}");
    let mut bob = gateway.viewer("bob").await;
    send(&mut bob, b"hello").await;
    assert_eq!(receive(&mut bob, 5).await, b"hello");
}

/// A place that is kept for nobody is one that somebody else lacks.
#[tokio::test]
async fn who_leaves_while_the_server_hangs_is_gone_at_once() {
    for (hangs, password) in [
        ("at once", None),
        ("at the screen", None),
        ("at the password", Some("secret")),
    ] {
        for says_goodbye in [true, false] {
            let desk = Desk::new(None, Rights::Control).await;
            // Nobody waits for the ten seconds that a server has.
            let _clock = hold_clock();
            let mut viewer = desk.gateway.viewer("alice").await;
            let mut server = desk.target.accept().await;
            if hangs != "at once" {
                let hello = async {
                    receive(&mut viewer, 12).await;
                    send(&mut viewer, vnc::VERSION).await;
                    let offered = receive(&mut viewer, 2).await;
                    send(&mut viewer, &offered[1..]).await;
                    if password.is_some() {
                        assert_eq!(receive(&mut viewer, 16).await, vnc::CHALLENGE);
                        send(&mut viewer, &[7; 16]).await;
                    } else {
                        receive(&mut viewer, 4).await;
                        send(&mut viewer, &[1]).await;
                    }
                };
                let server = async {
                    if password.is_some() {
                        server.write_all(vnc::VERSION).await.unwrap();
                        assert_eq!(&vnc::read::<12>(&mut server).await, vnc::VERSION);
                        server.write_all(&[1, 2]).await.unwrap();
                        assert_eq!(vnc::read::<1>(&mut server).await, [2]);
                        server.write_all(&vnc::CHALLENGE).await.unwrap();
                        assert_eq!(vnc::read::<16>(&mut server).await, [7; 16]);
                    } else {
                        vnc::log_in(&mut server, None).await;
                        assert_eq!(vnc::read::<9>(&mut server).await[..], vnc::hello());
                    }
                };
                tokio::join!(hello, server);
            }
            desk.gateway.sessions_become(1).await;
            if says_goodbye {
                within(viewer.close(None)).await.unwrap();
            } else {
                drop(viewer);
            }
            desk.gateway.sessions_become(0).await;
        }
    }
}

#[tokio::test]
async fn who_was_refused_cannot_stay() {
    let gateway = TestGateway::start().await;
    let mut stream = wire::open(&gateway, "wrong").await;
    assert_eq!(wire::read_close(&mut stream).await.0, 4001);
    // It neither answers nor hangs up, and goes on sending.
    stream
        .write_all(&wire::frame(wire::BINARY, b"let me in"))
        .await
        .unwrap();
    skip(Duration::from_secs(3)).await;
    until_closed(&mut stream).await;
    // The end of the stream came with the refusal; a reset tells that the gateway has let go.
    let gone = async { while stream.write(b"still here").await.is_ok() {} };
    within(gone).await;
}

#[tokio::test]
async fn who_was_refused_and_stays_makes_room_for_the_next() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    gateway.set_limits(Limits {
        sessions_per_link: 0,
        ..Limits::default()
    });
    // More than one address may have there. They go on talking, and nobody waits for the three seconds of their goodbye.
    let _clock = hold_clock();
    let mut refused = Vec::new();
    for _ in 0..300 {
        let mut stream = wire::open(&gateway, "raw").await;
        assert_eq!(wire::read_close(&mut stream).await.0, 4013);
        refused.push(stream);
    }
    gateway.set_limits(Limits::default());
    let gone = async {
        for stream in &mut refused[..40] {
            while stream.write(b"still here").await.is_ok() {}
        }
    };
    within(gone).await;
    let last = &mut refused[299];
    assert!(last.write(b"still here").await.is_ok());
    let mut viewer = gateway.viewer("raw").await;
    send(&mut viewer, b"hello").await;
    assert_eq!(receive(&mut viewer, 5).await, b"hello");
}

#[tokio::test]
async fn viewers_that_come_while_the_gateway_stops_are_not_left_hanging() {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    let at = gateway.address();
    let coming: Vec<_> = (0..50)
        .map(|i| {
            tokio::spawn(async move {
                for _ in 0..i {
                    tokio::task::yield_now().await;
                }
                match crate::common::open(at, "/?token=raw", &[]).await {
                    Ok(mut viewer) => crate::common::rest(&mut viewer).await.1.0,
                    Err(_) => 0,
                }
            })
        })
        .collect();
    for _ in 0..25 {
        tokio::task::yield_now().await;
    }
    let sessions = gateway.sessions().clone();
    gateway.stop().await;
    for viewer in coming {
        let code = within(viewer).await.unwrap();
        assert!([0, 1001, 1006].contains(&code), "{code}");
    }
    assert!(sessions.list().is_empty());
}

#[tokio::test]
async fn all_viewers_of_a_link_share_one_budget_of_full_updates_and_each_has_its_first() {
    const CHANGES: [u8; 10] = [3, 1, 0, 0, 0, 0, 2, 128, 1, 224];
    let desk = Desk::new(None, Rights::View).await;
    let wish = [FULL; 20].concat();
    let begun = tokio::time::Instant::now();
    let mut passed = 0;
    for number in 0..4 {
        let (mut viewer, mut server) = desk.session().await;
        send(&mut viewer, &wish).await;
        let mut full = 0;
        for _ in 0..20 {
            let heard = vnc::read::<10>(&mut server).await;
            assert!([FULL, CHANGES].contains(&heard));
            full += u64::from(heard == FULL);
        }
        assert!(
            full >= if number == 0 { 10 } else { 1 },
            "viewer {number}: {full}"
        );
        passed += full;
        // Ten at once and one for each second, and the first of each.
        let most = 10 + begun.elapsed().as_secs() + 1 + number + 1;
        assert!(passed <= most, "viewer {number}: {passed} of {most}");
    }
}

const FULL: [u8; 10] = [3, 0, 0, 0, 0, 0, 2, 128, 1, 224];

/// Its first full update is each session's own, so whoever connects anew for each would have as many as they like.
#[tokio::test]
async fn who_connects_anew_for_each_full_update_waits_for_it_and_has_it() {
    const ROUNDS: u32 = 4;
    const AT_ONCE: u32 = 19;
    let desk = Desk::new(None, Rights::View).await;
    let begun = tokio::time::Instant::now();
    for _ in 0..ROUNDS {
        let visits = (0..AT_ONCE).map(async |_| {
            let (mut viewer, mut server) = desk.session().await;
            send(&mut viewer, &FULL).await;
            assert_eq!(vnc::read::<10>(&mut server).await, FULL);
            // Kept until all have theirs: they may have each other's server.
            (viewer, server)
        });
        join_all(visits).await;
    }
    // 64 at once, and then four a second. A machine that is slow takes longer.
    assert!(begun.elapsed() >= Duration::from_millis(250) * (ROUNDS * AT_ONCE - 65));
}

#[tokio::test]
async fn who_waits_for_a_first_full_update_may_leave_or_be_given_control() {
    const WAITING: usize = 40;
    let desk = Desk::new(None, Rights::View).await;
    let comes = async || {
        let mut viewer = desk.gateway.viewer("alice").await;
        let mut server = desk.target.accept().await;
        let up_to_client_init = async {
            receive(&mut viewer, 12).await;
            send(&mut viewer, vnc::VERSION).await;
            receive(&mut viewer, 2).await;
            send(&mut viewer, &[1]).await;
            receive(&mut viewer, 4).await;
            send(&mut viewer, &[1]).await;
        };
        tokio::join!(vnc::log_in(&mut server, None), up_to_client_init);
        (viewer, server)
    };
    drop(join_all((0..64).map(|_| desk.session())).await);
    desk.gateway.sessions_become(0).await;
    let clock = hold_clock();
    let mut waiting = Vec::new();
    for _ in 0..WAITING {
        waiting.push(comes().await);
    }
    // Its turn would come in ten seconds, and none pass.
    let id = desk.gateway.sessions_become(WAITING).await[WAITING - 1].id;
    within(desk.gateway.sessions().set_rights(id, Rights::Control))
        .await
        .unwrap();
    let (_last, mut server) = waiting.remove(WAITING - 1);
    assert_eq!(vnc::read::<9>(&mut server).await[..], vnc::hello());
    // Those who leave are gone at once, and have taken nothing: the next turn is not behind theirs.
    drop(waiting);
    desk.gateway.sessions_become(1).await;
    let (_next, mut server) = comes().await;
    desk.gateway.sessions_become(2).await;
    clock.advance(Duration::from_millis(260)).await;
    assert_eq!(vnc::read::<9>(&mut server).await[..], vnc::hello());
}

#[tokio::test]
async fn who_is_turned_away_takes_no_slot_and_no_use_of_the_link() {
    let desk = Desk::new(None, Rights::View).await;
    desk.gateway.set_limits(Limits {
        sessions_per_link: 1,
        sessions_per_display: 1,
    });
    for _ in 0..3 {
        let (viewer, server) = desk.session().await;
        for _ in 0..3 {
            assert_eq!(closed(&mut desk.gateway.viewer("alice").await).await.0, 4013);
        }
        drop((viewer, server));
        desk.gateway.sessions_become(0).await;
    }
    // A display that cannot be reached keeps no slot either.
    let gone = TestTarget::tcp().await.target();
    desk.gateway.grant("alice", raw(gone));
    for _ in 0..3 {
        assert_eq!(closed(&mut desk.gateway.viewer("alice").await).await.0, 1011);
        desk.gateway.sessions_become(0).await;
    }
}
