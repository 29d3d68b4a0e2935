//! Token files as they are found in the wild: old comments, emptied by accident, very large.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    net::SocketAddr,
    path::Path,
};

use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::connect,
    program::{Home, Portholed, token_source},
    target,
};

fn serve(home: &Home, source: &Path) -> Portholed {
    let source = token_source(source);
    Portholed::start(home, &[&source[0], &source[1], "127.0.0.1:0"])
}

async fn opens(portholed: &Portholed, token: &str) {
    connect(portholed.address, &format!("/?token={token}"))
        .await
        .hears_its_echo()
        .await;
}

/// Whether a viewer is told that this is no link; beyond twenty of an address such answers take a second each.
async fn is_refused(portholed: &Portholed, token: &str) -> bool {
    let mut viewer = connect(portholed.address, &format!("/?token={token}")).await;
    viewer.send(Message::binary(&b"hello"[..])).await;
    match viewer.answer().await {
        Message::Binary(_) => false,
        Message::Close(Some(frame)) if u16::from(frame.code) == 4001 => true,
        other => panic!("{other:?}"),
    }
}

/// How often the log says it.
fn said(home: &Home, part: &str) -> usize {
    home.read("stderr").matches(part).count()
}

#[tokio::test]
async fn a_comment_may_be_older_than_utf_8() {
    let home = Home::new();
    let echo = target::echo().await;
    let tokens = home.path("tokens");
    let text = [
        b"# f\xfcr Gr\xf6\xdfe\n \t#\xff\0\n".to_vec(),
        format!("alice: {echo}\n").into(),
    ]
    .concat();
    fs::write(&tokens, &text).unwrap();
    let portholed = serve(&home, &tokens);
    opens(&portholed, "alice").await;
    // And while it runs.
    fs::write(&tokens, [text, format!("#\u{e4}\nbob: {echo}\n").into()].concat()).unwrap();
    opens(&portholed, "bob").await;
}

/// A full disk, a script that failed, `> /etc/tokens`: nobody meant to throw everybody out.
#[tokio::test]
async fn a_file_that_was_emptied_keeps_its_tokens_and_is_said_to_be_empty() {
    let home = Home::new();
    let echo = target::echo().await;
    let tokens = home.write("tokens", &format!("alice: {echo}\n"));
    let portholed = serve(&home, &tokens);
    for emptied in ["", " \n\n"] {
        home.replace("tokens", emptied);
        opens(&portholed, "alice").await;
        opens(&portholed, "alice").await;
    }
    File::create(&tokens).unwrap();
    opens(&portholed, "alice").await;
    let name = tokens.display();
    assert_eq!(said(&home, &format!("{name}: is empty but had tokens before")), 3);
    assert_eq!(
        said(&home, "the last good tokens stay"),
        3,
        "{}",
        home.read("stderr")
    );

    fs::remove_file(&tokens).unwrap();
    opens(&portholed, "alice").await;
    // As the message says.
    home.write("tokens", "# none\n");
    assert!(is_refused(&portholed, "alice").await);
    home.replace("tokens", &format!("bob: {echo}\n"));
    opens(&portholed, "bob").await;
}

#[tokio::test]
async fn in_a_folder_a_file_may_go_but_not_become_empty_and_the_last_one_may_not_go() {
    let home = Home::new();
    let echo = target::echo().await;
    let folder = home.path("tokens");
    fs::create_dir(&folder).unwrap();
    home.write("tokens/.keep", "");
    for name in ["alice", "bob"] {
        home.write(&format!("tokens/{name}"), &format!("{name}: {echo}\n"));
    }
    let portholed = serve(&home, &folder);
    opens(&portholed, "alice").await;

    File::create(home.path("tokens/bob")).unwrap();
    opens(&portholed, "bob").await;
    fs::remove_file(home.path("tokens/bob")).unwrap();
    assert!(is_refused(&portholed, "bob").await);

    // The share that is mounted there may be gone.
    fs::remove_file(home.path("tokens/alice")).unwrap();
    opens(&portholed, "alice").await;
    assert_eq!(
        said(&home, "no longer has a token file"),
        1,
        "{}",
        home.read("stderr")
    );
    home.write("tokens/none", "# none\n");
    assert!(is_refused(&portholed, "alice").await);
}

#[tokio::test]
async fn one_that_is_empty_from_the_beginning_is_to_be_filled() {
    let home = Home::new();
    let tokens = home.write("tokens", "");
    let portholed = serve(&home, &tokens);
    assert_eq!(said(&home, "has no tokens yet"), 1, "{}", home.read("stderr"));
    home.replace("tokens", &format!("alice: {}\n", target::echo().await));
    opens(&portholed, "alice").await;
}

/// A million lines in 200 MB, a tenth of them tokens, and `more` behind them.
fn write_large(path: &Path, target: SocketAddr, more: &str) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let comment = format!("# {}\n", "x".repeat(220));
    for number in 0..1_000_000 {
        match number % 10 {
            0 => writeln!(file, "t{number}: {target}").unwrap(),
            _ => file.write_all(comment.as_bytes()).unwrap(),
        }
    }
    writeln!(file, "{more}").unwrap();
    assert!(file.into_inner().unwrap().metadata().unwrap().len() > 200_000_000);
}

#[tokio::test]
async fn a_million_lines_are_served_and_followed() {
    let home = Home::new();
    let echo = target::echo().await;
    let tokens = home.path("tokens");
    write_large(&tokens, echo, "");
    let portholed = serve(&home, &tokens);
    opens(&portholed, "t0").await;
    opens(&portholed, "t999990").await;
    assert!(is_refused(&portholed, "bob").await);

    let new = home.path("tokens.new");
    write_large(&new, echo, &format!("bob: {echo}"));
    fs::rename(new, &tokens).unwrap();
    while is_refused(&portholed, "bob").await {
        // Right tokens are served while it is read.
        opens(&portholed, "t10").await;
    }
    opens(&portholed, "t999990").await;
}

#[tokio::test]
async fn tokens_that_can_be_guessed_are_warned_of_and_not_told() {
    let home = Home::new();
    let echo = target::echo().await;
    let tokens = home.write(
        "tokens",
        &format!("U6F7msdQ: {echo}\n4711: {echo}\n8152: {echo}\n"),
    );
    let portholed = serve(&home, &tokens);
    opens(&portholed, "4711").await;
    let told = format!("2 tokens are so short that they can be guessed, the first is the one for {echo}");
    assert_eq!(said(&home, &told), 1, "{}", home.read("stderr"));
    assert_eq!(said(&home, "4711"), 0);
}
