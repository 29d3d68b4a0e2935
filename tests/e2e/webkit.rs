//! The viewer page in WebKitGTK, which the program's own windows are made of.

use anyhow::Result;
use porthole_tests::{desktop::Desktop, home::Home, page::IN_THE_OPEN, portholed::Portholed, window::Window};

use crate::displays::{Displays, RED};

#[tokio::test]
async fn the_viewer_page_has_no_uncaught_error() -> Result<()> {
    let displays = Displays::start().await?;
    let home = Home::new()?;
    displays.configure(&home, "")?;
    let portholed = Portholed::start(&home, &[]).await?;
    let desktop = Desktop::start().await?;
    let browser = Window::start_mini_browser(&desktop).await?;
    let page = browser.open(&portholed.link("Alice").await?).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    page.types("touch proof").await?;
    browser.has_no_errors()
}
