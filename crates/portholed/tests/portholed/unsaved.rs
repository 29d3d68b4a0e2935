//! A disk that takes nothing: what is promised for after a restart is not given away before, and can be saved later.

use std::{fs, path::PathBuf};

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    client::{Client, connect_with},
    program::{Home, Portholed},
};

const CONFIG: &str = "listen = \"127.0.0.1\"
port = 0
[[display]]
name = \"Alice\"
target = \"demo\"
";

/// A `portholed`, and a state that cannot be saved while it is blocked.
struct Place {
    home: Home,
    portholed: Portholed,
}

/// The state of a home, and its journal.
fn files(home: &Home) -> [PathBuf; 2] {
    let folder = fs::read_dir(home.path(".local/state/porthole")).unwrap();
    let mut files = folder.map(|file| file.unwrap().path());
    let journal = files.find(|file| file.extension().is_some_and(|found| found == "journal"));
    let journal = journal.unwrap();
    [journal.with_extension("json"), journal]
}

/// From now on nothing can be saved, whoever runs it.
fn block(home: &Home) {
    for file in files(home) {
        let kept = file.with_extension("kept");
        fs::rename(&file, &kept).unwrap();
        // Nothing can be renamed to a folder that holds something.
        fs::create_dir(&file).unwrap();
        fs::rename(kept, file.join("kept")).unwrap();
    }
}

/// The disk is as it was when it was blocked, and takes what is saved.
fn unblock(home: &Home) {
    for file in files(home) {
        let kept = file.with_extension("kept");
        fs::rename(file.join("kept"), &kept).unwrap();
        fs::remove_dir_all(&file).unwrap();
        fs::rename(kept, &file).unwrap();
    }
}

impl Place {
    fn new() -> Self {
        let home = Home::new();
        home.write("c.toml", CONFIG);
        Self::start(home)
    }

    fn start(home: Home) -> Self {
        let mut portholed = Portholed::start(&home, &["--config=c.toml"]);
        // Its own link, which is saved by then.
        assert!(portholed.next_line().contains("/v#"));
        Self { home, portholed }
    }

    async fn killed(self) -> Home {
        self.portholed.stop(Signal::KILL).await;
        self.home
    }

    fn run(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = self.home.run(&[words, &["--config=c.toml"]].concat());
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    /// A link and its id.
    fn link(&self, words: &[&str]) -> (String, String) {
        let words = [&["link", "Alice"], words, &["--config=c.toml"]].concat();
        let made: Value = self.home.json(&words);
        (made["url"].as_str().unwrap().into(), made["id"].to_string())
    }

    async fn visit(&self, link: &str) -> Client {
        let address = self.portholed.address;
        let (_, token) = link.split_once('#').unwrap();
        let headers = [
            ("Origin", &*format!("http://{address}")),
            (
                "Sec-WebSocket-Protocol",
                &*format!("binary, porthole.token.{token}"),
            ),
        ];
        connect_with(address, "/websockify", &headers).await.unwrap().0
    }

    async fn opens(&self, link: &str) -> bool {
        self.visit(link).await.next().await.is_ok()
    }

    async fn comes_in(&self, link: &str) {
        let mut visitor = self.visit(link).await;
        assert!(visitor.next().await.is_ok(), "the server's first line");
        visitor.come_in().await;
    }
}

#[tokio::test]
async fn a_link_that_works_once_opens_nothing_while_its_use_cannot_be_saved() {
    let place = Place::new();
    let (once, _) = place.link(&["--once"]);
    let (usual, _) = place.link(&[]);
    block(&place.home);
    for _ in 0..2 {
        let (code, reason) = place.visit(&once).await.ending().await;
        assert_eq!(code, 4017, "{reason}");
        assert_eq!(
            reason,
            "This link works once, and Porthole cannot save that it was used"
        );
    }
    assert!(
        place.opens(&usual).await,
        "others promise nothing that would not hold"
    );
    // So a kill brings no visit back.
    let home = place.killed().await;
    unblock(&home);
    let place = Place::start(home);
    // It was not used up.
    place.comes_in(&once).await;
    assert_eq!(place.visit(&once).await.ending().await.0, 4001);
}

#[tokio::test]
async fn a_link_that_works_once_works_once_there_is_room_again() {
    let place = Place::new();
    let (once, _) = place.link(&["--once"]);
    block(&place.home);
    assert_eq!(place.visit(&once).await.ending().await.0, 4017);
    unblock(&place.home);
    place.comes_in(&once).await;
    assert_eq!(place.visit(&once).await.ending().await.0, 4001);
    let place = Place::start(place.killed().await);
    assert_eq!(
        place.visit(&once).await.ending().await.0,
        4001,
        "nor after a kill"
    );
}

#[tokio::test]
async fn a_revoke_that_cannot_be_saved_says_so_each_time_and_is_saved_by_trying_again() {
    let place = Place::new();
    let (one, id) = place.link(&[]);
    let (other, _) = place.link(&[]);
    block(&place.home);
    for words in [
        ["revoke", &id],
        ["revoke", &id],
        ["revoke", "--all Alice"],
        ["revoke", "--all Alice"],
    ] {
        let words: Vec<_> = words.iter().flat_map(|word| word.split(' ')).collect();
        let (code, said) = place.run(&words);
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains("But only until Porthole ends:") && said.contains("try again"),
            "{said}"
        );
    }
    let (code, said) = place.run(&["revoke", "4711"]);
    assert!(
        code == Some(1) && said.contains("There is no link 4711"),
        "{said}"
    );
    unblock(&place.home);
    let (code, said) = place.run(&["revoke", &id]);
    assert_eq!((code, said.trim()), (Some(0), &*format!("Link {id} is revoked.")));
    let log = place.home.read("stderr");
    assert_eq!(log.matches("cannot save ").count(), 1, "{log}");
    assert_eq!(log.matches("is saved now").count(), 1, "{log}");
    let place = Place::start(place.killed().await);
    for link in [one, other] {
        assert_eq!(place.visit(&link).await.ending().await.0, 4001);
    }
    let (code, said) = place.run(&["revoke", &id]);
    assert!(code == Some(1) && said.contains("There is no link"), "{said}");
}
