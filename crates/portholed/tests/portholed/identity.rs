//! Which display is which, whatever it is called: seen by visitors of links.

use std::process::Output;

use rustix::process::Signal;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    client::{Client, visit},
    program::{Home, Portholed},
};

/// A VNC server that says its name. It must have a thread to answer on while a test waits for `portholed status`, which
/// asks it.
async fn vnc(name: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, name));
        }
    });
    address.to_string()
}

async fn serve(mut stream: TcpStream, name: &str) -> std::io::Result<()> {
    stream.write_all(b"RFB 003.008\n").await?;
    stream.read_exact(&mut [0; 12]).await?;
    stream.write_all(&[1, 1]).await?;
    stream.read_exact(&mut [0; 1]).await?;
    stream.write_all(&[0; 4]).await?;
    stream.read_exact(&mut [0; 1]).await?;
    let screen = [
        0, 1, 0, 1, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0,
    ];
    let length = (name.len() as u32).to_be_bytes();
    stream
        .write_all(&[&screen[..], &length, name.as_bytes()].concat())
        .await?;
    while stream.read(&mut [0; 64]).await? > 0 {}
    Ok(())
}

/// A display of a config file.
fn entry(name: &str, target: &str, id: Option<&str>) -> String {
    let id = id.map(|id| format!("id = \"{id}\"\n")).unwrap_or_default();
    format!("[[display]]\nname = \"{name}\"\n{id}target = \"{target}\"\n")
}

struct Place {
    home: Home,
    portholed: Portholed,
}

impl Place {
    fn new(displays: &[String]) -> Self {
        let home = Home::new();
        home.write("c.toml", &Self::config(displays));
        let portholed = Portholed::start(&home, &["--config=c.toml"]);
        Self { home, portholed }
    }

    fn config(displays: &[String]) -> String {
        format!("listen = \"127.0.0.1\"\nport = 0\n{}", displays.concat())
    }

    /// Changes the displays, and waits until that is in force.
    async fn edit(&self, displays: &[String]) {
        self.home.replace("c.toml", &Self::config(displays));
        let names: Vec<_> = displays
            .iter()
            .map(|entry| entry.split('"').nth(1).unwrap())
            .collect();
        loop {
            let status = self.json(&["status"]);
            let now = status["displays"].as_array().unwrap().iter();
            let now: Vec<_> = now.map(|display| display["name"].as_str().unwrap()).collect();
            if now == names {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Changes the displays while the program does not run.
    async fn edit_between_starts(self, displays: &[String]) -> Self {
        let Self { home, portholed } = self;
        portholed.stop(Signal::TERM).await;
        home.write("c.toml", &Self::config(displays));
        let portholed = Portholed::start(&home, &["--config=c.toml"]);
        Self { home, portholed }
    }

    fn run(&self, words: &[&str]) -> Output {
        self.home.run(&[words, &["--config=c.toml"]].concat())
    }

    fn prints(&self, words: &[&str]) -> String {
        self.home.prints(&[words, &["--config=c.toml"]].concat())
    }

    fn json(&self, words: &[&str]) -> Value {
        self.home.json(&[words, &["--config=c.toml"]].concat())
    }

    fn link(&self, name: &str) -> String {
        let link = self.prints(&["link", name, "--for=forever"]);
        link.trim_end().split_once('#').unwrap().1.to_owned()
    }

    async fn visit(&self, token: &str) -> Client {
        visit(self.portholed.address, token).await
    }

    /// What the server behind a link says that it is; `None`: the link opens nothing.
    async fn opens(&self, token: &str) -> Option<String> {
        let mut visitor = self.visit(token).await;
        let mut said = Vec::new();
        for line in [&b"RFB 003.008\n"[..], &[1], &[1]] {
            match visitor.next().await {
                Ok(_) => visitor.send(line.to_vec().into()).await,
                Err(code) => {
                    assert_eq!(code, 4001);
                    return None;
                }
            }
        }
        // ServerInit (RFC 6143 §7.3.2).
        while said.len() <= 24 {
            said.extend(visitor.next().await.unwrap());
        }
        Some(String::from_utf8(said[24..].to_vec()).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_never_opens_another_display_that_has_got_its_name() {
    let (alice, bob) = (vnc("alice").await, vnc("bob").await);
    let place = Place::new(&[entry("Xtigervnc", &alice, None)]);
    let link = place.link("Xtigervnc");
    assert_eq!(place.opens(&link).await.as_deref(), Some("alice"));
    let visitor = place.visit(&link).await;

    // Renamed, and the name given to another.
    place.edit(&[entry("Alice", &alice, None)]).await;
    place
        .edit(&[entry("Xtigervnc", &bob, None), entry("Alice", &alice, None)])
        .await;
    assert_eq!(place.opens(&link).await.as_deref(), Some("alice"));
    let links = place.json(&["links", "Alice"]);
    assert_eq!(links[0]["uses"], 2, "{links}");
    let sessions = place.json(&["sessions"]);
    let names: Vec<_> = sessions
        .as_array()
        .unwrap()
        .iter()
        .map(|session| &session["display"])
        .collect();
    assert!(names.iter().all(|name| *name == "Alice"), "{sessions}");

    // Gone, while another has its name.
    place.edit(&[entry("Alice", &bob, None)]).await;
    assert_eq!(place.opens(&link).await, None);
    assert_eq!(visitor.ending().await.0, 4003);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_display_that_is_renamed_between_two_starts_keeps_its_links() {
    let (alice, bob) = (vnc("alice").await, vnc("bob").await);
    let place = Place::new(&[entry("Alice", &alice, None), entry("Bob", &bob, None)]);
    let (to_alice, to_bob) = (place.link("Alice"), place.link("Bob"));
    let place = place
        .edit_between_starts(&[entry("Bob", &bob, None), entry("Anna", &alice, None)])
        .await;
    assert_eq!(place.opens(&to_alice).await.as_deref(), Some("alice"));
    assert_eq!(place.opens(&to_bob).await.as_deref(), Some("bob"));
    // With names that have changed hands, nothing tells that these are the same.
    let place = place
        .edit_between_starts(&[entry("Anna", &bob, None), entry("Bob", &alice, None)])
        .await;
    assert_eq!(place.opens(&to_alice).await, None);
    assert_eq!(place.opens(&to_bob).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_written_id_decides_which_display_is_which() {
    let (alice, bob) = (vnc("alice").await, vnc("bob").await);
    let place = Place::new(&[entry("Alice", &alice, Some("a")), entry("Bob", &bob, None)]);
    let (to_a, to_bob) = (place.link("a"), place.link("Bob"));
    let visitor = place.visit(&to_a).await;
    let status = place.json(&["status"]);
    assert_eq!(status["displays"][0]["id"], "a");
    let bobs_id = status["displays"][1]["id"].as_str().unwrap().to_owned();

    // It is the same display still, but leads elsewhere.
    place
        .edit(&[entry("Bob", &bob, Some(&bobs_id)), entry("Anna", &bob, Some("a"))])
        .await;
    assert_eq!(visitor.ending().await.0, 4003, "it leads elsewhere now");
    assert_eq!(place.opens(&to_a).await, None, "it was made for alice's server");
    assert_eq!(
        place.opens(&to_bob).await.as_deref(),
        Some("bob"),
        "the id that it had anyway"
    );
    let links = place.json(&["links", "Anna"]);
    assert_eq!(
        links.as_array().unwrap().len(),
        2,
        "they are listed still: {links}"
    );
    assert_eq!(links[0]["madeFor"], *alice, "{links}");
    let listed = place.prints(&["links", "Anna"]);
    let words = format!("opens nothing: it was made for {alice}");
    assert!(listed.contains(&words), "{listed}");
    let links = place.json(&["links", "Bob"]);
    assert!(links[0]["madeFor"].is_null(), "{links}");

    // Back there, also after a start, and with the ids of the two swapped in between.
    let place = place
        .edit_between_starts(&[
            entry("Bob", &bob, Some("a")),
            entry("Anna", &alice, Some(&bobs_id)),
        ])
        .await;
    assert_eq!(place.opens(&to_a).await, None);
    assert_eq!(place.opens(&to_bob).await, None);
    place
        .edit(&[
            entry("Robert", &bob, Some(&bobs_id)),
            entry("Ann", &alice, Some("a")),
        ])
        .await;
    assert_eq!(place.opens(&to_a).await.as_deref(), Some("alice"));
    assert_eq!(place.opens(&to_bob).await.as_deref(), Some("bob"));

    for (wrong, line, cause) in [
        (
            entry("B", &bob, Some("a")) + &entry("A", &bob, Some("a")),
            9,
            "the id `a` is taken by the display on line 5",
        ),
        (entry("A", &bob, Some("A a")), 5, "`A a` is not an id"),
    ] {
        place.home.replace("c.toml", &Place::config(&[wrong]));
        let said = format!("c.toml:{line}: {cause}");
        while !place.home.read("stderr").contains(&said) {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(
        place.opens(&to_a).await.as_deref(),
        Some("alice"),
        "the last good config stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_written_into_an_entry_keeps_its_links() {
    let (alice, bob) = (vnc("alice").await, vnc("bob").await);
    let place = Place::new(&[entry("Alice", &alice, None), entry("Bob", &bob, None)]);
    let (to_alice, to_bob) = (place.link("Alice"), place.link("Bob"));
    let with_id = entry("Alice", &alice, Some("alice"));
    let place = place
        .edit_between_starts(&[with_id.clone(), entry("Bob", &bob, None)])
        .await;
    assert_eq!(place.opens(&to_alice).await.as_deref(), Some("alice"));
    let id = |place: &Place, at: usize| place.json(&["status"])["displays"][at]["id"].clone();
    assert_eq!(id(&place, 0), "alice");

    // While it runs, another, and out again; the name of another entry is no reason.
    place
        .edit(&[with_id.clone(), entry("Bob", &bob, Some("bob"))])
        .await;
    while id(&place, 1) != "bob" {
        tokio::task::yield_now().await;
    }
    assert_eq!(place.opens(&to_bob).await.as_deref(), Some("bob"));
    let place = place
        .edit_between_starts(&[with_id, entry("Bob", &bob, None)])
        .await;
    assert_eq!(place.opens(&to_bob).await.as_deref(), Some("bob"));
    assert_eq!(place.opens(&to_alice).await.as_deref(), Some("alice"));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_a_display_that_has_left_are_listed_open_nothing_and_come_back_with_it() {
    let (alice, bob) = (vnc("alice").await, vnc("bob").await);
    let place = Place::new(&[entry("Alice", &alice, None), entry("Bob", &bob, Some("bob"))]);
    place.prints(&["revoke", "--all", "Alice"]);
    let link = place.link("Alice");
    place.edit(&[entry("Bob", &bob, Some("bob"))]).await;
    assert_eq!(place.opens(&link).await, None);
    let listed = place.prints(&["links"]);
    assert!(
        listed.contains("  Alice  opens nothing: the display has left the config; removed in "),
        "{listed}"
    );
    let orphan = place.json(&["links", "Alice"]);
    assert!(orphan[0]["orphanUntil"].is_u64(), "{orphan}");
    assert_eq!(place.run(&["link", "Alice"]).status.code(), Some(1));

    // Also after another start.
    let place = place
        .edit_between_starts(&[entry("Bob", &bob, Some("bob"))])
        .await;
    assert_eq!(place.json(&["links", "Alice"])[0]["id"], orphan[0]["id"]);
    place
        .edit(&[entry("Bob", &bob, Some("bob")), entry("Alice", &alice, None)])
        .await;
    assert_eq!(place.opens(&link).await.as_deref(), Some("alice"));
    place.edit(&[entry("Bob", &bob, Some("bob"))]).await;
    assert_eq!(
        place.prints(&["revoke", "--all", "Alice"]),
        "1 link to Alice is revoked.\n"
    );
    place
        .edit(&[entry("Bob", &bob, Some("bob")), entry("Alice", &alice, None)])
        .await;
    assert_eq!(place.opens(&link).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_end_no_link_that_was_given_to_somebody() {
    let alice = vnc("alice").await;
    let displays = [entry("Alice", &alice, None)];
    let mut place = Place::new(&displays);
    let link = place.link("Alice");
    for _ in 0..105 {
        place = place.edit_between_starts(&displays).await;
    }
    assert_eq!(place.opens(&link).await.as_deref(), Some("alice"));
    let links = place.json(&["links"]);
    assert_eq!(
        links.as_array().unwrap().len(),
        2,
        "that of this start, and the one that was given"
    );
}
