//! The window on a real desktop.

use anyhow::{Result, ensure};
use porthole_tests::{
    browser::Browser, deadline::eventually, desktop::Desktop, page::IN_THE_OPEN, tray::Tray, window::Window,
};

use crate::displays::{Displays, RED};

#[tokio::test]
async fn open_shows_a_desktop_in_a_window_of_its_own() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    displays.configure(desktop.home(), "")?;
    let window = Window::start(&desktop).await?;

    let main = window.main().await?;
    main.says("Alice").await?;
    main.says("Bob").await?;
    main.click("Open Alice").await?;

    let viewer = window.viewer().await?;
    viewer.shows(RED, IN_THE_OPEN).await?;
    let proof = displays.alice.home().path().join("proof");
    viewer.types("touch proof").await?;
    eventually("what was typed is done", async || displays.alice.owns(&proof)).await
}

#[tokio::test]
async fn a_copied_link_opens_in_a_browser() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    // A link that is copied is for others; these stay on this machine.
    displays.configure(desktop.home(), "listen = \"127.0.0.1\"")?;
    let window = Window::start(&desktop).await?;

    window.main().await?.click("Copy link to Alice").await?;
    let link = eventually("the link is in the clipboard", async || {
        let text = desktop.clipboard()?;
        ensure!(text.starts_with("http://127.0.0.1:"), "it holds {text}");
        Ok(text)
    })
    .await?;

    let browser = Browser::start().await?;
    browser.open(&link).await?.shows(RED, IN_THE_OPEN).await?;
    browser.has_no_errors().await
}

#[tokio::test]
async fn the_list_follows_the_config() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    displays.configure_alice(desktop.home(), "")?;
    let window = Window::start(&desktop).await?;
    let main = window.main().await?;
    main.says("Alice").await?;

    displays.configure(desktop.home(), "")?;
    main.says("Bob").await?;

    displays.configure_alice(desktop.home(), "colour = \"red\"\n")?;
    main.says("config.toml:5").await?;
    ensure!(
        main.text().await?.contains("Bob"),
        "the last good config is no longer in force"
    );
    Ok(())
}

#[tokio::test]
async fn a_link_is_shared_from_the_tray_and_revoked_in_the_window() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    let tray = Tray::start(&desktop).await?;
    displays.configure(desktop.home(), "")?;
    let window = Window::start(&desktop).await?;
    let main = window.main().await?;
    main.says("Only this computer can connect").await?;

    tray.click("Share > Alice…").await?;
    main.says("Share Alice").await?;
    main.click("Copy link").await?;
    main.says("Link copied").await?;
    let link = desktop.clipboard()?;
    let browser = Browser::start().await?;
    let page = browser.open(&link).await?;
    page.shows(RED, IN_THE_OPEN).await?;

    main.click("Revoke this link").await?;
    page.says("This link was revoked").await?;
    main.says("Only this computer can connect").await
}

/// No panel on this desktop shows tray icons.
#[tokio::test]
async fn without_a_tray_closing_the_window_quits_and_asks_while_a_link_lives() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    displays.configure(desktop.home(), "listen = \"127.0.0.1\"")?;
    let window = Window::start(&desktop).await?;
    let main = window.main().await?;
    main.click("Troubleshoot").await?;
    main.says("closing the window quits Porthole").await?;
    main.click("Close").await?;
    main.click("Copy link to Alice").await?;
    main.says("Link copied").await?;
    let title = "Quit Porthole?";
    for _ in 0..2 {
        desktop.screen()?.close("Porthole")?;
        main.says(title).await?;
        main.says("1 shared link will not open anything").await?;
        main.click("Keep running").await?;
        main.says_no_more(title).await?;
    }
    let link = desktop.clipboard()?;
    let browser = Browser::start().await?;
    let page = browser.open(&link).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    desktop.screen()?.close("Porthole")?;
    main.says("1 visitor will be disconnected").await?;
    // The window goes with its own click, so nobody may be left to answer it.
    let click = async {
        let _ = main.click("Quit").await;
        std::future::pending::<()>().await
    };
    tokio::select! {
        said = page.says("Porthole is shutting down") => said?,
        () = click => {}
    }
    ended(&desktop).await
}

#[tokio::test]
async fn without_a_tray_closing_the_window_quits_at_once_when_nobody_is_concerned() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    displays.configure(desktop.home(), "")?;
    let window = Window::start(&desktop).await?;
    window.main().await?.says("Alice").await?;
    desktop.screen()?.close("Porthole")?;
    ended(&desktop).await
}

async fn ended(desktop: &Desktop) -> Result<()> {
    eventually("the program ends", async || {
        let inhabitants = desktop.home().inhabitants()?;
        let left = inhabitants.iter().filter(|one| one.ends_with(" porthole"));
        ensure!(left.count() == 0, "there are {inhabitants:?}");
        Ok(())
    })
    .await
}
