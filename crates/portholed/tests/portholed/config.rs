//! Without a port: the displays of the config file.

use rustix::process::Signal;

use crate::{
    background::Daemon,
    client::{connect_with, visit},
    program::{Home, Portholed, announced},
    target,
};

fn config(target: std::net::SocketAddr) -> String {
    format!(
        "port = 0\n\n[[display]]\nname = \"Alice\"\ntarget = \"{target}\"\n\n[[display]]\nname = \"Bob\"\ntarget = \"{target}\"\n"
    )
}

#[tokio::test]
async fn every_display_has_its_link() {
    let home = Home::new();
    home.write("porthole.toml", &config(target::nobody().await));
    let mut portholed = Portholed::start(&home, &["--config=porthole.toml"]);
    for name in ["Alice", "Bob"] {
        let line = portholed.next_line();
        let token = line
            .strip_prefix(&format!("{name}\thttp://{}/v#", portholed.address))
            .unwrap();
        let client = visit(portholed.address, token).await;
        assert_eq!(
            client.ending().await.0,
            1011,
            "the link opens the display, whose server is down"
        );
    }
    assert_eq!(portholed.stop(Signal::TERM).await.code(), Some(0));
}

#[tokio::test]
async fn the_links_reach_the_caller_from_the_background() {
    let home = Home::new();
    home.write("porthole.toml", &config(target::nobody().await));
    let output = home.run(&["-D", "--config=porthole.toml"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let daemon = Daemon::of(&text);
    let lines: Vec<_> = text.lines().collect();
    assert!(
        announced(lines[0]).is_some()
            && lines[1].starts_with("Alice\thttp://")
            && lines[2].starts_with("Bob\t")
    );
    drop(daemon);
}

#[tokio::test]
async fn a_web_page_of_others_is_not_answered() {
    let home = Home::new();
    home.write("porthole.toml", &config(target::nobody().await));
    let portholed = Portholed::start(&home, &["--config=porthole.toml"]);
    let headers = [("Origin", "http://evil.example")];
    assert!(
        connect_with(portholed.address, "/websockify", &headers)
            .await
            .is_err()
    );
}
