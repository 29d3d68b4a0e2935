//! The subcommands, and the socket on which they reach the `portholed` that runs.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Output, Stdio},
    time::Duration,
};

use rustix::process::Signal;

use crate::program::{Home, Portholed};

const CONFIG: &str = "port = 0
[[display]]
name = \"Office\"
target = \"127.0.0.1:100\"
[[display]]
name = \"Nobody's\"
launch = { user = \"porthole-nobody-of-this-name\" }
";

/// Started as by a person who keeps a config file somewhere.
fn start(home: &Home) -> Portholed {
    home.write("c.toml", CONFIG);
    Portholed::start(home, &["--config=c.toml"])
}

fn ask(home: &Home, words: &[&str]) -> Output {
    home.run(&[words, &["--config=c.toml"]].concat())
}

/// The same at a terminal, where a person answers.
fn ask_a_person(home: &Home, words: &str, answer: &str) -> Output {
    let portholed = env!("CARGO_BIN_EXE_portholed");
    let mut command = home.command_of(Path::new("script"));
    command
        .args(["--quiet", "--return", "--command"])
        .arg(format!("{portholed} --config=c.toml {words}"))
        .arg("/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut asked = command.spawn().unwrap();
    asked.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    asked.wait_with_output().unwrap()
}

/// What it printed, and how it ended.
fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn sockets(home: &Home) -> Vec<PathBuf> {
    let entries = fs::read_dir(home.path(".local/state/porthole")).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sock"));
    paths
}

fn connect(home: &Home) -> UnixStream {
    let client = UnixStream::connect(&sockets(home)[0]).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client
}

/// The answer to these bytes.
fn answer(home: &Home, request: &[u8]) -> String {
    let mut client = connect(home);
    client.write_all(request).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn nobody_to_ask() {
    let home = Home::new();
    let (code, output, errors) = said(&ask(&home, &["status"]));
    assert_eq!((code, output.as_str()), (Some(3), ""));
    assert!(
        errors.starts_with("error: Porthole is not running with "),
        "{errors}"
    );
    assert!(errors.contains("c.toml. Start it with: portholed"), "{errors}");
}

#[tokio::test]
async fn status_tells_of_every_display() {
    let home = Home::new();
    let portholed = start(&home);
    let (code, output, errors) = said(&ask(&home, &["status"]));
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let lines: Vec<_> = output.lines().collect();
    assert!(lines[0].contains(&format!("listens on http://{} ", portholed.address)));
    assert_eq!(
        lines[1],
        "Office    127.0.0.1:100, unreachable: Cannot connect to 127.0.0.1:100: nothing is listening there. Start its VNC \
         server, or correct the display's target in the config file."
    );
    assert!(lines[2].starts_with("Nobody's  cannot be started: "), "{output}");

    let (code, output, _) = said(&ask(&home, &["status", "--json"]));
    let status: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(status["displays"][0]["name"], "Office");
    assert_eq!(status["displays"][0]["launch"], serde_json::Value::Null);
    assert_eq!(status["displays"][1]["launch"]["kind"], "unavailable");
}

#[test]
fn what_cannot_be_done_fails_and_says_why() {
    let home = Home::new();
    let _portholed = start(&home);
    for (words, why) in [
        (["start", "Office"], "Office is not launched by Porthole"),
        (["stop", "Alice"], "There is no display called Alice"),
        (["start", "Nobody's"], "porthole-nobody-of-this-name"),
        (["restart", "Nobody's"], "porthole-nobody-of-this-name"),
    ] {
        let (code, output, errors) = said(&ask(&home, &words));
        assert_eq!((code, output.as_str()), (Some(1), ""), "{words:?}");
        assert!(errors.starts_with("error: ") && errors.contains(why), "{errors}");
    }
    assert_eq!(said(&ask(&home, &["stop-all"])).1, "No display was running\n");
}

#[tokio::test]
async fn the_socket_is_its_owners_alone_and_goes_with_the_program() {
    let home = Home::new();
    let portholed = start(&home);
    let [socket] = &sockets(&home)[..] else {
        panic!("not one socket: {:?}", sockets(&home));
    };
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(socket), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
    assert_eq!(portholed.stop(Signal::TERM).await.code(), Some(0));
    assert_eq!(sockets(&home), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn a_socket_that_was_left_behind_is_nobody_and_is_replaced() {
    let home = Home::new();
    start(&home).stop(Signal::KILL).await;
    assert_eq!(sockets(&home).len(), 1, "it is left behind");
    assert_eq!(said(&ask(&home, &["status"])).0, Some(3));
    let _portholed = start(&home);
    assert_eq!(said(&ask(&home, &["status"])).0, Some(0));
}

/// A second one would not hear what is revoked at the first.
#[tokio::test]
async fn of_two_programs_with_one_config_the_second_is_refused_and_names_the_first() {
    let home = Home::new();
    let first = start(&home);
    // Another port, so that nothing else keeps them apart.
    home.write("c.toml", &CONFIG.replace("Office", "Study"));
    let (line, errors, code) = Second::start(&home).ended();
    assert_eq!((code, line.as_str()), (Some(1), ""), "{errors}");
    for part in [
        "error: Porthole is already running with this config",
        &format!("process {}", first.id()),
        "revoked",
        "--config",
    ] {
        assert!(errors.contains(part), "no `{part}` in {errors}");
    }
    assert_eq!(errors.matches("error: ").count(), 1, "{errors}");
    let status = said(&ask(&home, &["status"]));
    assert!(
        status.1.contains(&first.address.to_string()),
        "the second took nothing with it: {status:?}"
    );
    // Another config of its own is another matter.
    home.write("d.toml", "port = 0\n");
    Portholed::start(&home, &["--config=d.toml"]);
    first.stop(Signal::TERM).await;
    start(&home);
}

/// As at a restart, by whatever means.
#[tokio::test]
async fn a_start_waits_for_the_program_before_it_to_end() {
    for ends_by in [Signal::TERM, Signal::KILL] {
        let home = Home::new();
        let first = start(&home);
        first.signal(Signal::STOP);
        let mut second = Second::start(&home);
        second.says(&format!("process {} has it", first.id()));
        first.signal(ends_by);
        first.signal(Signal::CONT);
        let line = second.listens();
        assert!(line.contains("Porthole listens on"), "{line:?}");
        assert_eq!(said(&ask(&home, &["status"])).0, Some(0));
    }
}

/// One has the config, and the others say so.
#[tokio::test]
async fn of_programs_that_are_started_at_once_one_runs() {
    let home = Home::new();
    home.write("c.toml", CONFIG);
    let starts: Vec<_> = (0..6)
        .map(|_| {
            home.command(&["--config=c.toml"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut running = Vec::new();
    for mut child in starts {
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        if line.is_empty() {
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{output:?}");
        } else {
            running.push(child);
        }
    }
    let count = running.len();
    for mut child in running {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(count, 1);
}

/// A `portholed` beside one that runs. Dropping it kills it.
struct Second {
    child: Child,
    errors: BufReader<ChildStderr>,
}

impl Second {
    fn start(home: &Home) -> Self {
        let mut command = home.command(&["--config=c.toml"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        Self { child, errors }
    }

    /// Its first line on standard output, or nothing if it ends.
    fn listens(&mut self) -> String {
        let mut line = String::new();
        let output = self.child.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        line
    }

    /// The same, what it wrote on standard error, and its exit code.
    fn ended(mut self) -> (String, String, Option<i32>) {
        let line = self.listens();
        if !line.is_empty() {
            self.child.kill().unwrap();
        }
        let mut errors = String::new();
        self.errors.read_to_string(&mut errors).unwrap();
        (line, errors, self.child.wait().unwrap().code())
    }

    /// Waits until it has written this on standard error.
    fn says(&mut self, text: &str) {
        let mut said = String::new();
        while !said.contains(text) {
            let length = self.errors.read_line(&mut said).unwrap();
            assert!(length > 0, "not said: {text}; but {said}");
        }
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn requests_that_are_none_are_refused() {
    let home = Home::new();
    let _portholed = start(&home);
    for request in [
        &b"\n"[..],
        b"status\n",
        b"{\"request\":\"reboot\"}\n",
        b"{\"request\":\"start\"}\n",
        b"\xff\xfe\n",
        &[b'{'; 4096],
    ] {
        let answer = answer(&home, request);
        assert!(
            answer.starts_with(r#"{"answer":"failed","reason":"The request was not understood: "#),
            "{answer}"
        );
        assert!(answer.ends_with('\n') && answer.len() < 500, "{answer}");
    }
}

#[test]
fn a_client_that_says_nothing_holds_nobody_up_and_is_sent_away() {
    let home = Home::new();
    let _portholed = start(&home);
    let mut silent = connect(&home);
    assert!(answer(&home, b"{\"request\":\"status\"}\n").contains("Office"));
    let mut answer = String::new();
    silent.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("timed out"), "{answer}");
}

#[cfg(target_os = "linux")]
#[test]
fn at_a_terminal_a_person_is_asked_before_work_is_lost() {
    let home = Home::new();
    home.write(
        "c.toml",
        "port = 0\n[[display]]\nname = \"Alice\"\nlaunch = { geometry = \"320x240\", session = \"sleep 600\" }\n",
    );
    let _portholed = Portholed::start_at_home(&home, &["--config=c.toml"]);
    let state = || {
        said(&ask(&home, &["status"]))
            .1
            .lines()
            .nth(1)
            .unwrap()
            .to_owned()
    };
    // Nothing runs, and nothing is asked.
    let printed = said(&ask_a_person(&home, "stop-all", "")).1;
    assert!(
        printed.contains("No display was running") && !printed.contains("[y/N]"),
        "{printed}"
    );
    assert_eq!(said(&ask(&home, &["start", "Alice"])).0, Some(0));
    let runs = |state: &str| state.starts_with("Alice  running");
    for words in ["stop Alice", "restart Alice", "stop-all"] {
        for answer in ["n\n", "\n", "what?\n", "\u{4}"] {
            let (code, printed, _) = said(&ask_a_person(&home, words, answer));
            assert_eq!(code, Some(1), "{words}: {printed}");
            assert!(
                printed.contains("Alice? All programs on it will close and unsaved work will be lost. [y/N]")
                    && printed.contains("Nothing was stopped."),
                "{printed}"
            );
            assert!(runs(&state()), "{words}: {}", state());
        }
    }
    let (code, printed, _) = said(&ask_a_person(&home, "restart Alice", "y\n"));
    assert_eq!(code, Some(0), "{printed}");
    assert!(runs(&state()));
    let (code, printed, _) = said(&ask_a_person(&home, "stop Alice --yes", ""));
    assert!(
        code == Some(0) && printed.contains("Alice: stopped") && !printed.contains("[y/N]"),
        "{printed}"
    );
    // A script is not asked.
    assert_eq!(said(&ask(&home, &["start", "Alice"])).0, Some(0));
    assert_eq!(said(&ask(&home, &["stop-all"])).1, "Alice: stopped\n");
}
