//! `portholed doctor` from outside. Which fault is found by which words is tested beside the doctor itself.

use std::process::{Command, Output};

use rustix::process::Signal;
use serde_json::Value;

use crate::program::{Home, Portholed};

/// How it ended, and what it found.
fn found(output: &Output) -> (Option<i32>, Vec<Value>) {
    let findings = serde_json::from_slice(&output.stdout);
    (
        output.status.code(),
        findings.unwrap_or_else(|_| panic!("{output:?}")),
    )
}

fn doctor(home: &Home) -> Command {
    home.command(&["doctor", "--json", "--config=c.toml"])
}

fn of<'a>(check: &str, findings: &'a [Value]) -> Vec<&'a Value> {
    findings
        .iter()
        .filter(|finding| finding["check"] == check)
        .collect()
}

#[test]
fn a_fault_is_told_with_what_to_do() {
    let home = Home::new();
    home.write("c.toml", "\nport = 70000\n");
    let output = home.run(&["doctor", "--config=c.toml"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let mut lines = text.lines();
    let fault = lines.next().unwrap();
    assert!(
        fault.starts_with("FAULT  config ") && fault.contains("c.toml:2: "),
        "{text}"
    );
    assert!(
        lines.next().unwrap().trim_start().starts_with("-> Correct "),
        "{text}"
    );
    assert!(text.contains("\nok     state "), "{text}");
    assert!(text.contains("\n1 at fault, "), "{text}");
}

#[test]
fn without_vnc_servers_new_desktops_are_what_is_missing() {
    let home = Home::new();
    for (config, verdict, code) in [
        ("", "warn", 0),
        ("[[display]]\nname = \"A\"\nlaunch = {}\n", "fault", 1),
    ] {
        home.write("c.toml", &format!("port = 0\n{config}"));
        let (ended, findings) = found(&doctor(&home).env("PATH", home.path("")).output().unwrap());
        assert_eq!(ended, Some(code), "{findings:#?}");
        let servers = of("vnc-servers", &findings);
        assert_eq!(servers[0]["verdict"], verdict);
        assert!(
            servers[0]["text"]
                .as_str()
                .unwrap()
                .contains("Xtigervnc was not found")
        );
        assert!(servers[0]["fix"].as_str().unwrap().contains("nstall"));
    }
}

#[test]
fn tokens_that_can_be_guessed() {
    let home = Home::new();
    home.write("c.toml", "port = 0\n");
    home.write(
        "tokens",
        "4711: unix_socket:/nowhere/a\nU6F7msdQ: unix_socket:/nowhere/b\n",
    );
    for (config, options) in [
        ("", &["--token-source=tokens"][..]),
        ("token_file = \"tokens\"\n", &[]),
    ] {
        home.write("c.toml", &format!("port = 0\n{config}"));
        let output = doctor(&home).args(options).output().unwrap();
        assert!(!String::from_utf8_lossy(&output.stdout).contains("4711"));
        let (_, findings) = found(&output);
        let findings = of("tokens", &findings);
        let warned: Vec<_> = findings
            .iter()
            .filter(|finding| finding["verdict"] == "warn")
            .collect();
        let [finding] = warned[..] else {
            panic!("{findings:#?}")
        };
        assert!(
            finding["text"]
                .as_str()
                .unwrap()
                .contains("short enough to guess"),
            "{finding}"
        );
        assert!(
            finding["fix"].as_str().unwrap().contains("random letters"),
            "{finding}"
        );
    }
}

/// Only root would have opened sessions for others.
#[test]
fn without_pam_desktops_of_others_lack_a_login() {
    let home = Home::new();
    for (launch, expected) in [("{ user = \"root\" }", 1), ("{}", 0)] {
        home.write(
            "c.toml",
            &format!("port = 0\n[[display]]\nname = \"A\"\nlaunch = {launch}\n"),
        );
        // There is no su.
        let (_, findings) = found(&doctor(&home).env("PATH", home.path("")).output().unwrap());
        let findings = of("login-sessions", &findings);
        let root = rustix::process::geteuid().is_root();
        assert_eq!(findings.len(), if root { expected } else { 0 }, "{findings:#?}");
        assert!(
            findings.iter().all(|finding| finding["verdict"] == "warn"),
            "{findings:#?}"
        );
    }
}

#[test]
fn few_descriptors() {
    let home = Home::new();
    home.write("c.toml", "port = 0\n");
    let script = "ulimit -n 90; exec \"$0\" \"$@\"";
    let command = doctor(&home);
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(command.get_program())
        .args(command.get_args())
        .env("HOME", home.path(""))
        .current_dir(home.path(""))
        .output();
    let (ended, findings) = found(&output.unwrap());
    assert_eq!(ended, Some(1));
    assert_eq!(of("descriptors", &findings)[0]["verdict"], "fault");
}

#[test]
fn a_porthole_that_runs_is_asked() {
    let home = Home::new();
    home.write("c.toml", "port = 0\n");
    let portholed = Portholed::start(&home, &["--config=c.toml"]);
    let (_, findings) = found(&doctor(&home).output().unwrap());
    let running = of("running", &findings)[0];
    assert_eq!(running["verdict"], "ok", "{running}");
    assert!(
        running["text"]
            .as_str()
            .unwrap()
            .contains(&portholed.address.to_string())
    );
    let ports = of("port", &findings);
    assert_eq!(ports.len(), 1);
    assert_eq!(
        ports[0]["verdict"], "ok",
        "it is in nobody's way but its own: {ports:#?}"
    );

    portholed.signal(Signal::STOP);
    let (ended, findings) = found(&doctor(&home).output().unwrap());
    portholed.signal(Signal::CONT);
    assert_eq!(ended, Some(1));
    let running = of("running", &findings)[0];
    assert!(
        running["text"].as_str().unwrap().contains("does not answer"),
        "{running}"
    );
}
