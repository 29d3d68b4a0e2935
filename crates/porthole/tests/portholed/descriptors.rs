//! Out of descriptors: who is there stays, who comes waits, and nothing spins.

use std::{
    fs,
    io::Read,
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::{
    client::connect,
    program::{Home, Portholed, token_source},
    target,
};

/// So few that some strangers take them all.
const DESCRIPTORS: u32 = 48;

#[tokio::test]
async fn accept_pauses_and_resumes_and_says_so_once() {
    let home = Home::new();
    let tokens = home.write("tokens", &format!("alice: {}\n", target::echo().await));
    let source = token_source(&tokens);
    let portholed = Portholed::start_within(DESCRIPTORS, &home, &[&source[0], &source[1], "127.0.0.1:0"]);
    let at = portholed.address;
    let mut before = connect(at, "/?token=alice").await;
    before.hears_its_echo().await;

    let strangers: Vec<_> = (0..DESCRIPTORS)
        .map(|_| TcpStream::connect(at).unwrap())
        .collect();
    let said = |part: &str| home.read("stderr").matches(part).count();
    while said("cannot accept connections") == 0 {
        tokio::task::yield_now().await;
    }
    let (began, cpu) = (Instant::now(), portholed.cpu());
    before.hears_its_echo().await;
    // Those who say nothing are gone after five seconds, and then there is room.
    let mut first = &strangers[0];
    let _ = first.read(&mut [0; 1]);
    let spent = portholed.cpu() - cpu;
    assert!(
        spent < began.elapsed() / 20 + Duration::from_millis(50),
        "{spent:?} of {:?}",
        began.elapsed()
    );
    connect(at, "/?token=alice").await.hears_its_echo().await;
    before.hears_its_echo().await;
    assert_eq!(
        said("cannot accept connections"),
        1,
        "{}",
        fs::read_to_string(home.path("stderr")).unwrap()
    );
}
