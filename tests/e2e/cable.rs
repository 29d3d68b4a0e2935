//! A machine from which nothing finds a way, and one from which nothing goes.

use std::{
    io,
    net::{Ipv4Addr, TcpStream, ToSocketAddrs},
};

use anyhow::{Context, Result, ensure};
use porthole_tests::{
    browser::Browser,
    cable::{self, ADDRESS, Cable, NAME_SERVER, Way},
    deadline::eventually,
    desktop::Desktop,
    home::Home,
    page::IN_THE_OPEN,
    portholed::Portholed,
    process::run,
    programs::program,
    window::Window,
};
use serde_json::Value;

use crate::displays::{BLUE, Displays, RED};

/// Somewhere beyond the cable.
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 80);

/// What a desktop that is launched does: nothing, in a colour that is seen.
const DESK: &str =
    "[[display]]\nname = \"Desk\"\nlaunch = { session = \"xsetroot -solid '#2850c8'; exec sleep 100000\" }\n";

/// Serves on the network without a window: links, one of them to a desktop that is launched, and the doctor.
async fn portholed_works(displays: &Displays, browser: &Browser) -> Result<()> {
    let home = Home::new()?;
    displays.configure(&home, &format!("{}{DESK}", listen("")))?;
    let mut portholed = Portholed::start(&home, &[]).await?;
    let program = program("portholed")?;
    let ask = |words: &[&str]| run(home.command(&program).args(words));

    let network = format!("http://{ADDRESS}:");
    for (display, colour) in [("Alice", RED), ("Desk", BLUE)] {
        let made = ask(&["link", display, "--address", &ADDRESS.to_string()])?;
        let link = made.lines().next().context("no link")?;
        ensure!(link.starts_with(&network), "{made}");
        browser.open(link).await?.shows(colour, IN_THE_OPEN).await?;
    }
    browser.open("about:blank").await?;
    // Whatever it thinks of this machine: it looks at all of it, and comes to an end.
    let findings: Value =
        serde_json::from_slice(&home.command(&program).args(["doctor", "--json"]).output()?.stdout)?;
    ensure!(
        findings.as_array().is_some_and(|all| all.len() > 10),
        "{findings}"
    );
    ask(&["stop-all"])?;
    portholed.stop().await
}

/// Opens a display in a window, and shares one on the network for as long as its link lives.
async fn the_window_works(displays: &Displays, browser: &Browser) -> Result<()> {
    let desktop = Desktop::start().await?;
    displays.configure(desktop.home(), "")?;
    let window = Window::start(&desktop).await?;
    window.main().await?.click("Open Alice").await?;
    window.viewer().await?.shows(RED, IN_THE_OPEN).await?;

    let main = window.main().await?;
    main.says("Only this computer can connect").await?;
    main.click("Share Bob…").await?;
    main.click("Copy link").await?;
    main.has("The link to Bob as a QR code").await?;
    main.says("Reachable").await?;
    let link = desktop.clipboard()?;
    ensure!(
        link.starts_with(&format!("http://{ADDRESS}:")),
        "it copied {link}"
    );
    let page = browser.open(&link).await?;
    page.shows(BLUE, IN_THE_OPEN).await?;
    main.click("Revoke this link").await?;
    page.says("This link was revoked").await?;
    main.says("Only this computer can connect").await
}

async fn everything_works() -> Result<()> {
    let displays = Displays::start().await?;
    let browser = Browser::start().await?;
    portholed_works(&displays, &browser).await?;
    the_window_works(&displays, &browser).await
}

/// Listening for this machine and its network.
fn listen(more: &str) -> String {
    format!("listen = [\"127.0.0.1\", \"{ADDRESS}\"]\n{more}\n")
}

#[tokio::test]
async fn without_any_route_everything_works() -> Result<()> {
    if !cable::is_here() {
        return cable::run_there("cable::without_any_route_everything_works", Way::None);
    }
    let cable = Cable::tap().await?;
    everything_works().await?;
    let sent = cable.sent().await?;
    ensure!(sent.is_empty(), "{sent:#?}");
    let refused = TcpStream::connect((ELSEWHERE, 80)).map_err(|error| error.kind());
    ensure!(
        matches!(refused, Err(io::ErrorKind::NetworkUnreachable)),
        "there is a way out: {refused:?}"
    );
    Ok(())
}

#[tokio::test]
async fn with_a_way_out_nothing_is_sent() -> Result<()> {
    if !cable::is_here() {
        return cable::run_there("cable::with_a_way_out_nothing_is_sent", Way::Out);
    }
    let cable = Cable::tap().await?;
    everything_works().await?;
    let sent = cable.sent().await?;
    ensure!(sent.is_empty(), "{sent:#?}");

    // What would have been seen: that somebody asks for a name, and that somebody calls.
    let asked = tokio::task::spawn_blocking(|| "example.org:80".to_socket_addrs().is_ok());
    ensure!(!asked.await?, "there is a name server");
    TcpStream::connect_timeout(&(ELSEWHERE, 443).into(), std::time::Duration::from_millis(100)).ok();
    let sent = cable.sent().await?;
    for seen in [
        format!("UDP to {NAME_SERVER}:53 "),
        format!("TCP to {ELSEWHERE}:443 "),
    ] {
        ensure!(
            sent.iter().any(|frame| frame.starts_with(&seen)),
            "no {seen} in {sent:#?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_name_is_made_known_if_asked_for_and_nothing_else() -> Result<()> {
    if !cable::is_here() {
        return cable::run_there(
            "cable::a_name_is_made_known_if_asked_for_and_nothing_else",
            Way::Out,
        );
    }
    let cable = Cable::tap().await?;
    let (displays, home, browser) = (Displays::start().await?, Home::new()?, Browser::start().await?);
    displays.configure(&home, &listen("mdns = true"))?;
    let mut portholed = Portholed::start(&home, &[]).await?;
    let made = run(home.command(program("portholed")?).args(["link", "Alice"]))?;
    let link = made.lines().next().context("no link")?;
    browser.open(link).await?.shows(RED, IN_THE_OPEN).await?;
    // mDNS (RFC 6762), and the kernel's own word (IGMP) that somebody here listens to it.
    let is_mdns = |frame: &String| frame.starts_with("UDP to 224.0.0.251:5353 ");
    eventually("the name is made known", async || {
        let sent = cable.sent().await?;
        ensure!(sent.iter().any(is_mdns), "{sent:#?}");
        Ok(())
    })
    .await?;
    portholed.stop().await?;
    let sent = cable.sent().await?;
    let others: Vec<_> = sent
        .iter()
        .filter(|frame| !is_mdns(frame) && !frame.starts_with("IGMP "))
        .collect();
    ensure!(others.is_empty(), "{others:#?}");
    Ok(())
}
