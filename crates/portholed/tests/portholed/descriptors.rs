//! Few descriptors: strangers go, visitors get an answer, and nobody waits for ever.

use std::{
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{Client, connect, get},
    program::{Home, Portholed, token_source},
    target,
};

/// So few that a dozen viewers take them all.
const DESCRIPTORS: u32 = 48;

#[tokio::test]
async fn strangers_make_room_for_visitors_and_nothing_spins() {
    let home = Home::new();
    let tokens = home.write("tokens", &format!("alice: {}\n", target::echo().await));
    let source = token_source(&tokens);
    let portholed = Portholed::start_within(DESCRIPTORS, &home, &[&source[0], &source[1], "127.0.0.1:0"]);
    let at = portholed.address;
    let mut before = connect(at, "/?token=alice").await;
    before.hears_its_echo().await;

    let cpu = portholed.cpu();
    let mut strangers = Vec::new();
    for _ in 0..5 {
        strangers.extend((0..DESCRIPTORS).map(|_| TcpStream::connect(at).unwrap()));
        // At once, and not when the strangers' five seconds are over.
        connect(at, "/?token=alice").await.hears_its_echo().await;
        before.hears_its_echo().await;
    }
    assert!(portholed.cpu() - cpu < Duration::from_secs(2));
    let said = home.read("stderr");
    assert_eq!(
        said.matches("nearly all descriptors are taken").count(),
        1,
        "{said}"
    );
    assert!(!said.contains("cannot accept"), "{said}");
}

#[tokio::test]
async fn where_sessions_take_all_the_next_is_told_so_and_the_files_of_the_program_can_be_opened() {
    let home = Home::new();
    let (alice, bob) = (target::echo().await, target::echo().await);
    let tokens = home.write("tokens", &format!("alice: {alice}\nbob: {bob}\n"));
    let source = token_source(&tokens);
    let args = [&source[0], &source[1], "127.0.0.1:0"];
    let portholed = Portholed::start_within(DESCRIPTORS, &home, &args);
    let at = portholed.address;
    let mut sessions: Vec<Client> = Vec::new();
    let turned_away = loop {
        assert!(sessions.len() < DESCRIPTORS as usize);
        let mut viewer = connect(at, "/?token=alice").await;
        viewer.send(Message::binary(&b"hello"[..])).await;
        match viewer.answer().await {
            Message::Binary(_) => sessions.push(viewer),
            Message::Close(Some(frame)) => break (u16::from(frame.code), frame.reason.to_string()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        turned_away,
        (4013, "The gateway has no room for another session.".into())
    );
    // The same for another display, however often, and its page opens. What somebody who was turned away gives back may
    // be room for one more.
    let mut turned_away = 0;
    for _ in 0..20 {
        let mut viewer = connect(at, "/?token=bob").await;
        viewer.send(Message::binary(&b"hello"[..])).await;
        match viewer.answer().await {
            Message::Binary(_) => sessions.push(viewer),
            Message::Close(Some(frame)) if u16::from(frame.code) == 4013 => turned_away += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(turned_away > 15, "{turned_away}");
    assert_eq!(get(at, "/vnc.html").await.0, 200);
    // A token file that changes is read.
    home.replace("tokens", &format!("alice: {alice}\ncarol: {alice}\n"));
    sessions.pop();
    let mut tries = 0;
    loop {
        // The gateway hears of whoever left a moment later.
        let mut carol = connect(at, "/?token=carol").await;
        carol.send(Message::binary(&b"hello"[..])).await;
        if matches!(carol.answer().await, Message::Binary(_)) {
            break;
        }
        tries += 1;
        assert!(tries < 100);
    }
    for viewer in &mut sessions {
        viewer.hears_its_echo().await;
    }
}

/// The program raises its own limit; programs that wait by `select` break where more than 1024 files can be open.
#[test]
fn desktops_may_open_as_many_files_as_the_program_when_it_was_started() {
    let home = Home::new();
    let said = home.path("said");
    home.write(
        "c.toml",
        &format!(
            "port = 0\n[[display]]\nname = \"Alice\"\nlaunch = {{ geometry = \"320x240\", session = \"ulimit -S -n >{}; exec sleep 600\" }}\n",
            said.display()
        ),
    );
    let portholed = home.command_at_home(&["--config=c.toml"]);
    let mut limited = home.command_of(Path::new("sh"));
    limited
        .args(["-c", "ulimit -S -n 300; exec \"$0\" \"$@\""])
        .arg(portholed.get_program())
        .args(portholed.get_args());
    let _portholed = Portholed::run(&home, &mut limited);
    assert!(home.run(&["start", "Alice", "--config=c.toml"]).status.success());
    let deadline = Instant::now() + Duration::from_secs(30);
    while std::fs::read_to_string(&said).unwrap_or_default() != "300\n" {
        assert!(Instant::now() < deadline, "{:?}", std::fs::read_to_string(&said));
        std::thread::yield_now();
    }
    assert!(
        home.run(&["stop", "Alice", "--yes", "--config=c.toml"])
            .status
            .success()
    );
}
