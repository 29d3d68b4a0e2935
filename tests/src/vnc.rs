//! Real VNC servers.

use std::process::Command;

use anyhow::Result;

use crate::{
    people::{Person, as_root},
    ports::free_port,
    process::{Process, run},
};

/// A colour, as red, green, blue.
pub type Colour = [u8; 3];

/// Xtigervnc on 127.0.0.1 with a plain colour and, in the upper left corner, a terminal to type into.
pub struct VncServer {
    /// Where it listens.
    pub port: u16,
    /// Its X display, as `:1`. Whoever is on this machine may open it.
    pub display: String,
    _terminal: Process,
    _server: Process,
}

impl VncServer {
    /// Starts a session of this person, open to all who reach its port.
    ///
    /// # Errors
    ///
    /// When a program of it does not start.
    pub async fn start(person: &Person, colour: Colour) -> Result<Self> {
        Self::start_with(person, colour, free_port()?, &["-SecurityTypes", "None"]).await
    }

    /// Starts a session of this person that asks for a password.
    ///
    /// # Errors
    ///
    /// When a program of it does not start.
    pub async fn start_with_password(person: &Person, colour: Colour, password: &str) -> Result<Self> {
        Self::start_with_password_at(free_port()?, person, colour, password).await
    }

    /// The same on this port, where nobody else may listen.
    ///
    /// # Errors
    ///
    /// When a program of it does not start.
    pub async fn start_with_password_at(
        port: u16,
        person: &Person,
        colour: Colour,
        password: &str,
    ) -> Result<Self> {
        let file = person.home().path().join("passwd");
        let write = "umask 077; printf '%s\\n' \"$0\" | tigervncpasswd -f > \"$1\"";
        run(person.command("sh").args(["-c", write, password]).arg(&file))?;
        Self::start_with(
            person,
            colour,
            port,
            &[
                "-SecurityTypes",
                "VncAuth",
                "-PasswordFile",
                &file.to_string_lossy(),
            ],
        )
        .await
    }

    async fn start_with(person: &Person, colour: Colour, port: u16, security: &[&str]) -> Result<Self> {
        // An X server that is not root's cannot make it.
        run(as_root("mkdir").args(["--parents", "--mode=1777", "/tmp/.X11-unix"]))?;
        let mut command = person.command("Xtigervnc");
        command.args([
            "-displayfd",
            "1",
            "-rfbport",
            &port.to_string(),
            "-localhost",
            "-nolisten",
            "tcp",
        ]);
        let server = Process::start(
            command
                .args(["-geometry", "800x600", "-depth", "24"])
                .args(security),
        )?;
        let display = server
            .line("Xtigervnc names its display", |line| line.parse::<u32>().ok())
            .await?;
        let display = format!(":{display}");

        paint(&display, colour)?;
        let mut command = person.command("xterm");
        command.args([
            "-display",
            &display,
            "-geometry",
            "60x10+0+0",
            "-bg",
            "white",
            "-fg",
            "black",
            "-e",
            "sh",
        ]);
        Ok(Self {
            port,
            display,
            _terminal: Process::start(&mut command)?,
            _server: server,
        })
    }
}

/// Gives an X display this colour, where no window is.
///
/// # Errors
///
/// When the X server is gone.
pub fn paint(display: &str, [red, green, blue]: Colour) -> Result<()> {
    let solid = format!("#{red:02x}{green:02x}{blue:02x}");
    run(Command::new("xsetroot").args(["-display", display, "-solid", &solid])).map(drop)
}
