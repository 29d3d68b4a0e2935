//! weston's VNC server (neatvnc), which lets in the user that it runs as: RA2, RA2_256, Apple's Diffie-Hellman, X509Plain.

use std::{
    fs,
    io::{Read, Result, Write},
    net::{TcpListener, TcpStream},
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
};

use porthole_rfb::{Credentials, LogIn, Policy, ServerError};

use crate::{
    client::{SameRandom, Session, log_in},
    tigervnc::{newer, tls},
};

/// A weston, in its own folder below the root folder.
struct Weston {
    folder: String,
    port: u16,
    server: Child,
}

impl Weston {
    fn start(root: &str, options: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let inside = format!("/tmp/porthole-weston-{}-{port}", std::process::id());
        let folder = format!("{root}{inside}");
        fs::create_dir(&folder).unwrap();
        let script = format!(
            "set -e; cd {inside}; chmod 700 .
            openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=here -keyout key.pem -out cert.pem -days 2 2> /dev/null
            chown -R porthole .
            export XDG_RUNTIME_DIR={inside}
            exec setpriv --reuid porthole --regid porthole --clear-groups weston --backend=vnc --address=127.0.0.1 \
              --port={port} --width=320 --height=200 {options}"
        );
        let server = Command::new("chroot")
            .args([root, "sh", "-c", &script])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(format!("{folder}/log")).unwrap())
            .spawn()
            .unwrap();
        let mut this = Self { folder, port, server };
        // Whoever comes and goes before its shell is up ends it.
        let log = format!("{}/log", this.folder);
        while !fs::read_to_string(&log).unwrap().contains("weston-desktop-shell") {
            assert!(this.server.try_wait().unwrap().is_none(), "weston has ended");
            std::thread::yield_now();
        }
        this
    }

    fn log_in(
        &self,
        credentials: Credentials,
        only: Option<u8>,
    ) -> std::result::Result<Session, ServerError> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(std::time::Duration::from_secs(30)))
            .unwrap();
        let socket = stream.try_clone().unwrap();
        let policy = Policy {
            certificate_tls: true,
            ..Policy::default()
        };
        log_in(
            Box::new(Only {
                stream,
                only,
                read: 0,
            }),
            LogIn::new(credentials, policy, SameRandom(5)),
            |_, kind| tls(OwnedFd::from(socket.try_clone().unwrap()), kind),
        )
    }
}

impl Drop for Weston {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A server that offers a single one of its types.
struct Only {
    stream: TcpStream,
    only: Option<u8>,
    read: usize,
}

impl Read for Only {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        // Version, count, types.
        let (start, wanted) = match (self.read, self.only) {
            (0, _) => (false, 12),
            (12, Some(_)) => (false, 1),
            (13, Some(_)) => (true, buffer.len()),
            _ => (false, buffer.len()),
        };
        let read = self.stream.read(&mut buffer[..wanted])?;
        if let (true, Some(only)) = (start, self.only) {
            buffer[..read].fill(only);
        }
        self.read += read;
        Ok(read)
    }
}

impl Write for Only {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.stream.flush()
    }
}

#[test]
fn weston_is_opened_by_each_type_that_it_has() {
    let Some(root) = newer() else { return };
    let user = Credentials::user("porthole", "secret");
    let plain = "--disable-transport-layer-security";
    let certified = "--vnc-tls-cert=cert.pem --vnc-tls-key=key.pem";
    for (options, only, name) in [
        (plain, None, "RA2_256"),
        (plain, Some(5), "RA2"),
        (plain, Some(30), "Apple Diffie-Hellman"),
        (certified, None, "X509Plain"),
        (certified, Some(129), "RA2_256"),
    ] {
        // A wrong password, and much else, ends it (14.0), so each comes in once.
        let server = Weston::start(&root, options);
        let session = server.log_in(user.clone(), only).unwrap();
        assert_eq!(
            (session.choice.to_string(), session.screen.width),
            (name.to_owned(), 320)
        );
    }
}
