//! Paths that name something else than was meant: a pipe, a device, a socket, a folder. Nothing hangs and nothing panics.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    os::unix::{fs::FileTypeExt, net::UnixListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::program::{Home, Portholed, announced};

/// Only what hangs takes so long.
const HANGS_AFTER: Duration = Duration::from_secs(60);

/// What lies in the home of these tests and is no file.
const NO_FILES: [&str; 5] = ["pipe", "folder", "socket", "/dev/zero", "/dev/full"];

fn home() -> Home {
    let home = Home::new();
    make_pipe(&home.path("pipe"));
    fs::create_dir(home.path("folder")).unwrap();
    // Its file stays when nobody listens any more.
    drop(UnixListener::bind(home.path("socket")).unwrap());
    assert!(home.path("socket").metadata().unwrap().file_type().is_socket());
    home.write("tokens", "alice: 127.0.0.1:9\n");
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    home.write("cert.pem", &pair.cert.pem());
    home.write("key.pem", &pair.signing_key.serialize_pem());
    home
}

fn make_pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
}

/// A program that is killed when it takes too long, whatever else waits for it.
fn guarded<T>(mut child: Child, watch: impl FnOnce(&mut Child) -> T) -> T {
    let pid = rustix::process::Pid::from_child(&child);
    let (done, is_done) = mpsc::channel::<()>();
    let guard = thread::spawn(move || {
        let hangs = is_done.recv_timeout(HANGS_AFTER) == Err(mpsc::RecvTimeoutError::Timeout);
        if hangs {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        hangs
    });
    let seen = watch(&mut child);
    drop(done);
    assert!(!guard.join().unwrap(), "it hangs");
    let _ = child.kill();
    let _ = child.wait();
    seen
}

/// Runs to the end; the exit code and standard error.
fn refusal(command: &mut Command) -> (Option<i32>, String) {
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    guarded(child, |child| {
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (child.wait().unwrap().code(), said)
    })
}

#[test]
fn an_option_that_names_no_file_is_refused_in_words() {
    let home = home();
    for path in NO_FILES {
        let name = |option: &str| format!("--{option}={path}");
        let gateway = |options: &[&str]| -> Vec<String> {
            let all = ["127.0.0.1:0"].iter().chain(options);
            all.map(|word| (*word).to_owned()).collect()
        };
        let target = "127.0.0.1:9";
        let tokens = ["--token-plugin=TokenFile", &name("token-source")];
        for (option, args) in [
            ("config", vec![name("config")]),
            ("token-source", gateway(&tokens)),
            ("target-config", gateway(&[&name("target-config")])),
            ("cert", gateway(&[target, &name("cert")])),
            ("key", gateway(&[target, "--cert=cert.pem", &name("key")])),
            ("web", gateway(&[target, &name("web")])),
            ("log-file", gateway(&[target, &name("log-file")])),
        ] {
            let is_folder = path == "folder";
            if is_folder && matches!(option, "token-source" | "target-config" | "web") {
                // They may be folders.
                continue;
            }
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            let (code, said) = refusal(&mut home.command(&args));
            assert_eq!(code, Some(1), "{args:?}: {said}");
            let is_sentence = said.contains(path) && !said.contains("panicked");
            assert!(is_sentence, "{args:?}: {said}");
            assert!(
                !said.contains("os error") || said.contains("Is a directory"),
                "{args:?}: {said}"
            );
        }
    }
}

#[test]
fn the_doctor_hangs_at_no_path() {
    let home = home();
    for path in NO_FILES {
        for option in ["--token-source", "--config"] {
            let mut doctor = home.command(&["doctor", &format!("{option}={path}")]);
            let child = doctor.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
            let said = guarded(child.unwrap(), |child| {
                let mut said = String::new();
                child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
                said
            });
            assert!(said.contains(path), "{option} {path}: {said}");
        }
    }
}

/// The first line that it prints.
fn first_line(command: &mut Command) -> String {
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    guarded(child, |child| {
        let mut said = child.stdout.take().unwrap();
        let (mut line, mut byte) = (String::new(), [0]);
        while said.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
            line.push(byte[0].into());
        }
        line
    })
}

#[test]
fn a_path_in_the_config_that_names_no_file_is_refused_in_words() {
    let home = home();
    for path in NO_FILES {
        for line in [
            format!("token_file = \"{path}\""),
            format!("cert = \"{path}\""),
            format!("cert = \"cert.pem\"\nkey = \"{path}\""),
            format!("[[display]]\nname = \"A\"\ntarget = \"127.0.0.1:9\"\npassword_file = \"{path}\""),
        ] {
            if path == "folder" && line.starts_with("token_file") {
                continue;
            }
            home.write("config.toml", &format!("port = 0\n{line}\n"));
            let (code, said) = refusal(&mut home.command(&["--config=config.toml"]));
            assert_eq!(code, Some(1), "{line}: {said}");
            assert!(
                said.contains("config.toml:") && !said.contains("panicked"),
                "{line}: {said}"
            );
        }
    }
}

/// What Porthole itself keeps may have been replaced, too; it starts, and what cannot be kept is said.
#[test]
fn what_lies_in_place_of_its_own_files_holds_no_start_up() {
    for made in ["pipe", "folder", "socket"] {
        for file in ["state.json", "state.history.jsonl", "state.certificate.json"] {
            let home = Home::new();
            let folder = home.path(".local/state/porthole");
            fs::create_dir_all(&folder).unwrap();
            let place = folder.join(file);
            match made {
                "pipe" => make_pipe(&place),
                "folder" => fs::create_dir(&place).unwrap(),
                _ => drop(UnixListener::bind(&place).unwrap()),
            }
            let config = home.path(".config/porthole");
            fs::create_dir_all(&config).unwrap();
            fs::write(
                config.join("config.toml"),
                "listen = \"127.0.0.1\"\nencrypt = true\n",
            )
            .unwrap();
            let line = first_line(home.command(&[]).stderr(Stdio::null()));
            assert!(announced(&line).is_some(), "{made} in place of {file}: {line:?}");
            let doctor = home
                .command(&["doctor"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn();
            guarded(doctor.unwrap(), |child| child.wait().unwrap());
        }
    }
}

#[test]
fn a_log_goes_to_nothing_and_to_ones_own_output() {
    let home = home();
    for path in ["/dev/null", "/dev/stderr", "/dev/stdout"] {
        let args = ["127.0.0.1:0", "127.0.0.1:9", &format!("--log-file={path}")];
        let portholed = home
            .command(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let (said, errors) = guarded(portholed.unwrap(), |child| {
            let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
            let mut said = Vec::new();
            let mut piece = [0; 4096];
            while !String::from_utf8_lossy(&said).contains("Porthole listens on") {
                let read = out.read(&mut piece).unwrap();
                assert!(read > 0, "{path}: {}", String::from_utf8_lossy(&said));
                said.extend_from_slice(&piece[..read]);
            }
            let _ = child.kill();
            let mut errors = String::new();
            err.read_to_string(&mut errors).unwrap();
            (String::from_utf8(said).unwrap(), errors)
        });
        let warning = "no token protects";
        assert_eq!(said.contains(warning), path == "/dev/stdout", "{path}: {said}");
        assert_eq!(
            errors.contains(warning),
            path == "/dev/stderr",
            "{path}: {errors}"
        );
    }
}

/// A folder that is served may hold anything.
#[test]
fn a_pipe_among_the_pages_is_not_there() {
    let home = home();
    home.write("folder/index.html", "here");
    make_pipe(&home.path("folder/pipe"));
    std::os::unix::fs::symlink("/dev/zero", home.path("folder/zero")).unwrap();
    let portholed = Portholed::start(&home, &["127.0.0.1:0", "127.0.0.1:9", "--web=folder"]);
    for (path, status) in [("pipe", "404"), ("zero", "404"), ("index.html", "200")] {
        let mut stream = TcpStream::connect(portholed.address).unwrap();
        stream.set_read_timeout(Some(HANGS_AFTER)).unwrap();
        let host = portholed.address;
        write!(
            stream,
            "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        assert!(head.ends_with(status.as_bytes()), "{path}: {head:?}");
    }
}
