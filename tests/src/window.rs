//! The real desktop program, its windows driven by WebDriver.

use std::path::Path;

use anyhow::{Context, Result, bail};
use fantoccini::{Client, wd::Capabilities};
use serde_json::json;
use tokio::net::TcpStream;
use url::Url;

use crate::{
    browser::connect, deadline::eventually, desktop::Desktop, page::Page, ports::free_port, process::Process,
    programs::program,
};

/// The program `porthole` on a desktop.
pub struct Window {
    client: Client,
    _driver: Process,
}

impl Window {
    /// Starts `porthole` and waits for its main window.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        Self::start_with(desktop, &[]).await
    }

    /// The same with these arguments.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn start_with(desktop: &Desktop, args: &[&str]) -> Result<Self> {
        Self::start_from(desktop, &program("porthole")?, args).await
    }

    /// Starts this program, which is `porthole` or leads to it, with these arguments.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn start_from(desktop: &Desktop, porthole: &Path, args: &[&str]) -> Result<Self> {
        let port = free_port()?;
        let mut command = desktop.command("WebKitWebDriver");
        command
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .args(["--host=127.0.0.1", &format!("--port={port}")]);
        let driver = Process::start(&mut command)?;
        let application = json!({ "binary": porthole, "args": args });
        let capabilities = Capabilities::from_iter([("webkitgtk:browserOptions".to_owned(), application)]);
        eventually("the driver listens", async || {
            Ok(TcpStream::connect(("127.0.0.1", port)).await?)
        })
        .await?;
        // Once only: a program that does not start at the first attempt is a fault.
        let client = connect(port, capabilities)
            .await
            .context("the window does not open")?;
        Ok(Self {
            client,
            _driver: driver,
        })
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
