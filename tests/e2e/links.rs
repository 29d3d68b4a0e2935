//! Links, ours and websockify's, in all places where they are used.

use anyhow::{Result, ensure};
use porthole_tests::{
    browser::Browser, fetch::fetch, home::Home, page::IN_THE_OPEN, people::Person, portholed::Portholed,
    vnc::VncServer,
};

use crate::displays::{Displays, RED};

#[tokio::test]
async fn every_url_that_is_printed_can_be_fetched() -> Result<()> {
    let displays = Displays::start().await?;
    let home = Home::new()?;
    displays.configure(
        &home,
        "listen = [\"127.0.0.1\", \"127.0.0.2\"]\nbase_path = \"/desks\"",
    )?;
    let portholed = Portholed::start(&home, &[]).await?;
    portholed.link("Alice").await?;
    portholed.link("Bob").await?;
    let written = portholed.written()?;
    let urls: Vec<_> = written
        .split_whitespace()
        .filter(|word| word.starts_with("http://"))
        .collect();
    ensure!(urls.len() >= 3, "too few: {urls:?}");
    for url in urls {
        let page = url.split('#').next().unwrap_or_default();
        let (status, body) = fetch(page).await?;
        // The bare address tells nothing to those without a link.
        let expected = if page.ends_with("/v") { 200 } else { 404 };
        ensure!(status == expected, "{url}: {status} {body}");
    }
    Ok(())
}

#[tokio::test]
async fn the_token_leaves_the_address_bar_and_survives_a_reload() -> Result<()> {
    let displays = Displays::start().await?;
    let home = Home::new()?;
    displays.configure(&home, "")?;
    let portholed = Portholed::start(&home, &[]).await?;
    let link = portholed.link("Alice").await?;
    let (_, token) = link.split_once('#').unwrap_or_default();
    ensure!(token.len() >= 22, "less than 128 bits: {link}");

    let browser = Browser::start().await?;
    let page = browser.open(&link).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    ensure!(
        !page.url().await?.as_str().contains(token),
        "the address bar says {}",
        page.url().await?
    );
    page.reload().await?;
    page.shows(RED, IN_THE_OPEN).await?;
    // The same link below a prefix that nobody told the gateway of.
    browser
        .open(&link.replace("/v#", "/some/where/v#"))
        .await?
        .shows(RED, IN_THE_OPEN)
        .await?;
    browser.has_no_errors().await?;
    ensure!(!portholed.log()?.contains(token), "the log has the token");
    Ok(())
}

#[tokio::test]
async fn websockifys_links_work_below_a_prefix_in_both_readings() -> Result<()> {
    let alice = Person::alice()?;
    let session = VncServer::start(&alice, RED).await?;
    let home = Home::new()?;
    let tokens = home.write("tokens", &format!("secret: 127.0.0.1:{}\n", session.port))?;
    let source = format!("--token-source={}", tokens.display());
    let portholed = Portholed::start(&home, &["--token-plugin=TokenFile", &source, "127.0.0.1:0"]).await?;

    let browser = Browser::start().await?;
    for link in [
        "/vnc_lite.html?path=websockify?token=secret",
        "/vnc_lite.html?path=?token=secret",
        "/novnc/vnc.html?path=novnc/websockify?token=secret",
        "/novnc/vnc.html?path=websockify?token=secret",
        "/a/b/vnc.html?resize=scale&path=/websockify%3Ftoken%3Dsecret",
        "/vnc.html#autoconnect=1&resize=remote&path=websockify?token=secret",
    ] {
        let page = browser.open(&format!("{}{link}", portholed.url)).await?;
        page.shows(RED, IN_THE_OPEN).await?;
    }
    browser.has_no_errors().await
}
