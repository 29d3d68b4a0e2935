//! A disk that takes nothing: what is promised for after a restart is not given away before, and can be saved later.

use std::{fs, path::PathBuf};
#[cfg(target_os = "linux")]
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    client::{Client, visit},
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
        visit(self.portholed.address, link).await
    }

    async fn opens(&self, link: &str) -> bool {
        self.visit(link).await.next().await.is_ok()
    }

    async fn comes_in(&self, link: &str) {
        comes_in(&self.portholed, link).await;
    }
}

async fn comes_in(portholed: &Portholed, link: &str) {
    let mut visitor = visit(portholed.address, link).await;
    assert!(visitor.next().await.is_ok(), "the server's first line");
    visitor.come_in().await;
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
            "This link works once, and Porthole cannot save that it was used."
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

/// A disk of its own for the state of a home, with little room. It is there for whoever runs inside, as long as this lives.
#[cfg(target_os = "linux")]
struct SmallDisk<'a> {
    home: &'a Home,
    keeper: Child,
}

#[cfg(target_os = "linux")]
impl<'a> SmallDisk<'a> {
    fn new(home: &'a Home) -> Self {
        fs::create_dir_all(home.path(".local/state")).unwrap();
        let mounts = "mount -t tmpfs -o size=2m none .local/state && echo ready && exec cat";
        let mut keeper = home
            .command_of(Path::new("unshare"))
            .args(["--map-root-user", "--mount", "sh", "-c", mounts])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = keeper.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self { home, keeper }
    }

    fn inside(&self, program: &str, args: &[&str]) -> Command {
        let mut command = self.home.command_of(Path::new("nsenter"));
        command
            .args(["--target", &self.keeper.id().to_string()])
            .args(["--user", "--mount", "--preserve-credentials", "sh", "-c"])
            .args([
                "cd \"$0\" && exec \"$@\"".as_ref(),
                self.home.path("").as_os_str(),
            ])
            .arg(program)
            .args(args);
        command
    }

    fn start(&self) -> Portholed {
        let mut command = self.inside(env!("CARGO_BIN_EXE_portholed"), &["--config=c.toml"]);
        let mut portholed = Portholed::run(self.home, &mut command);
        assert!(portholed.next_line().contains("/v#"));
        portholed
    }

    fn prints(&self, words: &[&str]) -> String {
        let words = [words, &["--config=c.toml"]].concat();
        let output = self
            .inside(env!("CARGO_BIN_EXE_portholed"), &words)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn fill(&self) {
        let full = self
            .inside("dd", &["if=/dev/zero", "of=.local/state/fill", "bs=4k"])
            .output();
        let errors = String::from_utf8(full.unwrap().stderr).unwrap();
        assert!(errors.contains("No space left"), "{errors}");
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

/// A little room is kept, so that a revoke and the one visit of a link are saved on a disk that others have filled.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn on_a_full_disk_what_is_revoked_or_used_stays_so() {
    let home = Home::new();
    home.write("c.toml", CONFIG);
    let disk = SmallDisk::new(&home);
    let portholed = disk.start();
    let once = disk.prints(&["link", "Alice", "--once"]);
    let made: Value = serde_json::from_str(&disk.prints(&["link", "Alice", "--json"])).unwrap();
    disk.fill();
    // The last block of a file may have room by chance, but not for all of these.
    let more: Vec<_> = (0..12).map(|_| disk.prints(&["link", "Alice"])).collect();
    let said = disk.prints(&["revoke", &made["id"].to_string()]);
    assert!(said.ends_with("is revoked.\n"), "{said}");
    comes_in(&portholed, once.trim_end()).await;
    portholed.stop(Signal::KILL).await;
    for _ in 0..2 {
        let portholed = disk.start();
        for link in [once.trim_end(), made["url"].as_str().unwrap()] {
            assert_eq!(visit(portholed.address, link).await.ending().await.0, 4001);
        }
        for link in &more {
            assert!(
                visit(portholed.address, link.trim_end())
                    .await
                    .next()
                    .await
                    .is_ok()
            );
        }
        portholed.stop(Signal::KILL).await;
        let log = home.read("stderr");
        assert!(!log.contains("cannot save"), "{log}");
    }
}
