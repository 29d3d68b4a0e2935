//! Killed at any moment: what was told to be saved is there at the next start.

use std::{
    fs,
    net::TcpListener,
    path::PathBuf,
    sync::mpsc::{Sender, channel},
    thread,
};

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    client::visit,
    program::{Home, Portholed},
};

const CONFIG: &str = "listen = \"127.0.0.1\"
port = 0
[[display]]
name = \"Alice\"
target = \"demo\"
";

/// So many make links side by side.
const MAKERS: usize = 6;

/// When so many links were printed, the program is killed.
const ENOUGH: usize = 20;

/// What a subcommand prints; `None` if it was not done.
fn prints(home: &Home, words: &[&str]) -> Option<String> {
    let output = home.run(&[words, &["--config=c.toml"]].concat());
    let done = output.status.success();
    done.then(|| String::from_utf8(output.stdout).unwrap())
}

/// Makes links until the program is gone, revokes every second, and tells of each whether it is to open.
fn make_links(home: &Home, told: &Sender<(String, bool)>) {
    for keeps in [true, false].into_iter().cycle() {
        let Some(made) = prints(home, &["link", "Alice", "--json"]) else {
            return;
        };
        let made: Value = serde_json::from_str(&made).unwrap();
        let url = made["url"].as_str().unwrap().to_owned();
        if !keeps && prints(home, &["revoke", &made["id"].to_string()]).is_none() {
            return;
        }
        told.send((url, keeps)).unwrap();
    }
}

#[tokio::test]
async fn each_link_that_was_printed_opens_after_a_kill_and_none_that_was_revoked() {
    let home = Home::new();
    home.write("c.toml", CONFIG);
    let mut links: Vec<(String, bool)> = Vec::new();
    for round in 1..=3 {
        let portholed = Portholed::start(&home, &["--config=c.toml"]);
        let (sender, told) = channel();
        thread::scope(|scope| {
            for _ in 0..MAKERS {
                let (home, sender) = (&home, sender.clone());
                scope.spawn(move || make_links(home, &sender));
            }
            drop(sender);
            links.extend(told.iter().take(ENOUGH));
            portholed.signal(Signal::KILL);
            links.extend(told.iter());
        });
        drop(portholed);
        assert!(links.len() >= round * ENOUGH, "{}", links.len());
        let portholed = Portholed::start(&home, &["--config=c.toml"]);
        for (link, opens) in &links {
            let answer = visit(portholed.address, link).await.next().await;
            assert_eq!(answer.is_ok(), *opens, "round {round}: {answer:?}");
        }
        let said = home.read("stderr");
        assert!(!said.contains("damaged"), "{said}");
    }
}

/// All files in which is kept what links there are.
fn kept(home: &Home) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(home.path(".local/state/porthole")).unwrap();
    let files = files
        .map(|file| file.unwrap().path())
        .filter(|file| file.is_file());
    let mut kept: Vec<_> = files
        .map(|file| (file.clone(), fs::read(file).unwrap()))
        .collect();
    kept.sort();
    kept
}

#[tokio::test]
async fn a_start_that_is_refused_or_cannot_listen_leaves_the_state_alone() {
    let home = Home::new();
    home.write("c.toml", &CONFIG.replace("port = 0\n", ""));
    let runs = Portholed::start(&home, &["--config=c.toml"]);
    prints(&home, &["link", "Alice"]).unwrap();
    let address = runs.address;
    runs.signal(Signal::STOP);
    let before = kept(&home);
    assert!(
        before
            .iter()
            .any(|(file, _)| file.extension() == Some("journal".as_ref()))
    );
    let fails = |why: &str| {
        let second = home.run(&["--config=c.toml"]);
        let said = String::from_utf8(second.stderr).unwrap();
        assert!(said.contains(why), "{said}");
    };
    fails("already running");
    assert_eq!(kept(&home), before);
    runs.signal(Signal::CONT);
    runs.stop(Signal::TERM).await;
    let _taken = TcpListener::bind(address).unwrap();
    let links = || {
        kept(&home)
            .into_iter()
            .filter(|(file, _)| file.extension() != Some("lock".as_ref()))
    };
    let before: Vec<_> = links().collect();
    fails("cannot listen");
    assert_eq!(links().collect::<Vec<_>>(), before);
}

/// Half a backup: the state file of yesterday beside the journal of today.
#[tokio::test]
async fn a_state_file_of_before_revives_no_link_that_was_revoked_since() {
    let home = Home::new();
    home.write("c.toml", CONFIG);
    let args = ["--config=c.toml"];
    let portholed = Portholed::start(&home, &args);
    let made = prints(&home, &["link", "Alice"]).unwrap();
    portholed.stop(Signal::TERM).await;
    let of = |extension: &str| {
        let files = kept(&home).into_iter().map(|(file, _)| file);
        let mut files = files.filter(|file| file.extension() == Some(extension.as_ref()));
        files.next().unwrap()
    };
    let journal = of("journal");
    let state_file = journal.with_extension("json");
    // A line that a crash has torn: the next start writes all anew, which it else does every ten minutes.
    let torn = [fs::read(&journal).unwrap(), b"0123".to_vec()].concat();
    fs::write(&journal, &torn).unwrap();
    let mut portholed = Portholed::start(&home, &args);
    assert!(portholed.next_line().contains("/v#"));
    let yesterday = fs::read(&state_file).unwrap();
    portholed.stop(Signal::TERM).await;
    fs::write(&journal, [fs::read(&journal).unwrap(), b"0123".to_vec()].concat()).unwrap();
    let mut portholed = Portholed::start(&home, &args);
    assert!(portholed.next_line().contains("/v#"));
    assert_ne!(fs::read(&state_file).unwrap(), yesterday);
    let link = made.lines().next().unwrap();
    assert!(visit(portholed.address, link).await.next().await.is_ok());
    let links: Value = serde_json::from_str(&prints(&home, &["links", "--json"]).unwrap()).unwrap();
    for link in links.as_array().unwrap() {
        prints(&home, &["revoke", &link["id"].to_string()]).unwrap();
    }
    portholed.stop(Signal::TERM).await;
    fs::write(&state_file, yesterday).unwrap();
    let portholed = Portholed::start(&home, &args);
    assert_eq!(visit(portholed.address, link).await.ending().await.0, 4001);
    portholed.stop(Signal::TERM).await;
    let said = home.read("stderr");
    assert!(said.contains("do not belong together"), "{said}");
}
