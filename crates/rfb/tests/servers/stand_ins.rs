//! noVNC's core and our log-in come in at the same stand-ins.

use std::{
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use porthole_rfb::{Credentials, LogIn, Policy, ServerError};

use crate::{
    client::{SameRandom, log_in},
    stand_in::{Kind, TIGHT_NONE, TIGHT_VNC, Told, UNIX, serve},
};

const CORE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../node_modules/@novnc/novnc/core/rfb.js"
);

/// All that noVNC knows, and what each is told of the user, their password and the target.
fn kinds() -> Vec<(Kind, [&'static str; 3])> {
    vec![
        (Kind::None, ["", "", ""]),
        (Kind::VncAuth, ["", "rosebud", ""]),
        (Kind::Ra2(6, true), ["alice", "rosebud", ""]),
        (Kind::Ra2(6, false), ["", "rosebud", ""]),
        (Kind::Apple, ["alice", "rosebud", ""]),
        (Kind::MsLogon, ["alice", "rosebud", ""]),
        (Kind::Xvp, ["alice", "rosebud", "host7"]),
        (Kind::VeNCrypt(256), ["alice", "rosebud", ""]),
        (Kind::VeNCrypt(2), ["", "rosebud", ""]),
        (UNIX, ["alice", "rosebud", ""]),
        (TIGHT_VNC, ["", "rosebud", ""]),
        (TIGHT_NONE, ["", "", ""]),
        (Kind::TightEmpty, ["", "", ""]),
    ]
}

/// Serves one client, and gives what it told.
fn serving(kind: Kind) -> (u16, thread::JoinHandle<std::io::Result<Told>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || serve(&mut listener.accept()?.0, kind));
    (port, server)
}

fn told([user, password, target]: [&str; 3]) -> Told {
    Told {
        user: user.into(),
        password: password.into(),
        target: target.into(),
    }
}

#[test]
fn novnc_vouches_for_the_stand_ins() {
    assert!(Path::new(CORE).exists(), "npm install has not run");
    for (kind, expected) in kinds() {
        let (port, server) = serving(kind);
        let mut novnc = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/novnc.mjs"))
            .args([CORE, &port.to_string(), "alice", "rosebud", "host7"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // It ends with the connection, and gets as far as that only when it was let in.
        assert!(novnc.wait().unwrap().success(), "{kind:?}");
        let heard = server.join().unwrap();
        assert!(
            heard.as_ref().is_ok_and(|heard| *heard == told(expected)),
            "{kind:?}: {heard:?}"
        );
    }
}

#[test]
fn we_come_in_where_novnc_does_and_by_what_it_lacks() {
    let more = [
        (Kind::Ra2(5, true), ["alice", "rosebud", ""]),
        (Kind::Ra2(5, false), ["", "rosebud", ""]),
        (Kind::Ra2(129, true), ["alice", "rosebud", ""]),
        (Kind::Ra2(129, false), ["", "rosebud", ""]),
        (Kind::Ra2(130, true), ["alice", "rosebud", ""]),
        (Kind::Ra2(130, false), ["", "rosebud", ""]),
    ];
    for (kind, expected) in kinds().into_iter().chain(more) {
        let [user, password, target] = expected;
        let credentials = match (user, password) {
            ("", "") => Credentials::Nothing,
            ("", password) => Credentials::Password(password.into()),
            (user, password) => Credentials::User {
                name: user.into(),
                password: password.into(),
                target: Some(target.into()),
            },
        };
        let (port, server) = serving(kind);
        let stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let login = LogIn::new(credentials, Policy::default(), SameRandom(3));
        let session = log_in(Box::new(stream), login, |_, _| panic!("TLS is not offered")).unwrap();
        assert_eq!(session.screen.name, "here");
        assert_eq!(server.join().unwrap().unwrap(), told(expected), "{kind:?}");

        let (port, server) = serving(kind);
        let stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let wrong = Credentials::User {
            name: "alice".into(),
            password: "wrong".into(),
            target: Some("host7".into()),
        };
        let login = LogIn::new(wrong, Policy::default(), SameRandom(3));
        let error = log_in(Box::new(stream), login, |_, _| panic!("TLS is not offered")).err();
        match (error.unwrap(), password) {
            (ServerError::PasswordNotAsked, "") => {}
            (ServerError::WrongUser { said } | ServerError::WrongPassword { said }, _) => {
                assert_eq!(said, "not you: no");
                assert!(!server.join().unwrap().unwrap().is_known());
            }
            (error, _) => panic!("{kind:?}: {error}"),
        }
    }
}
