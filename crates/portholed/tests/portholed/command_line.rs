//! What is wrong is told on standard error, with an exit code.

use std::net::TcpListener;

use crate::program::Home;

/// Runs to the end; returns the exit code and standard error. Standard output must be empty.
fn refusal(home: &Home, args: &[&str]) -> (i32, String) {
    let output = home.run(args);
    assert!(output.stdout.is_empty(), "{args:?}");
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn an_unknown_option_names_the_nearest_one() {
    let (code, text) = refusal(&Home::new(), &["6080", "--token-sorce=x"]);
    assert_eq!(code, 2);
    assert!(
        text.starts_with("error: unexpected argument '--token-sorce'") && text.contains("'--token-source'"),
        "{text}"
    );
}

#[test]
fn an_option_of_websockify_that_is_missing_here_says_what_to_do() {
    let (code, text) = refusal(&Home::new(), &["--cafile=ca.pem", "6080", "localhost:5901"]);
    assert_eq!(code, 2);
    assert!(
        text.contains("--cafile is not supported") && text.contains("reverse proxy"),
        "{text}"
    );
}

#[test]
fn an_abbreviation_of_several_options_names_them() {
    let (code, text) = refusal(&Home::new(), &["6080", "--token=TokenFile"]);
    assert_eq!(code, 2);
    assert!(
        text.contains("--token is short for several: --token-plugin, --token-source"),
        "{text}"
    );
}

#[test]
fn only_an_origin_is_taken_for_one() {
    for option in ["--frame-ancestor", "--allow-origin"] {
        for wrong in [
            "*",
            "https://*.example.org",
            "https://a.example;script-src *",
            "https://a.example,https://b.example",
            "https://me:pw@a.example",
            "a.example",
        ] {
            let (code, text) = refusal(&Home::new(), &["6080", "a:1", &format!("{option}={wrong}")]);
            assert_eq!(code, 2);
            assert!(
                text.contains(option) && text.contains("as https://portal.example.org"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _other = TcpListener::bind(taken).unwrap();
    let (code, text) = refusal(&Home::new(), &[&taken.to_string(), "localhost:5901"]);
    assert_eq!(code, 1);
    assert!(
        text.contains(&format!("error: cannot listen on {taken}")) && text.contains("hint: "),
        "{text}"
    );
}

#[test]
fn all_faults_of_the_token_files() {
    let home = Home::new();
    home.write(
        "tokens",
        "good: localhost:5901\nsecret:localhost:5902\n\nsecret: localhost\n",
    );
    let args = ["--token-plugin=TokenFile", "--token-source=tokens", "127.0.0.1:0"];
    let (code, text) = refusal(&home, &args);
    assert_eq!(code, 1);
    let file = home.path("tokens");
    for part in [
        format!("error: {}:2: ", file.display()),
        format!("\n{}:4: ", file.display()),
    ] {
        assert!(text.contains(&part), "{text}");
    }
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn files_and_folders_that_are_not_there() {
    let home = Home::new();
    for (args, part) in [
        (
            &["--token-plugin=TokenFile", "--token-source=none", "127.0.0.1:0"][..],
            "none: cannot be read",
        ),
        (
            &["--web=none", "127.0.0.1:0", "localhost:5901"],
            "--web: there is no folder",
        ),
        (
            &["--log-file=none/log", "127.0.0.1:0", "localhost:5901"],
            "cannot write the log file",
        ),
        (&["--config=none.toml"], "none.toml"),
        (
            &["host.invalid:6080", "localhost:5901"],
            "cannot listen on `host.invalid`",
        ),
    ] {
        let (code, text) = refusal(&home, args);
        assert_eq!(code, 1, "{args:?}: {text}");
        assert!(
            text.starts_with("error: ") && text.contains(part),
            "{args:?}: {text}"
        );
    }
}

#[test]
fn help_and_version() {
    let home = Home::new();
    let output = |args| String::from_utf8(home.run(args).stdout).unwrap();
    assert_eq!(
        output(&["--version"]),
        format!("portholed {}\n", env!("CARGO_PKG_VERSION"))
    );
    for part in [
        "Usage: portholed",
        "\nTokens:",
        "--token-plugin <PLUGIN>",
        "\nRunning:",
        "--daemon",
        "[--config FILE | --instance PORT] COMMAND [ARGUMENTS]",
        "\n  link ",
        "\n  history ",
        "\n  doctor ",
    ] {
        assert!(output(&["--help"]).contains(part), "{part}");
    }
}

/// A whole address is easily pasted, with what is before its `@` or behind its `#`.
#[test]
fn no_secret_on_the_command_line_is_repeated() {
    let home = Home::new();
    let target = ["127.0.0.1:0", "127.0.0.1:1"];
    for wrong in [
        &["--allow-origin=https://me:hunter2@a.example"][..],
        &["--allow-origin", "https://me:hunter2@a.example/x"],
        &["--allow-origin=https://a.example/v#hunter2"],
        &["--frame-ancestor=https://me:hunter2@a.example"],
        &["--trusted-proxy=me:hunter2@10.0.0.1"],
        &["--token-plugin=me:hunter2@TokenRedis"],
        &["--heartbeat=me:hunter2@1"],
        &["--max-sessions=me:hunter2@1"],
        &["--daemon=me:hunter2@1"],
        &["--password=hunter2"],
        &["--auth-source=me:hunter2"],
        &["--key-password=hunter2"],
        &["https://me:hunter2@a.example"],
        &["--", "https://me:hunter2@a.example"],
    ] {
        let (code, text) = refusal(&home, &[&target[..], wrong].concat());
        assert_eq!(code, 2, "{wrong:?}");
        assert!(!text.contains("hunter2"), "{wrong:?}: {text}");
    }
    for wrong in [
        &["me:hunter2@127.0.0.1:port", "127.0.0.1:1"][..],
        &["me:hunter2@127.0.0.1:0", "127.0.0.1:1"],
        &["127.0.0.1:0", "me:hunter2@127.0.0.1:port"],
        &["127.0.0.1:0", "https://me:hunter2@127.0.0.1"],
        &["127.0.0.1:0", "unix_socket:me:hunter2@x"],
        &["link", "Alice", "--address=https://me:hunter2@a.example"],
        &["link", "Alice", "--for", "me:hunter2@1h"],
        &["link", "Alice", "https://me:hunter2@a.example"],
        &["revoke", "http://a.example/v#hunter2"],
        &["rights", "me:hunter2@1", "view"],
        &["doctor", "https://me:hunter2@a.example"],
        &["--config=x.toml", "https://me:hunter2@a.example"],
    ] {
        let (_, text) = refusal(&home, wrong);
        assert!(!text.is_empty() && !text.contains("hunter2"), "{wrong:?}: {text}");
    }
}

#[test]
fn a_target_that_is_a_file_of_another_kind_is_refused() {
    let home = Home::new();
    std::fs::write(home.path("file"), "").unwrap();
    std::fs::create_dir(home.path("folder")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(home.path("pipe"))
        .status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink(home.path("pipe"), home.path("link")).unwrap();
    for (file, kind) in [
        ("file", "an ordinary file"),
        ("folder", "a folder"),
        ("pipe", "a named pipe"),
        ("link", "a named pipe"),
        ("/dev/null", "a device"),
    ] {
        let path = home.path(file);
        for args in [
            [format!("--unix-target={}", path.display()), "127.0.0.1:0".into()],
            ["127.0.0.1:0".into(), format!("unix_socket:{}", path.display())],
        ] {
            let (code, text) = refusal(&home, &args.each_ref().map(String::as_str));
            assert_eq!(code, 1, "{args:?}");
            assert!(
                text.contains(&format!("{} is {kind}, not a socket", path.display())),
                "{text}"
            );
        }
    }
}
