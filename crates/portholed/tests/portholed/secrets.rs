//! What no log may hold.

use rustix::process::Signal;

use crate::{
    client::{connect, connect_with, ending, get},
    program::{Home, Portholed, token_source},
    target,
};

#[tokio::test]
async fn no_token_reaches_the_log_at_any_level() {
    const SECRETS: [&str; 4] = ["U6F7msdQ", "guessed-token", "carried-token", "newer-token"];
    let home = Home::new();
    let tokens = format!("U6F7msdQ: {}\n", target::echo().await);
    let source = token_source(&home.write("tokens", &tokens));
    let portholed = Portholed::start(
        &home,
        &[&source[0], &source[1], "-vvv", "--log-file=log", "127.0.0.1:0"],
    );

    connect(portholed.address, "/websockify?token=U6F7msdQ")
        .await
        .hears_its_echo()
        .await;
    ending(portholed.address, "/?token=guessed-token").await;
    let carried = [("Sec-WebSocket-Protocol", "binary, porthole.token.carried-token")];
    connect_with(portholed.address, "/", &carried)
        .await
        .unwrap()
        .0
        .ending()
        .await;
    let wrong = [
        ("Sec-WebSocket-Version", "7"),
        ("Sec-WebSocket-Protocol", "porthole.token.carried-token"),
    ];
    assert!(
        connect_with(portholed.address, "/?token=U6F7msdQ", &wrong)
            .await
            .is_err()
    );
    get(portholed.address, "/vnc.html?path=websockify?token=U6F7msdQ").await;
    home.replace("tokens", "U6F7msdQ:localhost:1\nlocalhost:1: newer-token\n");
    connect(portholed.address, "/?token=U6F7msdQ")
        .await
        .hears_its_echo()
        .await;
    portholed.stop(Signal::TERM).await;

    let log = home.read("log") + &home.read("stderr");
    assert!(
        log.contains("127.0.0.1") && log.contains("tokens:1: ") && log.contains("stopping"),
        "{log}"
    );
    for secret in SECRETS {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}
