//! The viewer page in WebKitGTK, which the program's own windows are made of.

use anyhow::Result;
use porthole_tests::{desktop::Desktop, home::Home, mini_browser::MiniBrowser, portholed::Portholed};

use crate::displays::{Displays, RED};

#[tokio::test]
async fn the_viewer_page_has_no_uncaught_error() -> Result<()> {
    let displays = Displays::start().await?;
    let home = Home::new()?;
    displays.configure(&home, "")?;
    let portholed = Portholed::start(&home, &[]).await?;
    let desktop = Desktop::start().await?;
    let browser = MiniBrowser::open(&desktop, &portholed.link("Alice").await?)?;
    browser.shows(RED).await?;
    browser.has_no_errors().await
}
