//! Desktops that are good to look at, and that nobody works on.

use anyhow::{Context, Result};
use porthole_tests::{
    home::Home,
    people::as_root,
    process::{Process, run},
    vnc::{Colour, paint},
};

const LETTER: &str = "
  Dear Bob,

  the lamp in the east tower is mended. I have put the
  charts on your desktop; the link works until Sunday.

  The tide is low at six. Bring boots.

                                              Alice
";

const CHARTS: &str = "~ $ ls charts
east-bank.svg    harbour.svg    soundings.csv
~ $ tail -4 charts/soundings.csv
54.1873, 7.8861,  12.4 m
54.1880, 7.8874,  11.9 m
54.1886, 7.8890,   9.7 m
54.1893, 7.8902,   8.2 m
~ $ ";

const BUILD: &str = "   Compiling harbour v0.9.1
   Compiling lantern v2.3.0
    Finished in 41.8s

running 212 tests
........................................  40/212
........................................  80/212
........................................ 120/212
........................................ 160/212
........................................ 200/212
............
test result: ok. 212 passed; 0 failed
";

/// A real VNC server on 127.0.0.1, and on it a terminal that shows a text and what else there is.
pub struct Scene {
    /// Where it listens.
    pub port: u16,
    _clients: Vec<Process>,
    _server: Process,
}

impl Scene {
    pub async fn letter(home: &Home) -> Result<Self> {
        let clock = [
            "xclock",
            "-geometry",
            "220x220-80+60",
            "-bg",
            "#fbf7ec",
            "-hd",
            "#2f6f8f",
        ];
        let terminal = Terminal {
            geometry: "58x11+90+250",
            ink: "#22313a",
            paper: "#fbf7ec",
            text: LETTER,
        };
        Self::set(home, 5901, [47, 111, 143], &terminal, &clock).await
    }

    pub async fn charts(home: &Home) -> Result<Self> {
        let eyes = [
            "xeyes",
            "-geometry",
            "240x160-120+80",
            "-bg",
            "#6d4c6f",
            "-fg",
            "#2a1b2b",
        ];
        let terminal = Terminal {
            geometry: "52x10+90+290",
            ink: "#f3e9f4",
            paper: "#2a1b2b",
            text: CHARTS,
        };
        Self::set(home, 5902, [109, 76, 111], &terminal, &eyes).await
    }

    pub async fn build(home: &Home) -> Result<Self> {
        let load = [
            "xlogo",
            "-geometry",
            "120x120-60+50",
            "-bg",
            "#3c6e58",
            "-fg",
            "#d8efe2",
        ];
        let terminal = Terminal {
            geometry: "58x14+90+190",
            ink: "#d8efe2",
            paper: "#14251d",
            text: BUILD,
        };
        Self::set(home, 5903, [60, 110, 88], &terminal, &load).await
    }

    /// On a machine of its own, all ports are free.
    async fn set(
        home: &Home,
        port: u16,
        colour: Colour,
        terminal: &Terminal,
        other: &[&str],
    ) -> Result<Self> {
        // An X server that is not root's cannot make it.
        run(as_root("mkdir").args(["--parents", "--mode=1777", "/tmp/.X11-unix"]))?;
        let mut command = home.command("Xtigervnc");
        command.args(["-displayfd", "1", "-rfbport", &port.to_string(), "-localhost"]);
        command.args([
            "-nolisten",
            "tcp",
            "-SecurityTypes",
            "None",
            "-geometry",
            "1280x800",
        ]);
        let server = Process::start(&mut command)?;
        let number = server
            .line("Xtigervnc names its display", |line| line.parse::<u32>().ok())
            .await?;
        let display = format!(":{number}");
        paint(&display, colour)?;
        let start = |words: &[&str]| {
            let (program, args) = words.split_first().context("a command without a name")?;
            Process::start(home.command(program).args(args).env("DISPLAY", &display))
        };
        Ok(Self {
            port,
            _clients: vec![start(&terminal.command())?, start(other)?],
            _server: server,
        })
    }
}

struct Terminal {
    geometry: &'static str,
    ink: &'static str,
    paper: &'static str,
    text: &'static str,
}

impl Terminal {
    fn command(&self) -> Vec<&str> {
        let font = ["-fa", "DejaVu Sans Mono", "-fs", "16"];
        let look = [
            "-geometry",
            self.geometry,
            "-fg",
            self.ink,
            "-bg",
            self.paper,
            "-b",
            "14",
        ];
        let show = [
            "-e",
            "sh",
            "-c",
            "printf '%s\\033[?25l' \"$0\"; exec sleep 100000",
            self.text,
        ];
        [&["xterm"][..], &font, &look, &show].concat()
    }
}
