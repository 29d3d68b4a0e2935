//! The subcommands beside a `portholed` that websockify's command line has started.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    client::{Client, connect, connect_with},
    program::{Home, Portholed, token_source},
    target,
};

/// The program, and where its tokens lead to.
struct Served {
    home: Home,
    portholed: Portholed,
    target: String,
}

impl Served {
    /// By a token file that knows Alice.
    async fn by_tokens() -> Self {
        let (home, target) = (Home::new(), target::echo().await.to_string());
        home.write("tokens", &format!("alice-U6F7msdQ: {target}\n"));
        let portholed = start(&home, "127.0.0.1:0");
        Self {
            home,
            portholed,
            target,
        }
    }

    async fn alice(&self) -> Client {
        let mut client = connect(self.portholed.address, "/?token=alice-U6F7msdQ").await;
        client.hears_its_echo().await;
        client
    }

    fn asked(&self, words: &[&str]) -> (Option<i32>, String, String) {
        said(&self.home.run(words))
    }
}

fn start(home: &Home, listen: &str) -> Portholed {
    let source = token_source(Path::new("tokens"));
    Portholed::start(home, &[&source[0], &source[1], listen])
}

/// How it ended, and what it printed.
fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The control sockets in the home.
fn sockets(home: &Home) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![home.path("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.symlink_metadata().unwrap().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sock") {
                found.push(path);
            }
        }
    }
    found
}

#[tokio::test]
async fn status_sessions_and_disconnect() {
    let served = Served::by_tokens().await;
    let (code, text, errors) = served.asked(&["status"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let tokens = fs::canonicalize(served.home.path("tokens")).unwrap();
    assert!(
        text.contains(&format!("listens on http://{} ", served.portholed.address))
            && text.contains(&format!("{}: 1 token", tokens.display())),
        "{text}"
    );
    assert_eq!(served.asked(&["sessions"]).1, "Nobody is connected\n");

    let alice = served.alice().await;
    let status = served.home.json(&["status"]);
    assert_eq!(status["targets"][0]["target"], served.target);
    assert_eq!(status["targets"][0]["viewers"], 1, "{status}");
    assert_eq!(status["configFile"], Value::Null);
    let text = served.asked(&["status"]).1;
    assert!(text.contains(&format!("{}  1 viewer", served.target)), "{text}");
    assert!(!text.contains("alice"), "tokens are not told: {text}");
    let sessions = served.home.json(&["sessions"]);
    assert_eq!(sessions[0]["display"], served.target);
    assert_eq!(sessions[0]["address"], "127.0.0.1");
    assert_eq!(sessions[0]["rights"], Value::Null);

    let id = sessions[0]["id"].to_string();
    let (code, _, errors) = served.asked(&["rights", &id, "view"]);
    assert_eq!(code, Some(1));
    assert!(errors.contains("byte for byte"), "{errors}");
    assert_eq!(served.asked(&["disconnect", &id]).0, Some(0));
    assert_eq!(alice.ending().await.0, 4002);
    assert_eq!(served.asked(&["disconnect", &id]).0, Some(1));
}

#[tokio::test]
async fn history_tells_who_came_since_it_started_and_is_written_nowhere() {
    let served = Served::by_tokens().await;
    let nobody = served.asked(&["history"]).1;
    assert!(nobody.starts_with("Nobody came"), "{nobody}");
    let alice = served.alice().await;
    let now = served.home.json(&["history"]);
    assert_eq!(now[0]["display"], served.target);
    assert_eq!((&now[0]["ended"], &now[0]["visits"]), (&Value::Null, &1.into()));
    drop(alice);
    served.alice().await;
    let both = async {
        loop {
            let history = served.home.json(&["history"]);
            if history[0]["visits"] == 2 && history[0]["ended"] != Value::Null {
                return history;
            }
            tokio::task::yield_now().await;
        }
    };
    let history = tokio::time::timeout(Duration::from_secs(60), both).await.unwrap();
    assert_eq!(history[0]["address"], "127.0.0.1", "{history}");
    assert!(!served.home.path(".local").exists() && !served.home.path(".config").exists());
}

#[tokio::test]
async fn visits_by_the_tokens_of_a_config_are_in_its_history() {
    let (home, target) = (Home::new(), target::echo().await);
    home.write("tokens", &format!("alice-U6F7msdQ: {target}\n"));
    home.write(
        "c.toml",
        &format!(
            "port = 0\ntoken_file = \"tokens\"\n[[display]]\nname = \"Alice\"\nid = \"alice\"\ntarget = \"{target}\"\n"
        ),
    );
    let portholed = Portholed::start(&home, &["--config=c.toml"]);
    let own = format!("http://{}", portholed.address);
    let (mut alice, _) = connect_with(portholed.address, "/?token=alice-U6F7msdQ", &[("Origin", &own)])
        .await
        .unwrap();
    alice.hears_its_echo().await;
    let history = home.json(&["history", "--config=c.toml"]);
    assert_eq!(
        (&history[0]["display"], &history[0]["displayId"]),
        (&"Alice".into(), &"alice".into())
    );
}

#[tokio::test]
async fn doctor_examines_what_it_serves() {
    let (home, nobody) = (Home::new(), target::nobody().await);
    home.write("tokens", &format!("alice-U6F7msdQ: {nobody}\n4711: {nobody}\n"));
    let portholed = start(&home, "127.0.0.1:0");
    let (code, text, _) = said(&home.run(&["doctor"]));
    assert_eq!(code, Some(1), "nobody listens at the target: {text}");
    for part in [
        &*format!("http://{}", portholed.address),
        "2 tokens",
        "short enough to guess",
        &nobody.to_string(),
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for other in ["config.toml", "vnc-servers", "state "] {
        assert!(!text.contains(other), "{other} is no concern of it: {text}");
    }
}

#[tokio::test]
async fn a_single_target_is_told_as_well() {
    let (home, target) = (Home::new(), target::echo().await.to_string());
    let portholed = Portholed::start(&home, &["127.0.0.1:0", &target]);
    let status = home.json(&["status"]);
    assert_eq!(status["address"], format!("http://{}", portholed.address));
    assert_eq!(status["targets"][0]["target"], target);
    assert_eq!(home.json(&["sessions"]), Value::Array(Vec::new()));
}

#[test]
fn without_one_there_is_nobody_to_ask() {
    let home = Home::new();
    for words in [
        &["status"][..],
        &["sessions"],
        &["history"],
        &["status", "--instance=6080"],
    ] {
        let (code, _, errors) = said(&home.run(words));
        assert_eq!(code, Some(3), "{words:?}: {errors}");
        assert!(errors.starts_with("error: Porthole is not running"), "{errors}");
    }
}

#[tokio::test]
async fn of_several_one_is_chosen_by_its_port() {
    let served = Served::by_tokens().await;
    let (home, first) = (&served.home, &served.portholed);
    let second = start(home, "127.0.0.1:0");
    let alice = served.alice().await;
    let (code, text, _) = served.asked(&["status"]);
    assert_eq!(code, Some(0));
    for portholed in [first, &second] {
        assert!(text.contains(&portholed.address.to_string()), "{text}");
    }
    for words in [
        &["sessions"][..],
        &["status", "--json"],
        &["disconnect", "1"],
        &["doctor"],
    ] {
        let (code, _, errors) = served.asked(words);
        assert_eq!(code, Some(1), "{words:?}");
        for portholed in [first, &second] {
            let choice = format!("--instance={}", portholed.address);
            assert!(errors.contains(&choice), "{words:?}: {errors}");
        }
    }
    for (choice, sessions) in [
        (first.address.port().to_string(), 1),
        (first.address.to_string(), 1),
        (second.address.to_string(), 0),
    ] {
        let listed = home.json(&["sessions", &format!("--instance={choice}")]);
        assert_eq!(listed.as_array().unwrap().len(), sessions, "{choice}");
    }
    // That of the usual config is one more.
    fs::create_dir_all(home.path(".config/porthole")).unwrap();
    home.write(".config/porthole/config.toml", "port = 0\n");
    let configured = Portholed::start(home, &[]);
    let (_, text, _) = served.asked(&["status"]);
    assert_eq!(text.matches("listens on").count(), 3, "{text}");
    let (_, _, errors) = served.asked(&["sessions"]);
    assert!(errors.contains("--config="), "{errors}");
    let config = home.path(".config/porthole/config.toml");
    let config = format!("--config={}", config.display());
    let chosen = home.json(&["status", &config]);
    assert_eq!(chosen["address"], format!("http://{}", configured.address));
    // What has displays and links is no question.
    assert_eq!(said(&home.run(&["links"])).1, "No links\n");
    drop(second);
    drop(alice);
}

#[tokio::test]
async fn the_socket_is_its_owners_alone_and_goes_with_the_program() {
    let served = Served::by_tokens().await;
    let [socket] = &sockets(&served.home)[..] else {
        panic!("{:?}", sockets(&served.home))
    };
    let name = format!("{}.sock", served.portholed.address);
    assert_eq!(socket.file_name().unwrap(), &*name);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(socket), mode(socket.parent().unwrap())), (0o600, 0o700));
    assert_eq!(served.portholed.stop(Signal::TERM).await.code(), Some(0));
    assert_eq!(sockets(&served.home), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn one_that_was_killed_is_nobody_and_the_next_takes_its_place() {
    let Served { home, portholed, .. } = Served::by_tokens().await;
    let address = portholed.address.to_string();
    portholed.stop(Signal::KILL).await;
    assert_eq!(sockets(&home).len(), 1, "it is left behind");
    assert_eq!(said(&home.run(&["status"])).0, Some(3));
    let again = start(&home, &address);
    let status = home.json(&["status"]);
    assert_eq!(status["address"], format!("http://{address}"));
    again.stop(Signal::KILL).await;
    // Another clears up what no program stands behind.
    let _other = start(&home, "127.0.0.1:0");
    assert_eq!(sockets(&home).len(), 1, "{:?}", sockets(&home));
}

#[tokio::test]
async fn one_that_stops_takes_nothing_from_the_one_that_follows_it() {
    let served = Served::by_tokens().await;
    let address = served.portholed.address.to_string();
    // It waits for the viewer to take its goodbye, and listens no more.
    let client = served.alice().await;
    let Served { home, portholed, .. } = served;
    portholed.signal(Signal::TERM);
    let second = loop {
        let mut command = home.command(&["--target-config=tokens", &address]);
        let mut child = command
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut first = [0];
        if std::io::Read::read(child.stdout.as_mut().unwrap(), &mut first).unwrap() == 1 {
            break child;
        }
        child.wait().unwrap();
    };
    drop(client);
    portholed.stop(Signal::TERM).await;
    assert_eq!(said(&home.run(&["status"])).0, Some(0));
    let mut second = second;
    second.kill().unwrap();
    second.wait().unwrap();
}

/// A login that ends takes its runtime folder with it, and what runs in the background goes on.
#[tokio::test]
async fn a_socket_whose_folder_went_comes_back() {
    let served = Served::by_tokens().await;
    let folder = sockets(&served.home)[0].parent().unwrap().to_owned();
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(served.asked(&["status"]).0, Some(3));
    let back = async {
        while served.asked(&["status"]).0 != Some(0) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), back).await.unwrap();
}

/// The name of the folder in the public place.
fn public_folder(home: &Home) -> PathBuf {
    home.path(&format!(
        "porthole-control-{}",
        rustix::process::geteuid().as_raw()
    ))
}

#[tokio::test]
async fn whoever_took_the_folders_name_keeps_nobody_from_anything() {
    for make in [
        |path: &Path, _: &Home| fs::write(path, "").unwrap(),
        |path: &Path, home: &Home| {
            fs::create_dir(home.path("theirs")).unwrap();
            symlink(home.path("theirs"), path).unwrap();
        },
        |path: &Path, _: &Home| {
            fs::create_dir(path).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
        },
    ] {
        let home = Home::new();
        home.write("tokens", "alice-U6F7msdQ: 127.0.0.1:9\n");
        make(&public_folder(&home), &home);
        let _portholed = start(&home, "127.0.0.1:0");
        assert_eq!(said(&home.run(&["status"])).0, Some(0), "{}", home.read("stderr"));
        let found = sockets(&home);
        let folder = found[0].parent().unwrap();
        assert_ne!(folder, public_folder(&home));
        assert_ne!(folder, home.path("theirs"));
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[tokio::test]
async fn the_runtime_folder_is_used_if_there_is_one() {
    let home = Home::new();
    let runtime = home.path("run");
    fs::create_dir(&runtime).unwrap();
    fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).unwrap();
    let with_runtime = |mut command: Command| {
        command.env("XDG_RUNTIME_DIR", &runtime).env_remove("HOME");
        command
    };
    let args = ["127.0.0.1:0", "127.0.0.1:9"];
    let portholed = Portholed::run(&home, &mut with_runtime(home.command(&args)));
    let socket = runtime.join(format!("porthole-control/{}.sock", portholed.address));
    assert_eq!(sockets(&home), [socket]);
    let status = with_runtime(home.command(&["status"])).output().unwrap();
    assert_eq!(said(&status).0, Some(0), "{status:?}");
}

/// Nothing but the subcommands depends on it.
#[tokio::test]
async fn where_nothing_can_be_written_it_serves_all_the_same() {
    let home = Home::new();
    let target = target::echo().await;
    let tokens = home.write("tokens", &format!("alice-U6F7msdQ: {target}\n"));
    let source = token_source(&tokens);
    let mut command = home.command(&[&source[0], &source[1], "127.0.0.1:0"]);
    command
        .env("XDG_RUNTIME_DIR", "/proc/self")
        .env("TMPDIR", "/proc/self")
        .env_remove("HOME");
    let portholed = Portholed::run(&home, &mut command);
    let mut alice = connect(portholed.address, "/?token=alice-U6F7msdQ").await;
    alice.hears_its_echo().await;
    let log = home.read("stderr");
    assert_eq!(log.matches("`portholed status`").count(), 1, "{log}");
    assert!(!log.contains("ERROR"), "{log}");
    assert_eq!(portholed.stop(Signal::TERM).await.code(), Some(0));
}

#[test]
fn an_instance_is_chosen_for_subcommands_alone() {
    let home = Home::new();
    for (args, part) in [
        (&["--instance=6080"][..], "COMMAND"),
        (&["--instance=6080", "6080", "localhost:1"], "COMMAND"),
        (&["status", "--instance=x"], "port"),
        (
            &["status", "--instance=6080", "--config=x"],
            "cannot be used with",
        ),
    ] {
        let (code, _, errors) = said(&home.run(args));
        assert_eq!(code, Some(2), "{args:?}: {errors}");
        assert!(errors.contains(part), "{args:?}: {errors}");
    }
}
