//! TigerVNC with each of its security types, right and wrong credentials. Those that only newer versions have, and log-ins
//! by PAM, need root and a folder of them: see CONTRIBUTING.md.

use std::{
    fs,
    io::{Read, Write},
    os::{fd::OwnedFd, unix::net::UnixStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use num_bigint::BigUint;
use porthole_rfb::{Credentials, LogIn, Policy, ServerError, TlsKind};
use sha2::{Digest, Sha256};

use crate::client::{SameRandom, Session, Stream, log_in};

/// An Xtigervnc, and the folder that it lives in.
struct TigerVnc {
    folder: PathBuf,
    server: Child,
}

impl TigerVnc {
    /// Starts it below a root folder; in the folder are a password file, an RSA key and a certificate.
    fn start(root: &str, types: &str) -> Self {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let inside = format!("/tmp/porthole-rfb-{}-{number}", std::process::id());
        let folder = PathBuf::from(format!("{root}{inside}"));
        fs::create_dir(&folder).unwrap();
        let script = format!(
            "set -e; cd {inside}
            printf 'rosebud\\n' | tigervncpasswd -f > password
            openssl genrsa -traditional -out rsa.pem 2048 2> /dev/null || openssl genrsa -out rsa.pem 2048 2> /dev/null
            openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=here -keyout key.pem -out cert.pem -days 2 2> /dev/null
            exec Xtigervnc -rfbport -1 -rfbunixpath {inside}/vnc -SecurityTypes {types} -PasswordFile password \
              -UseBlacklist=0 -X509Cert cert.pem -X509Key key.pem $MORE -nolisten tcp -displayfd 1 -geometry 320x200"
        );
        let mut shell = match root {
            "" => Command::new("sh"),
            root => {
                let mut chroot = Command::new("chroot");
                chroot.args([root, "sh"]);
                chroot
            }
        };
        let more = if root.is_empty() {
            ""
        } else {
            "-RSAKey rsa.pem -PAMService porthole -PlainUsers porthole"
        };
        let server = shell
            .args(["-c", &script])
            .env("MORE", more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut this = Self { folder, server };
        // It tells its display once it listens.
        let mut said = [0; 1];
        let read = this.server.stdout.as_mut().unwrap().read(&mut said).unwrap();
        assert_eq!(read, 1, "{}", this.log());
        this
    }

    /// The SHA-256 of its RSA key, of which openssl tells the modulus.
    fn fingerprint(&self) -> [u8; 32] {
        let args = ["rsa", "-noout", "-modulus", "-in"];
        let said = Command::new("openssl")
            .args(args)
            .arg(self.folder.join("rsa.pem"))
            .output()
            .unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let modulus =
            BigUint::parse_bytes(said.trim().strip_prefix("Modulus=").unwrap().as_bytes(), 16).unwrap();
        let exponent = [&[0; 253][..], &[1, 0, 1]].concat();
        Sha256::digest([&2048_u32.to_be_bytes()[..], &modulus.to_bytes_be(), &exponent].concat()).into()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn log_in(&self, credentials: &Credentials) -> Result<Session, ServerError> {
        let policy = Policy {
            certificate_tls: true,
            anonymous_tls: true,
            ..Policy::default()
        };
        let stream = UnixStream::connect(self.folder.join("vnc")).unwrap();
        // TLS takes the socket itself.
        let socket = stream.try_clone().unwrap();
        log_in(
            Box::new(stream),
            LogIn::new(credentials.clone(), policy, SameRandom(1)),
            |_, kind| tls(OwnedFd::from(socket.try_clone().unwrap()), kind),
        )
    }
}

impl Drop for TigerVnc {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// TLS by node, over the server's socket.
pub fn tls(socket: OwnedFd, kind: TlsKind) -> Box<dyn Stream> {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/tls.mjs");
    let kind = match kind {
        TlsKind::Anonymous => "anonymous",
        TlsKind::Certificate => "certificate",
    };
    // It ends with its sockets.
    let node = Command::new("sh")
        .args(["-c", "exec node \"$0\" \"$1\" 3<&0 4>&1 < /dev/null >&2"])
        .arg(script)
        .arg(kind)
        .stdin(socket)
        .stdout(OwnedFd::from(theirs))
        .spawn()
        .unwrap();
    Box::new(Node(ours, node))
}

struct Node(UnixStream, Child);

impl Read for Node {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Node {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.1.kill();
        let _ = self.1.wait();
    }
}

/// The name of the type by which the log-in went.
fn opens(server: &TigerVnc, credentials: &Credentials) -> String {
    match server.log_in(credentials) {
        Ok(session) => {
            assert_eq!((session.screen.width, session.screen.height), (320, 200));
            session.choice.to_string()
        }
        Err(error) => panic!("{error}\n{}", server.log()),
    }
}

fn refuses(server: &TigerVnc, credentials: &Credentials) -> ServerError {
    match server.log_in(credentials) {
        Ok(session) => panic!("{} let us in", session.choice),
        Err(error) => error,
    }
}

#[test]
fn the_installed_one_is_opened_by_each_type_that_it_has() {
    let password = Credentials::Password("rosebud".into());
    let wrong = Credentials::Password("wrong".into());
    for (types, name) in [
        ("VncAuth", "VncAuth"),
        ("TLSVnc,VncAuth", "TLSVnc"),
        ("X509Vnc", "X509Vnc"),
        ("TLSNone,VncAuth,X509Vnc,None", "X509Vnc"),
    ] {
        let server = TigerVnc::start("", types);
        assert_eq!(opens(&server, &password), name);
        assert!(
            matches!(refuses(&server, &wrong), ServerError::WrongPassword { .. }),
            "{types}"
        );
        let without = server
            .log_in(&Credentials::Nothing)
            .map(|session| session.choice.to_string());
        if types.contains("None") {
            assert_eq!(without.unwrap(), "TLSNone");
        } else {
            assert_eq!(without.unwrap_err(), ServerError::PasswordMissing, "{types}");
        }
    }
    for (types, name) in [
        ("None", "None"),
        ("TLSNone", "TLSNone"),
        ("X509None,TLSNone", "X509None"),
    ] {
        let server = TigerVnc::start("", types);
        assert_eq!(opens(&server, &Credentials::Nothing), name);
        assert_eq!(refuses(&server, &password), ServerError::PasswordNotAsked);
    }
}

/// The folder of newer servers than are installed, with an account that PAM knows; `None` unless PORTHOLE_SERVERS names one
/// that debootstrap made.
pub fn newer() -> Option<String> {
    let root = std::env::var("PORTHOLE_SERVERS").ok()?;
    let pam = "auth required pam_unix.so\naccount required pam_unix.so\n";
    fs::write(format!("{root}/etc/pam.d/porthole"), pam).unwrap();
    let account = "flock /tmp/porthole.lock sh -c 'id porthole > /dev/null 2>&1 || useradd porthole; echo porthole:secret | chpasswd'";
    assert!(
        Command::new("chroot")
            .args([&root, "sh", "-c", account])
            .status()
            .unwrap()
            .success()
    );
    Some(root)
}

#[test]
fn a_newer_one_is_opened_by_each_type_that_it_has() {
    let Some(root) = newer() else { return };
    let password = Credentials::Password("rosebud".into());
    for name in [
        "RA2",
        "RA2ne",
        "RA2_256",
        "RA2ne_256",
        "VncAuth",
        "TLSVnc",
        "X509Vnc",
    ] {
        let server = TigerVnc::start(&root, name);
        assert_eq!(opens(&server, &password), name);
        let seen = server.log_in(&password).unwrap().server_key;
        assert_eq!(seen.is_some(), name.starts_with("RA2"));
        if let Some(key) = seen {
            assert_eq!(key.fingerprint(), server.fingerprint());
        }
        let error = refuses(&server, &Credentials::Password("wrong".into()));
        assert!(
            matches!(error, ServerError::WrongPassword { .. }),
            "{name}: {error:?}"
        );
    }
    let user = Credentials::user("porthole", "secret");
    for name in ["Plain", "TLSPlain", "X509Plain"] {
        let server = TigerVnc::start(&root, name);
        assert_eq!(opens(&server, &user), name);
        let error = refuses(&server, &Credentials::user("porthole", "wrong"));
        assert!(
            matches!(error, ServerError::WrongUser { .. }),
            "{name}: {error:?}"
        );
        assert_eq!(refuses(&server, &password), ServerError::UserMissing);
    }
    let all = TigerVnc::start(&root, "None,VncAuth,Plain,RA2ne,RA2,RA2_256,TLSVnc,TLSPlain");
    assert_eq!(opens(&all, &password), "RA2_256");
    assert_eq!(opens(&all, &Credentials::Nothing), "None");
}
