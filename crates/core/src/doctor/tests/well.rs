//! A machine that is well, to make faults on.

use std::{
    any::Any,
    fs::{self, Permissions},
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tempfile::TempDir;

use crate::{
    ConfigPlace, Finding,
    doctor::examine,
    platform::machine::{Free, Machine},
};

/// An address of this machine that stands for one of its network.
pub const LAN: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 7);

/// A machine that is well: its `/` is the folder `root`, and beside that are its user's folders.
pub struct Well {
    folder: TempDir,
    pub machine: Machine,
    pub token_source: Option<PathBuf>,
    /// What a fault needs to go on.
    kept: Vec<Box<dyn Any>>,
}

impl Well {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let us = rustix::process::geteuid().as_raw();
        let mut well = Self {
            machine: Machine {
                root: folder.path().join("root"),
                environment: Default::default(),
                user: us,
                is_root: false,
                system: us,
                now: SystemTime::now(),
                addresses: vec![("lan0".into(), IpAddr::V4(LAN))],
                free: |_| {
                    Ok(Free {
                        bytes: 1 << 40,
                        files: None,
                    })
                },
            },
            folder,
            token_source: None,
            kept: Vec::new(),
        };
        for (path, mode) in [
            ("run", 0o700),
            ("state", 0o700),
            ("bin", 0o755),
            ("root/tmp/.X11-unix", 0o1777),
        ] {
            fs::create_dir_all(well.path(path)).unwrap();
            well.mode(path, mode);
        }
        well.write("state/state.json", "{\"links\":[]}");
        well.mode("state/state.json", 0o600);
        well.config("");
        well.write(
            "root/etc/ld.so.cache",
            "\0libwebkit2gtk-4.1.so.0\0libayatana-appindicator3.so.1\0",
        );
        well.limit(524_288);
        well.set("XDG_RUNTIME_DIR", well.path("run").to_str().unwrap());
        well.set("PATH", well.path("bin").to_str().unwrap());
        well
    }

    pub async fn examine(&self) -> Vec<Finding> {
        let place = ConfigPlace::at(self.path("config.toml"), self.path("state/state.json"));
        let findings = examine(place, self.machine.clone(), self.token_source.clone()).await;
        // Which VNC servers are installed is not for a test to say.
        findings
            .into_iter()
            .filter(|finding| finding.check != "vnc-servers")
            .collect()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    pub fn config(&self, text: &str) {
        self.write("config.toml", text);
        self.mode("config.toml", 0o644);
    }

    /// A config with one display.
    pub fn display(&self, target: &str) {
        self.config(&format!("[[display]]\nname = \"Alice\"\n{target}\n"));
    }

    /// Where a VNC server listens that wants no password.
    pub fn vnc_server(&self) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            while let Ok((mut viewer, _)) = listener.accept() {
                // A viewer that has seen enough leaves in the middle.
                let _ = viewer.write_all(b"RFB 003.008\n");
                let _ = viewer.read_exact(&mut [0; 12]);
                let _ = viewer.write_all(&[1, 1]);
                let _ = viewer.read_exact(&mut [0; 1]);
                let _ = viewer.write_all(&[0; 4]);
                let _ = viewer.read_to_end(&mut Vec::new());
            }
        });
        address
    }

    /// A config that serves other machines as well, on a port that is free.
    pub fn listen_everywhere(&self) {
        let free = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        self.config(&format!("port = {port}\nlisten = \"0.0.0.0\""));
    }

    /// Links are https, with a certificate that is valid from 2100 to 2101, and the key of another one if it is to be
    /// the `wrong` one.
    pub fn certificate(&self, wrong: bool) {
        let made = || {
            let mut params = rcgen::CertificateParams::new(["desk.example.org".to_owned()]).unwrap();
            params.not_before = rcgen::date_time_ymd(2100, 1, 1);
            params.not_after = rcgen::date_time_ymd(2101, 1, 1);
            let key = rcgen::KeyPair::generate().unwrap();
            (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
        };
        let (certificate, key) = made();
        self.write("cert.pem", &certificate);
        self.write("key.pem", &if wrong { made().1 } else { key });
        self.mode("key.pem", 0o600);
        self.config("cert = \"cert.pem\"\nkey = \"key.pem\"\n");
    }

    /// The time is so many days after the first of January 2100.
    pub fn day_of_2100(&mut self, days: u64) {
        self.machine.now = UNIX_EPOCH + Duration::from_secs(4_102_444_800 + days * 86_400);
    }

    /// How many files may be open.
    pub fn limit(&self, hard: u64) {
        let limits =
            format!("Max open files            1024                 {hard}               files     \n");
        self.write("root/proc/self/limits", &limits);
    }

    /// Installs a program: a shell script.
    pub fn install(&self, name: &str, script: &str) {
        self.write(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        self.mode(&format!("bin/{name}"), 0o755);
    }

    pub fn set(&mut self, variable: &str, value: &str) {
        self.machine.environment.insert(variable.into(), value.into());
    }

    pub fn unset(&mut self, variable: &str) {
        self.machine.environment.remove(variable);
    }

    pub fn keep(&mut self, what: impl Any) {
        self.kept.push(Box::new(what));
    }
}
