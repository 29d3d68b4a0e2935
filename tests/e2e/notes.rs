//! Notifications of visitors, and what they can be answered.

use anyhow::{Result, ensure};
use porthole_tests::{
    browser::Browser, deadline::eventually, desktop::Desktop, notes::Notes, page::IN_THE_OPEN, window::Window,
};

use crate::displays::{Displays, RED};

#[tokio::test]
async fn a_guest_is_announced_and_can_be_disconnected_from_the_notification() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    let notes = Notes::start(&desktop).await?;
    displays.configure(desktop.home(), "")?;
    let window = Window::start(&desktop).await?;
    let link = copied(&desktop, &window).await?;

    let browser = Browser::start().await?;
    let page = browser.open(&link).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    let note = notes.says("is connected to Alice").await?;
    ensure!(note.answers() == ["Disconnect"], "{note:?}");
    notes.answer(&note, "Disconnect").await?;
    page.says("Ended by the owner").await?;
    notes.are_gone().await?;
    has_no_token(&notes, &link)
}

#[tokio::test]
async fn a_visitor_is_let_in_from_the_notification() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    let notes = Notes::start(&desktop).await?;
    displays.configure(desktop.home(), "[links]\nask = true\n")?;
    let window = Window::start(&desktop).await?;
    let link = copied(&desktop, &window).await?;

    let browser = Browser::start().await?;
    let page = browser.open(&link).await?;
    let note = notes.says("wants to control Alice").await?;
    ensure!(note.answers() == ["Allow", "Allow view only", "Deny"], "{note:?}");
    window
        .main()
        .await?
        .says("wants to see and control Alice")
        .await?;
    notes.answer(&note, "Allow view only").await?;
    page.shows(RED, IN_THE_OPEN).await?;
    let told = notes.says("is connected to Alice").await?;
    ensure!(told.body == "View only.", "{told:?}");
    has_no_token(&notes, &link)
}

/// A link to Alice that the window has copied.
async fn copied(desktop: &Desktop, window: &Window) -> Result<String> {
    window.main().await?.click("Copy link to Alice").await?;
    eventually("the link is in the clipboard", async || {
        let text = desktop.clipboard()?;
        ensure!(text.starts_with("http://"), "it holds {text}");
        Ok(text)
    })
    .await
}

fn has_no_token(notes: &Notes, link: &str) -> Result<()> {
    let (_, token) = link.split_once('#').unwrap_or_default();
    ensure!(token.len() >= 22, "no token: {link}");
    ensure!(!notes.written().contains(token), "a notification has the token");
    Ok(())
}
