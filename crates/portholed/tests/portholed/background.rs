//! `-D`.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    client::{connect, ending},
    program::{Home, announced},
    target,
};

/// A `portholed` in the background. Dropping it kills it.
pub struct Daemon {
    pid: Pid,
    pub address: SocketAddr,
}

impl Daemon {
    /// The one that `output` tells of.
    pub fn of(output: &str) -> Self {
        let address = announced(output).unwrap_or_else(|| panic!("{output:?}"));
        let line = output.lines().last().unwrap();
        let pid = line
            .strip_prefix("It runs in the background as process ")
            .unwrap()
            .parse()
            .unwrap();
        Self {
            pid: Pid::from_raw(pid).unwrap(),
            address,
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = kill_process(self.pid, Signal::KILL);
    }
}

#[tokio::test]
async fn it_listens_when_the_caller_gets_its_prompt_back() {
    let home = Home::new();
    home.write("tokens", &format!("alice: {}\n", target::echo().await));
    let args = [
        "-D",
        "--verbose",
        "--token-plugin=TokenFile",
        "--token-source=tokens",
        "--log-file=log",
        "127.0.0.1:0",
    ];
    // This waits until nobody holds the caller's output any more, too.
    let output = home.run(&args);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let daemon = Daemon::of(&String::from_utf8(output.stdout).unwrap());
    let mut client = connect(daemon.address, "/websockify?token=alice").await;
    client.hears_its_echo().await;

    let folder = std::fs::read_link(format!("/proc/{}/cwd", daemon.pid.as_raw_pid())).unwrap();
    assert_eq!(folder.to_str(), Some("/"));
    home.replace("tokens", &format!("bob: {}\n", target::echo().await));
    connect(daemon.address, "/?token=bob")
        .await
        .hears_its_echo()
        .await;
    assert_eq!(ending(daemon.address, "/?token=alice").await.0, 4001);

    kill_process(daemon.pid, Signal::TERM).unwrap();
    assert_eq!(client.ending().await.0, 1001);
    assert!(home.read("log").contains("stopping"));
}

/// A start script often holds a lock while it starts something, or has its output in a pipe.
#[test]
fn nothing_that_the_caller_has_open_is_held() {
    let home = Home::new();
    let portholed = home.command(&["-D", "127.0.0.1:0", "127.0.0.1:5901"]);
    let script = "exec 3>&1 9>lock 7<lock; flock -n 9 || exit 9; \"$0\" \"$@\"; exec 9>&-";
    let output = std::process::Command::new("sh")
        .args(["-c", script])
        .arg(portholed.get_program())
        .args(portholed.get_args())
        .current_dir(home.path(""))
        .env("HOME", home.path(""))
        .stdout(std::fs::File::create(home.path("out")).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let daemon = Daemon::of(&home.read("out"));
    let folder = format!("/proc/{}/fd", daemon.pid.as_raw_pid());
    let open: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
        .filter(|path| path.starts_with(home.path("")))
        .collect();
    assert_eq!(open, [] as [std::path::PathBuf; 0]);
    let free = std::process::Command::new("flock")
        .arg("-n")
        .args([home.path("lock"), "true".into()])
        .status();
    assert!(free.unwrap().success());
}

#[test]
fn what_goes_wrong_before_is_told_to_the_caller() {
    let home = Home::new();
    home.write("tokens", "alice:localhost:5901\n");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (args, part) in [
        (
            &["-D", "--log-file=log", &address, "localhost:5901"][..],
            "cannot listen on 127.0.0.1",
        ),
        (
            &[
                "-D",
                "--token-plugin=TokenFile",
                "--token-source=tokens",
                "127.0.0.1:0",
            ],
            "tokens:1: ",
        ),
        (&["-D", "--config=none.toml"], "none.toml"),
    ] {
        let output = home.run(args);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(
            output.stdout.is_empty() && text.starts_with("error: ") && text.contains(part),
            "{args:?}: {text}"
        );
    }
}

#[tokio::test]
async fn a_log_that_was_renamed_is_begun_anew_after_sighup() {
    let home = Home::new();
    home.write("tokens", "alice: localhost:5901\n");
    let args = [
        "-D",
        "--token-plugin=TokenFile",
        "--token-source=tokens",
        "--log-file=log",
        "127.0.0.1:0",
    ];
    let daemon = Daemon::of(&String::from_utf8(home.run(&args).stdout).unwrap());
    std::fs::rename(home.path("log"), home.path("log.1")).unwrap();
    kill_process(daemon.pid, Signal::HUP).unwrap();
    let said_anew = async {
        while !std::fs::read_to_string(home.path("log")).is_ok_and(|log| log.contains("refused")) {
            ending(daemon.address, "/").await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), said_anew)
        .await
        .unwrap();
}
