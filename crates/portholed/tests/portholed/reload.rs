//! Token files that change while it runs.

use rustix::process::Signal;

use crate::{
    client::{connect, ending},
    program::{Home, Portholed, token_source},
    target,
};

#[tokio::test]
async fn a_fault_is_said_once_and_the_last_good_tokens_stay() {
    let home = Home::new();
    let echo = target::echo().await;
    let source = token_source(&home.write("tokens", &format!("alice: {echo}\n")));
    let portholed = Portholed::start(&home, &[&source[0], &source[1], "127.0.0.1:0"]);

    home.replace("tokens", &format!("secret: {echo}\nsecret:{echo}\n"));
    for _ in 0..5 {
        connect(portholed.address, "/?token=alice")
            .await
            .hears_its_echo()
            .await;
        assert_eq!(ending(portholed.address, "/?token=secret").await.0, 4001);
    }
    portholed.signal(Signal::HUP);
    let said = |part: &str| home.read("stderr").matches(part).count();
    assert_eq!(
        (said("tokens:2: "), said("the last good tokens stay")),
        (1, 1),
        "{}",
        home.read("stderr")
    );
    assert_eq!(said("secret"), 0);

    home.replace("tokens", &format!("bob: {echo}\n"));
    connect(portholed.address, "/?token=bob")
        .await
        .hears_its_echo()
        .await;
    assert_eq!(
        portholed.stop(Signal::TERM).await.code(),
        Some(0),
        "SIGHUP did not end it"
    );
}

#[tokio::test]
async fn a_session_outlives_the_line_that_opened_it() {
    let home = Home::new();
    let echo = target::echo().await;
    let source = token_source(&home.write("tokens", &format!("alice: {echo}\n")));
    let portholed = Portholed::start(&home, &[&source[0], &source[1], "127.0.0.1:0"]);
    let mut alice = connect(portholed.address, "/?token=alice").await;
    alice.hears_its_echo().await;
    home.replace("tokens", &format!("bob: {echo}\n"));
    connect(portholed.address, "/?token=bob")
        .await
        .hears_its_echo()
        .await;
    assert_eq!(ending(portholed.address, "/?token=alice").await.0, 4001);
    alice.hears_its_echo().await;
}
