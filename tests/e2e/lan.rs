//! Plain HTTP from an address that is not this machine's own: no secure context, so fewer of the browser's features.

use anyhow::{Result, ensure};
use porthole_tests::{browser::Browser, home::Home, lan, page::IN_THE_OPEN, portholed::Portholed};

use crate::displays::{Displays, RED};

#[tokio::test]
async fn plain_http_from_a_lan_address_shows_the_desktop() -> Result<()> {
    if !lan::is_here() {
        return lan::run_there("lan::plain_http_from_a_lan_address_shows_the_desktop");
    }
    let displays = Displays::start().await?;
    let home = Home::new()?;
    displays.configure(&home, &format!("listen = \"{}\"", lan::ADDRESS))?;
    let portholed = Portholed::start(&home, &[]).await?;
    ensure!(
        portholed.url.starts_with(&format!("http://{}:", lan::ADDRESS)),
        "it listens on {}",
        portholed.url
    );

    let browser = Browser::start().await?;
    browser
        .open(&portholed.link("Alice").await?)
        .await?
        .shows(RED, IN_THE_OPEN)
        .await?;
    // Chromium and noVNC say themselves, as errors, that this is no secure context.
    browser.has_no_uncaught_errors().await
}
