//! How soon a visitor's page says that its link was revoked: `npm run bench -- revoked-page` runs it.
//!
//! Each round, ten pages in Chromium and one viewer that reads nothing come by one link to a desktop that changes; then
//! `portholed revoke` is run. A page's time is from the start of that command to the moment at which the page says so.

use std::{
    io::Write,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use porthole_bench::figures::quantile;
use porthole_tests::{
    browser::Browser,
    deadline::eventually,
    home::Home,
    page::IN_THE_OPEN,
    people::Person,
    portholed::Portholed,
    process::run,
    programs::program,
    vnc::{Colour, VncServer},
};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

const BLUE: Colour = [30, 60, 200];
const PAGES: usize = 10;
const ROUNDS: usize = 20;
/// What the page says then.
const WORDS: &str = "This link was revoked";

#[tokio::main]
async fn main() -> Result<()> {
    let alice = Person::alice()?;
    let desktop = VncServer::start(&alice, BLUE).await?;
    let home = Home::new()?;
    let display = format!("target = \"127.0.0.1:{}\"", desktop.port);
    let config = format!("listen = \"127.0.0.1\"\n[[display]]\nname = \"Alice\"\n{display}\n");
    home.write("config/porthole/config.toml", &config)?;
    let portholed = Portholed::start(&home, &[]).await?;
    portholed.link("Alice").await?;
    let ask = |words: &[&str]| run(home.command(program("portholed")?).args(words));

    let (mut pages, mut stalled) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let made: Value = serde_json::from_str(&ask(&["link", "Alice", "--json"])?)?;
        let link = made["url"].as_str().context("a link without a URL")?;
        let id = made["link"]
            .as_u64()
            .or(made["id"].as_u64())
            .context("a link without a number")?;
        let browser = Browser::start().await?;
        for _ in 0..PAGES {
            let page = browser.open_beside(link).await?;
            page.shows(BLUE, IN_THE_OPEN).await?;
            page.watch_for(WORDS).await?;
        }
        let deaf = Deaf::connect(link).await?;
        let (began, clock) = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH)?);
        ask(&["revoke", &id.to_string()])?;
        eventually("every session has ended", async || {
            ensure!(ask(&["sessions", "--json"])?.trim() == "[]", "one is still there");
            Ok(())
        })
        .await?;
        stalled.push(began.elapsed().as_secs_f64() * 1e3);
        drop(deaf);
        for said in browser.each(async |page| page.said_at().await).await? {
            pages.push((said - clock.as_secs_f64()) * 1e3);
        }
    }
    print(pages, stalled)
}

fn print(pages: Vec<f64>, stalled: Vec<f64>) -> Result<()> {
    let at = |part| quantile(&pages, part).unwrap_or(f64::NAN);
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "From `portholed revoke` to \"{WORDS}\" on the page, {} pages\n",
        pages.len()
    )?;
    writeln!(out, "| median | p99 | slowest |\n|---:|---:|---:|")?;
    writeln!(
        out,
        "| {:.0} ms | {:.0} ms | {:.0} ms |\n",
        at(0.5),
        at(0.99),
        at(1.0)
    )?;
    let last = quantile(&stalled, 1.0).unwrap_or_default();
    writeln!(
        out,
        "With each, a viewer that reads nothing was cut off after {last:.0} ms at most."
    )?;
    Ok(())
}

/// A viewer that asks for picture after picture, and reads none.
struct Deaf {
    _socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Deaf {
    async fn connect(link: &str) -> Result<Self> {
        let (page, token) = link.split_once("/v#").context("a link of another kind")?;
        let mut request = format!("{}/websockify", page.replacen("http", "ws", 1)).into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("Origin", page.parse()?);
        headers.insert(
            "Sec-WebSocket-Protocol",
            format!("binary, porthole.token.{token}").parse()?,
        );
        let (mut socket, _) = connect_async(request).await?;
        // RFC 6143 §7.1: version, security type None, ClientInit; each after what the server says before it.
        for (heard, answer) in [(12, &b"RFB 003.008\n"[..]), (2, &[1]), (4, &[1]), (24, &[])] {
            let mut left: usize = heard;
            while left > 0 {
                let Some(Message::Binary(said)) = socket.next().await.transpose()? else {
                    bail!("the session ended");
                };
                left = left.saturating_sub(said.len());
            }
            socket.send(Message::binary(answer.to_vec())).await?;
        }
        // SetEncodings: Raw; then as many whole pictures as fill every buffer on the way.
        let picture = [3, 0, 0, 0, 0, 0, 3, 32, 2, 88];
        let asked = [&[2, 0, 0, 1, 0, 0, 0, 0][..], &picture.repeat(40)].concat();
        socket.send(Message::binary(asked)).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(Self { _socket: socket })
    }
}
