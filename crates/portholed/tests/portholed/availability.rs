//! Whether displays can be opened, as `status` and the doctor tell.

use std::{
    net::SocketAddr,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::{
    program::{Home, Portholed},
    target,
};

/// A VNC server that asks for a password (RFC 6143 §7.2.2). Dropping it ends it.
struct Asking {
    address: SocketAddr,
    calls: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Asking {
    async fn start() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap()).await
    }

    async fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let calls = Arc::new(AtomicUsize::new(0));
        let address = listener.local_addr().unwrap();
        let counted = Arc::clone(&calls);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(ask(stream));
            }
        });
        Self { address, calls, task }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    async fn end(self) -> SocketAddr {
        self.task.abort();
        let _ = self.task.await;
        self.address
    }
}

async fn ask(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(b"RFB 003.008\n").await?;
    stream.read_exact(&mut [0; 12]).await?;
    stream.write_all(&[1, 2]).await?;
    stream.read_exact(&mut [0; 1]).await?;
    stream.write_all(&[7; 16]).await?;
    while stream.read(&mut [0; 64]).await? > 0 {}
    Ok(())
}

/// What the command prints, beside a task of ours that answers it.
async fn printed(mut command: Command) -> String {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    String::from_utf8(output.await.unwrap().stdout).unwrap()
}

async fn status(home: &Home) -> String {
    printed(home.command(&["status", "--config=c.toml"])).await
}

async fn availability(home: &Home, display: usize) -> Value {
    let text = printed(home.command(&["status", "--json", "--config=c.toml"])).await;
    let status: Value = serde_json::from_str(&text).unwrap();
    status["displays"][display]["availability"].clone()
}

fn display(name: &str, target: impl std::fmt::Display) -> String {
    format!("[[display]]\nname = \"{name}\"\ntarget = \"{target}\"\n")
}

#[tokio::test]
async fn status_tells_of_each_display_whether_it_can_be_opened() {
    let home = Home::new();
    let (asking, nobody) = (Asking::start().await, target::nobody().await);
    let displays = [
        display("Demo", "demo"),
        display("Asks", asking.address),
        display("Gone", nobody),
        display("Name", "desk.invalid:5901"),
    ];
    home.write("c.toml", &format!("port = 0\n{}", displays.concat()));
    let _portholed = Portholed::start(&home, &["--config=c.toml"]);
    let text = status(&home).await;
    for line in [
        "\nDemo  demo, reachable\n".to_owned(),
        format!("\nAsks  {}, asks for its VNC password\n", asking.address),
        format!(
            "\nGone  {nobody}, unreachable: Cannot connect to {nobody}: nothing is listening there. Start its VNC server"
        ),
        "\nName  desk.invalid:5901, unreachable: Cannot connect to desk.invalid:5901: unknown host name."
            .to_owned(),
    ] {
        assert!(text.contains(&line), "{line}{text}");
    }
    let kinds = [
        (0, "reachable"),
        (1, "asks"),
        (2, "unreachable"),
        (3, "unreachable"),
    ];
    for (display, kind) in kinds {
        let told = availability(&home, display).await;
        assert_eq!(told["kind"], kind);
        assert_eq!(
            told["reason"].is_string() && told["fix"].is_string(),
            kind == "unreachable"
        );
    }
}

#[tokio::test]
async fn a_server_that_asks_is_left_alone_and_its_end_and_return_are_seen() {
    let home = Home::new();
    let first = Asking::start().await;
    home.write(
        "c.toml",
        &format!("port = 0\n{}", display("Alice", first.address)),
    );
    let _portholed = Portholed::start(&home, &["--config=c.toml"]);
    for _ in 0..6 {
        assert_eq!(availability(&home, 0).await["kind"], "asks");
    }
    assert_eq!(first.calls(), 1, "six would lock it, at TigerVNC");
    let address = first.end().await;
    assert_eq!(availability(&home, 0).await["kind"], "unreachable");
    let second = Asking::at(address).await;
    assert_eq!(availability(&home, 0).await["kind"], "asks");
    // Another one in its place, between two looks.
    let third = Asking::at(second.end().await).await;
    assert_eq!(availability(&home, 0).await["kind"], "asks");
    assert_eq!(third.calls(), 1);
    // The display is another: what was known of it counts no more.
    let nobody = target::nobody().await;
    home.replace("c.toml", &format!("port = 0\n{}", display("Alice", nobody)));
    while availability(&home, 0).await["kind"] != "unreachable" {}
}

/// Two who ask at once.
#[tokio::test]
async fn everybody_who_asks_gets_an_answer() {
    let home = Home::new();
    let asking = Asking::start().await;
    home.write(
        "c.toml",
        &format!("port = 0\n{}", display("Alice", asking.address)),
    );
    let _portholed = Portholed::start(&home, &["--config=c.toml"]);
    let all = tokio::join!(
        availability(&home, 0),
        availability(&home, 0),
        availability(&home, 0),
        availability(&home, 0)
    );
    for told in [all.0, all.1, all.2, all.3] {
        assert_eq!(told["kind"], "asks");
    }
    assert_eq!(asking.calls(), 1);
}

#[tokio::test]
async fn the_doctor_tries_the_targets_of_a_token_file() {
    let home = Home::new();
    home.write("c.toml", "port = 0\n");
    let asking = Asking::start().await;
    let nobody = target::nobody().await;
    let doctor = async |tokens: &str| {
        home.write("tokens", tokens);
        printed(home.command(&["doctor", "--config=c.toml", "--token-source=tokens"])).await
    };
    let text = doctor(&format!("hidden: {0}\nhidden2: {0}\n", asking.address)).await;
    assert!(
        text.contains("tokens is valid. It has 2 tokens.") && text.contains("The one target in "),
        "{text}"
    );
    assert_eq!(asking.calls(), 1);

    let text = doctor(&format!("hidden: {}\nhidden2: {nobody}\n", asking.address)).await;
    let fault = format!("Cannot connect to {nobody}: nothing is listening there.");
    assert!(text.contains(&fault), "{text}");
    assert!(!text.contains("hidden"), "{text}");

    // A thousand: a hundred are tried, twenty told of, and the rest is counted.
    let lines = (0..1000).map(|n| format!("hidden{n}: 127.9.{}.{}:1\n", n / 250, n % 250 + 1));
    let text = doctor(&lines.collect::<String>()).await;
    assert_eq!(text.matches("nothing is listening there").count(), 20, "{text}");
    assert!(text.contains("80 more targets do not answer."), "{text}");
    assert!(
        text.contains("900 targets in ") && text.contains(" were not tried."),
        "{text}"
    );
}
