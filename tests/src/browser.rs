//! A real browser.

use anyhow::{Context, Result, ensure};
use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::{deadline::PATIENCE, home::Home, page::Page, process::Process};

/// Chromium with a profile of its own, driven by WebDriver.
pub struct Browser {
    client: Client,
    _driver: Process,
    _home: Home,
}

impl Browser {
    /// Starts one, without a window that anybody sees.
    ///
    /// # Errors
    ///
    /// When Chromium or its driver does not start.
    pub async fn start() -> Result<Self> {
        let browser = Self::start_with(|_| ()).await?;
        browser.client.set_window_size(1024, 768).await?;
        Ok(browser)
    }

    /// Starts one whose person has looked at a warning about certificates, and gone on.
    ///
    /// # Errors
    ///
    /// As for [`Browser::start`].
    pub async fn start_trusting() -> Result<Self> {
        let trust = |wishes: &mut Capabilities| {
            wishes.insert("acceptInsecureCerts".to_owned(), json!(true));
        };
        let browser = Self::start_with(trust).await?;
        browser.client.set_window_size(1024, 768).await?;
        Ok(browser)
    }

    /// Starts one with a screen of this many CSS pixels, and fingers instead of a mouse.
    pub(crate) async fn start_as_phone((width, height): (u16, u16)) -> Result<Self> {
        let metrics =
            json!({ "width": width, "height": height, "pixelRatio": 2, "touch": true, "mobile": true });
        let phone = |wishes: &mut Capabilities| {
            wishes["goog:chromeOptions"]["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        };
        Self::start_with(phone).await
    }

    async fn start_with(wish: impl FnOnce(&mut Capabilities)) -> Result<Self> {
        let home = Home::new()?;
        let driver = Process::start(home.command("chromedriver").arg("--port=0"))?;
        let port = driver.line("chromedriver names its port", port).await?;
        let mut capabilities = capabilities(&home);
        wish(&mut capabilities);
        let client = connect(port, capabilities)
            .await
            .context("Chromium does not start")?;
        Ok(Self {
            client,
            _driver: driver,
            _home: home,
        })
    }

    /// Opens a URL.
    ///
    /// # Errors
    ///
    /// When the browser cannot load it.
    pub async fn open(&self, url: &str) -> Result<Page<'_>> {
        self.client
            .goto(url)
            .await
            .with_context(|| format!("opening {url}"))?;
        Ok(self.page())
    }

    /// Opens a URL in a tab of its own, and looks at that from now on.
    ///
    /// # Errors
    ///
    /// When the browser cannot load it.
    pub async fn open_beside(&self, url: &str) -> Result<Page<'_>> {
        let tab = self.client.new_window(true).await?.handle;
        self.client.switch_to_window(tab).await?;
        self.open(url).await
    }

    /// Looks at each of the tabs that [`Self::open_beside`] opened.
    ///
    /// # Errors
    ///
    /// The first that `look` gives.
    pub async fn each<T>(&self, look: impl AsyncFn(Page<'_>) -> Result<T>) -> Result<Vec<T>> {
        let mut seen = Vec::new();
        for tab in self.client.windows().await?.into_iter().skip(1) {
            self.client.switch_to_window(tab).await?;
            seen.push(look(self.page()).await?);
        }
        Ok(seen)
    }

    /// What it shows now.
    #[must_use]
    pub fn page(&self) -> Page<'_> {
        Page::new(&self.client)
    }

    /// What drives it.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Fails when pages had errors since this was asked last: uncaught ones, refused resources, violated policies,
    /// and what scripts report as an error.
    ///
    /// # Errors
    ///
    /// All those errors.
    pub async fn has_no_errors(&self) -> Result<()> {
        let errors = self.errors().await?;
        ensure!(errors.is_empty(), "the page had errors: {errors:#?}");
        Ok(())
    }

    /// Fails when scripts of pages ended in an error since this was asked last.
    ///
    /// # Errors
    ///
    /// All those errors.
    pub async fn has_no_uncaught_errors(&self) -> Result<()> {
        let errors = self.errors().await?;
        let uncaught: Vec<_> = errors.iter().filter(|error| error.contains("Uncaught")).collect();
        ensure!(uncaught.is_empty(), "the page had errors: {uncaught:#?}");
        Ok(())
    }

    async fn errors(&self) -> Result<Vec<String>> {
        let log = self.client.issue_cmd(BrowserLog).await?;
        let entries = log.as_array().context("a log that is no list")?;
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        Ok(severe.map(|entry| entry["message"].to_string()).collect())
    }
}

/// Starts a WebDriver session, in which nothing may take longer than [`PATIENCE`].
pub(crate) async fn connect(port: u16, mut capabilities: Capabilities) -> Result<Client> {
    let patience = PATIENCE.as_millis();
    capabilities.insert(
        "timeouts".to_owned(),
        json!({ "pageLoad": patience, "script": patience }),
    );
    let mut builder = ClientBuilder::new(HttpConnector::new());
    Ok(builder
        .capabilities(capabilities)
        .connect(&format!("http://127.0.0.1:{port}"))
        .await?)
}

fn capabilities(home: &Home) -> Capabilities {
    let args = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-proxy-server",
        &only_numbers(),
        &format!("--user-data-dir={}", home.path().join("profile").display()),
    ];
    let capabilities = json!({
        "goog:chromeOptions": { "args": args },
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    match capabilities {
        Value::Object(capabilities) => capabilities,
        _ => Capabilities::new(),
    }
}

/// It would ask for its maker's servers; the names in our tests are all numbers.
fn only_numbers() -> String {
    let numbers = (1..=9).map(|digit| format!(", EXCLUDE {digit}*"));
    format!(
        "--host-resolver-rules=MAP * ~NOTFOUND{}",
        numbers.collect::<String>()
    )
}

/// `ChromeDriver was started successfully on port 43613.`
fn port(line: &str) -> Option<u16> {
    line.split_once("successfully on port ")?
        .1
        .trim_end_matches('.')
        .parse()
        .ok()
}

/// Chromium's console since it was last asked for; not in the WebDriver standard.
#[derive(Debug)]
struct BrowserLog;

impl fantoccini::wd::WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// A command of Chromium's developer tools, for what WebDriver has no word.
#[derive(Debug)]
pub(crate) struct DevTools {
    pub(crate) command: &'static str,
    pub(crate) parameters: Value,
}

impl fantoccini::wd::WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let order = json!({ "cmd": self.command, "params": self.parameters });
        (http::Method::POST, Some(order.to_string()))
    }
}
