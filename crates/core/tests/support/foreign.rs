//! A real VNC server that was started by somebody else.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::Home;

/// A VNC server that was started by somebody else; it ends when it is dropped.
pub struct Foreign {
    server: Child,
    log: PathBuf,
}

impl Foreign {
    pub fn start(home: &Home, socket: &Path) -> Self {
        Self::start_with(home, socket, &["-SecurityTypes", "None"])
    }

    pub fn start_with_password(home: &Home, socket: &Path, password: &str) -> Self {
        let file = home.path("vnc.passwd");
        let mut vncpasswd = Command::new("tigervncpasswd")
            .arg("-f")
            .stdin(Stdio::piped())
            .stdout(File::create(&file).unwrap())
            .spawn()
            .unwrap();
        writeln!(vncpasswd.stdin.take().unwrap(), "{password}").unwrap();
        assert!(vncpasswd.wait().unwrap().success());
        let file = file.to_str().unwrap().to_owned();
        Self::start_with(
            home,
            socket,
            &["-SecurityTypes", "VncAuth", "-PasswordFile", &file],
        )
    }

    fn start_with(home: &Home, socket: &Path, security: &[&str]) -> Self {
        let log = home.path("vnc.log");
        let options = "-rfbport -1 -nolisten tcp -displayfd 1 -geometry 320x240 -Log Connections:stderr:30";
        let mut server = Command::new("Xtigervnc")
            .args(options.split(' '))
            .args(security)
            .arg("-rfbunixpath")
            .arg(socket)
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        // It tells its number when it listens.
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        Self { server, log }
    }

    /// How often somebody has connected.
    pub fn connections(&self) -> usize {
        let log = fs::read_to_string(&self.log).unwrap();
        log.matches("accepted:").count()
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
