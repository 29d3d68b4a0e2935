//! WebKitGTK's own browser, which tells what its pages write to the console.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{deadline::eventually, desktop::Desktop, process::Process, vnc::Colour};

/// What the page in the second tab throws.
const OURS: &str = "this error is on purpose";

/// What it says, as an error, of words for browsers that know them; it goes on without.
const UNKNOWN_TO_IT: [&str; 2] = [
    "Unrecognized Content-Security-Policy directive",
    "not recognized and ignored",
];

/// A place on the screen that is well within the browser's window.
const WITHIN: (i16, i16) = (900, 600);

/// A window of it, without WebDriver: a page that is driven is not one that tells its errors.
pub struct MiniBrowser<'a> {
    desktop: &'a Desktop,
    process: Process,
}

impl<'a> MiniBrowser<'a> {
    /// Opens a URL and, in a tab behind it, a page that fails.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub fn open(desktop: &'a Desktop, url: &str) -> Result<Self> {
        let fails = format!("<script>throw new Error('{OURS}')</script>");
        let fails = format!("file://{}", desktop.home().write("fails.html", &fails)?.display());
        let mut command = desktop.command(program()?);
        command
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .arg("--enable-write-console-messages-to-stdout=true");
        let process = Process::start(command.args(["--geometry=1024x768", url, &fails]))?;
        Ok(Self { desktop, process })
    }

    /// Waits until the page has this colour.
    ///
    /// # Errors
    ///
    /// When it does not in time.
    pub async fn shows(&self, colour: Colour) -> Result<()> {
        let screen = self.desktop.screen()?;
        eventually(&format!("the colour {colour:?} on the screen"), async || {
            let seen = screen.colour(WITHIN)?;
            ensure!(seen == colour, "it shows {seen:?}");
            Ok(())
        })
        .await
    }

    /// Fails when the page had errors. The page that fails shows that errors are told at all.
    ///
    /// # Errors
    ///
    /// The errors.
    pub async fn has_no_errors(&self) -> Result<()> {
        let console = eventually("errors are told", async || {
            let console = self.process.errors()?;
            ensure!(console.contains(OURS), "the console says: {console}");
            Ok(console)
        })
        .await?;
        let errors: Vec<_> = console
            .lines()
            .filter(|line| line.contains("ERROR") && !line.contains(OURS))
            .filter(|line| !UNKNOWN_TO_IT.iter().any(|words| line.contains(words)))
            .collect();
        ensure!(errors.is_empty(), "the page had errors: {errors:#?}");
        Ok(())
    }
}

/// It lies beside WebKitGTK's other programs, in a folder that depends on the architecture.
fn program() -> Result<PathBuf> {
    let folders = fs::read_dir("/usr/lib")?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut browsers = folders.map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser"));
    browsers
        .find(|browser| browser.is_file())
        .context("WebKitGTK's MiniBrowser is missing: it comes with libwebkit2gtk-4.1-0")
}
