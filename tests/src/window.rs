//! Windows of WebKitGTK, driven by WebDriver: the real desktop program's, and a plain browser's.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::{Client, wd::Capabilities};
use serde_json::json;
use url::Url;

use crate::{
    browser::connect, deadline::eventually, desktop::Desktop, page::Page, ports::free_port, process::Process,
    programs::program,
};

/// A program on a desktop, whose pages are WebKitGTK's.
pub struct Window {
    client: Client,
    driver: Process,
}

impl Window {
    /// Starts `porthole` and waits for its main window.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        Self::start_program(desktop, &program("porthole")?, &[]).await
    }

    /// Starts WebKitGTK's own browser, which tells what its pages write to the console.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn start_mini_browser(desktop: &Desktop) -> Result<Self> {
        let args = ["--automation", "--enable-write-console-messages-to-stdout=true"];
        Self::start_program(desktop, &mini_browser()?, &args).await
    }

    async fn start_program(desktop: &Desktop, program: &Path, args: &[&str]) -> Result<Self> {
        let port = free_port()?;
        let mut command = desktop.command("WebKitWebDriver");
        command
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        let driver = Process::start(command.args(["--host=127.0.0.1", &format!("--port={port}")]))?;
        let application = json!({ "binary": program, "args": args });
        let capabilities = Capabilities::from_iter([("webkitgtk:browserOptions".to_owned(), application)]);
        let client = eventually("the window opens", async || {
            connect(port, capabilities.clone()).await
        })
        .await?;
        Ok(Self { client, driver })
    }

    /// Opens a URL in the window at hand.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded.
    pub async fn open(&self, url: &str) -> Result<Page<'_>> {
        self.client
            .goto(url)
            .await
            .with_context(|| format!("opening {url}"))?;
        Ok(Page::new(&self.client))
    }

    /// Turns to the main window.
    ///
    /// # Errors
    ///
    /// When there is none in time.
    pub async fn main(&self) -> Result<Page<'_>> {
        self.page(|url| url.scheme() == "tauri").await
    }

    /// Turns to a window with a viewer page.
    ///
    /// # Errors
    ///
    /// When there is none in time.
    pub async fn viewer(&self) -> Result<Page<'_>> {
        self.page(|url| url.scheme() == "http" && url.path() == "/v")
            .await
    }

    /// Fails when pages had errors, for a program that tells.
    ///
    /// # Errors
    ///
    /// The errors.
    pub fn has_no_errors(&self) -> Result<()> {
        let console = self.driver.output()?;
        let errors: Vec<_> = console.lines().filter(|line| line.contains("ERROR")).collect();
        ensure!(errors.is_empty(), "the page had errors: {errors:#?}");
        Ok(())
    }

    /// Turns to the window whose URL is so. Handles come in no useful order.
    async fn page(&self, wanted: impl Fn(&Url) -> bool) -> Result<Page<'_>> {
        eventually("a window with that page", async || {
            let mut seen = Vec::new();
            for window in self.client.windows().await? {
                self.client.switch_to_window(window).await?;
                let url = self
                    .client
                    .current_url()
                    .await
                    .context("a window without a page")?;
                if wanted(&url) {
                    return Ok(Page::new(&self.client));
                }
                seen.push(url.to_string());
            }
            bail!("windows: {seen:?}")
        })
        .await
    }
}

/// It lies beside WebKitGTK's other programs, in a folder that depends on the architecture.
fn mini_browser() -> Result<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib")?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut browsers = folders.map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser"));
    browsers
        .find(|browser| browser.is_file())
        .context("WebKitGTK's MiniBrowser is missing: it comes with libwebkit2gtk-4.1-0")
}
