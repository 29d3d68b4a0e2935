//! A desktop that nobody sees: an X server, a session bus and a home of their own.

use std::{process::Command, sync::Arc};

use anyhow::Result;

use crate::{
    home::Home,
    process::{Process, run},
    screen::Screen,
};

/// A desktop of one test.
pub struct Desktop {
    home: Arc<Home>,
    display: String,
    bus: String,
    /// Pixels of the screen for each that programs count, along each side.
    scale: u16,
    locale: &'static str,
    _bus: Process,
    _screen: Process,
}

impl Desktop {
    /// Starts one.
    ///
    /// # Errors
    ///
    /// When the X server or the bus does not start.
    pub async fn start() -> Result<Self> {
        Self::start_scaled(1).await
    }

    /// Starts one with a screen on which everything is drawn this many times as sharp; for pictures.
    ///
    /// # Errors
    ///
    /// When the X server or the bus does not start.
    pub async fn start_scaled(scale: u16) -> Result<Self> {
        let home = Arc::new(Home::new()?);
        let mut command = home.command("Xvfb");
        let screen = Process::start(command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            &format!("{}x{}x24", 1280 * scale, 1024 * scale),
            "-nolisten",
            "tcp",
            // Else it would forget everything, and end whoever just comes, when its last program leaves.
            "-noreset",
        ]))?;
        let number = screen
            .line("Xvfb names its display", |line| line.parse::<u32>().ok())
            .await?;
        let mut command = home.command("dbus-daemon");
        let daemon =
            Process::start(command.args(["--session", "--print-address", "--nofork", "--nopidfile"]))?;
        let bus = daemon
            .line("the bus names its address", |line| Some(line.to_owned()))
            .await?;
        Ok(Self {
            home,
            display: format!(":{number}"),
            bus,
            scale,
            locale: "C.UTF-8",
            _bus: daemon,
            _screen: screen,
        })
    }

    /// The same for a person with that locale, which need not be installed.
    #[must_use]
    pub fn speaking(self, locale: &'static str) -> Self {
        Self { locale, ..self }
    }

    /// Its home.
    #[must_use]
    pub fn home(&self) -> &Arc<Home> {
        &self.home
    }

    /// The session bus's address.
    #[must_use]
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// Its screen.
    ///
    /// # Errors
    ///
    /// When the X server is gone.
    pub fn screen(&self) -> Result<Screen> {
        Screen::connect(&self.display)
    }

    /// A command that is run on this desktop.
    #[must_use]
    pub fn command(&self, program: impl AsRef<std::path::Path>) -> Command {
        let mut command = self.home.command(program);
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("LANG", self.locale)
            .env("GDK_SCALE", self.scale.to_string())
            .env("NO_AT_BRIDGE", "1");
        command
    }

    /// What the clipboard holds.
    ///
    /// # Errors
    ///
    /// When it is empty.
    pub fn clipboard(&self) -> Result<String> {
        run(self.command("xclip").args(["-selection", "clipboard", "-out"]))
    }
}
