//! Behind real reverse proxies, and in a page of somebody else's.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use porthole_tests::{
    browser::Browser, deadline::eventually, haproxy::Haproxy, home::Home, nginx::Nginx, page::Page,
    portholed::Portholed, programs::program,
};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::client::IntoClientRequest};

/// Where the visitor comes from: not where the proxies are.
const VISITOR: &str = "127.0.0.2";

/// A program that serves the Demo display, with further keys of the config.
struct Served {
    home: Home,
    portholed: Portholed,
}

impl Served {
    async fn start(keys: &str) -> Result<Self> {
        let home = Home::new()?;
        let config = format!(
            "listen = \"127.0.0.1\"\nport = 0\n{keys}[[display]]\nname = \"Alice\"\ntarget = \"demo\"\n"
        );
        home.write("config/porthole/config.toml", &config)?;
        let portholed = Portholed::start(&home, &[]).await?;
        Ok(Self { home, portholed })
    }

    fn ask(&self, words: &[&str]) -> Result<String> {
        let output = self.home.command(program("portholed")?).args(words).output()?;
        ensure!(
            output.status.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// What the doctor says, whatever it thinks of this machine.
    fn ask_doctor(&self) -> Result<String> {
        let output = self
            .home
            .command(program("portholed")?)
            .args(["doctor", "--json"])
            .output()?;
        Ok(String::from_utf8(output.stdout)?)
    }

    /// A link's token.
    fn token(&self) -> Result<String> {
        let link = self.ask(&["link", "Alice"])?;
        Ok(link
            .trim()
            .rsplit_once('#')
            .context("a link without a token")?
            .1
            .to_owned())
    }

    /// The only session's address.
    async fn address(&self) -> Result<Value> {
        eventually("there is one session", async || {
            let sessions: Value = serde_json::from_str(&self.ask(&["sessions", "--json"])?)?;
            let [session] = &sessions.as_array().context("no list")?[..] else {
                anyhow::bail!("there are others: {sessions}")
            };
            Ok(session["address"].clone())
        })
        .await
    }
}

/// Somebody at VISITOR who opens a link through the proxy at this address, and has seen the server's first word.
async fn visit(proxy: &str, token: &str) -> Result<WebSocketStream<TcpStream>> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(VISITOR.parse()?, 0))?;
    let stream = socket.connect(proxy.parse()?).await?;
    let mut request = format!("ws://{proxy}/websockify").into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("Origin", format!("http://{proxy}").parse()?);
    headers.insert(
        "Sec-WebSocket-Protocol",
        format!("binary, porthole.token.{token}").parse()?,
    );
    // What it says of itself is a lie.
    headers.insert("X-Forwarded-For", "9.9.9.9".parse()?);
    let (mut viewer, _) = client_async(request, stream).await?;
    let first = viewer.next().await.context("it closed")??;
    ensure!(first.into_data().starts_with(b"RFB 003"), "no VNC server answers");
    Ok(viewer)
}

const NGINX: &str = "server { listen ADDRESS; location / {
    proxy_pass http://UPSTREAM; proxy_http_version 1.1; proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } }";

fn upstream(server: &str, portholed: &Portholed) -> String {
    server.replace("UPSTREAM", portholed.url.trim_start_matches("http://"))
}

#[tokio::test]
async fn behind_real_proxies_a_session_is_of_its_visitor() -> Result<()> {
    let served = Served::start("trusted_proxies = [\"127.0.0.1\"]\n").await?;
    let token = served.token()?;
    let url = &served.portholed.url;
    let nginx = Nginx::serving("127.0.0.1", &upstream(NGINX, &served.portholed), "").await?;
    let proxies = [
        Haproxy::start(url, "tcp", "", "send-proxy").await?,
        Haproxy::start(url, "tcp", "", "send-proxy-v2").await?,
        Haproxy::start(url, "tcp", "", "send-proxy-v2 check").await?,
        Haproxy::start(url, "http", "option forwardfor", "").await?,
    ];
    let nginx_at = nginx.url.trim_start_matches("http://").to_owned();
    for proxy in proxies.iter().map(|proxy| &proxy.address).chain([&nginx_at]) {
        let viewer = visit(proxy, &token).await?;
        let address = served.address().await?;
        ensure!(address == VISITOR, "through {proxy} it is {address}");
        drop(viewer);
        eventually("the session is over", async || {
            ensure!(served.ask(&["sessions", "--json"])?.trim() == "[]", "it is not");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_the_visitor_itself() -> Result<()> {
    let served = Served::start("").await?;
    let token = served.token()?;
    let nginx = Nginx::serving("127.0.0.1", &upstream(NGINX, &served.portholed), "").await?;
    let _viewer = visit(nginx.url.trim_start_matches("http://"), &token).await?;
    ensure!(served.address().await? == "127.0.0.1", "a proxy was believed");
    let v2 = Haproxy::start(&served.portholed.url, "tcp", "", "send-proxy-v2").await?;
    ensure!(
        visit(&v2.address, &token).await.is_err(),
        "a PROXY header was taken from anybody"
    );
    Ok(())
}

#[tokio::test]
async fn in_a_browser_the_page_names_what_a_proxy_does_wrong() -> Result<()> {
    let served = Served::start("").await?;
    let token = served.token()?;
    let browser = Browser::start().await?;
    let host = "proxy_set_header Host $http_host;";
    let upgrade = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";";
    for (websocket, words) in [
        // NGINX as it is: HTTP/1.0, and no Upgrade.
        (
            host.to_owned(),
            ["Something is blocking the connection", "proxy_http_version 1.1"],
        ),
        (
            format!("{host} proxy_http_version 1.1;"),
            ["Something is blocking the connection", "Upgrade and Connection"],
        ),
        (
            format!("{upgrade} proxy_set_header Host backend;"),
            ["opened it as “backend”", "hosts = [\"backend\"]"],
        ),
        // It puts the upstream's address there.
        (
            upgrade.to_owned(),
            ["Pages from http://127.0.0.1:", "origins = [\"http://127.0.0.1:"],
        ),
    ] {
        let server = format!(
            "server {{ listen ADDRESS;
               location / {{ proxy_pass http://UPSTREAM; {host} }}
               location /websockify {{ proxy_pass http://UPSTREAM; {websocket} }} }}"
        );
        let nginx = Nginx::serving("127.0.0.1", &upstream(&server, &served.portholed), "").await?;
        let page = browser.open(&format!("{}/v#{token}", nginx.url)).await?;
        for words in words {
            page.says(words).await?;
        }
    }
    let log = served.portholed.log()?;
    for cause in [
        "by HTTP/1.0",
        "without `Upgrade: websocket`",
        "`backend` is not a Host of ours",
    ] {
        ensure!(log.matches(cause).count() == 1, "{cause}: {log}");
    }
    ensure!(!log.contains(&token), "the log has a token");
    let doctor: Value = serde_json::from_str(&served.ask_doctor()?)?;
    let found = doctor
        .as_array()
        .context("no list")?
        .iter()
        .filter(|finding| finding["check"] == "refused")
        .count();
    ensure!(found == 4, "the doctor found {found} of 4: {doctor:#}");
    Ok(())
}

/// A page of somebody else's that shows the viewer in a frame, with further headers.
async fn portal(viewer: &str, headers: &str) -> Result<Nginx> {
    let page = format!(
        "<!doctype html><title>Portal</title><h1>Portal</h1>\
         <iframe src=\"{viewer}\" width=800 height=600 allow=\"fullscreen; clipboard-read; clipboard-write\"></iframe>"
    );
    let server = format!("server {{ listen ADDRESS; root www; {headers} }}");
    // Another site than the viewer's: browsers keep its storage apart.
    Nginx::serving("127.0.0.3", &server, &page).await
}

/// Whether the viewer within a portal has drawn the desktop.
async fn is_shown(page: Page<'_>) -> Result<()> {
    page.enter_frame().await?;
    eventually("the desktop is drawn", async || {
        let width = page
            .evaluate("return document.querySelector('canvas')?.width ?? 0")
            .await?;
        ensure!(width.as_u64().unwrap_or(0) > 100, "there is none");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_page_that_is_named_shows_the_viewer_in_a_frame_and_no_other_does() -> Result<()> {
    let served = Served::start("").await?;
    let config = served.home.path().join("config/porthole/config.toml");
    let link = format!("{}/v#{}", served.portholed.url, served.token()?);
    let isolated = "add_header Cross-Origin-Embedder-Policy require-corp; add_header Cross-Origin-Opener-Policy same-origin;";
    let portals = [portal(&link, "").await?, portal(&link, isolated).await?];
    let browser = Browser::start().await?;
    for portal in &portals {
        let page = browser.open(&portal.url).await?;
        page.enter_frame().await?;
        eventually("the frame is refused", async || {
            let address = page.evaluate("return location.href").await?;
            ensure!(
                address
                    .as_str()
                    .is_some_and(|url| url.starts_with("chrome-error:")),
                "it shows {address}"
            );
            Ok(())
        })
        .await?;
    }
    let text = std::fs::read_to_string(&config)?;
    let origins: Vec<_> = portals.iter().map(|portal| format!("{:?}", portal.url)).collect();
    std::fs::write(
        &config,
        format!("frame_ancestors = [{}]\n{text}", origins.join(", ")),
    )?;
    eventually("the config is in force", async || {
        ensure!(served.portholed.log()?.contains("is in force"), "it is not");
        Ok(())
    })
    .await?;
    for portal in &portals {
        is_shown(browser.open(&portal.url).await?).await?;
        // What the viewer uses is not kept from it.
        let allowed = browser
            .page()
            .evaluate("return ['fullscreen', 'clipboard-read', 'clipboard-write'].every((each) => document.featurePolicy.allowsFeature(each))")
            .await?;
        ensure!(allowed == true, "the frame may not use what it needs");
        browser.page().evaluate("localStorage.length").await?;
    }
    // Headless Chromium has no icon for the portal.
    browser.has_no_uncaught_errors().await
}
