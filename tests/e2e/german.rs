//! The program of a person who speaks German.

use anyhow::{Result, ensure};
use porthole_tests::{
    browser::Browser, deadline::eventually, desktop::Desktop, notes::Notes, page::IN_THE_OPEN,
    ports::free_port, tray::Tray, window::Window,
};

use crate::displays::{Displays, RED};

#[tokio::test]
async fn window_tray_notifications_and_doctor_speak_one_language() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?.speaking("de_DE.UTF-8");
    let (tray, notes) = (Tray::start(&desktop).await?, Notes::start(&desktop).await?);
    let port = free_port()?;
    let more =
        format!("listen = \"127.0.0.1\"\n[[display]]\nname = \"Drucker\"\ntarget = \"127.0.0.1:{port}\"\n");
    displays.configure(desktop.home(), &more)?;
    let window = Window::start(&desktop).await?;
    tray.has("Alice öffnen").await?;

    window.main().await?.click("Link zu Alice kopieren").await?;
    let link = eventually("the link is in the clipboard", async || {
        let text = desktop.clipboard()?;
        ensure!(text.starts_with("http://"), "it holds {text}");
        Ok(text)
    })
    .await?;
    window
        .main()
        .await?
        .says("Link kopiert. Er erlaubt 1 Stunde lang")
        .await?;
    let browser = Browser::start().await?;
    let page = browser.open(&link).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    let note = notes.says("ist mit Alice verbunden").await?;
    ensure!(note.answers() == ["Trennen"], "{note:?}");
    let guest = "1 Betrachter ist verbunden";
    tray.has(guest).await?;
    notes.answer(&note, "Trennen").await?;
    // Without a guest the menu is another, and a click on the one before would get lost.
    eventually("the guest is gone from the menu", async || {
        let labels = tray.labels().await?;
        ensure!(!labels.iter().any(|label| label == guest), "it has {labels:?}");
        Ok(())
    })
    .await?;

    tray.click("Fehler suchen").await?;
    let main = window.main().await?;
    main.says("Drucker lässt sich nicht öffnen. Keine Verbindung zu")
        .await?;
    main.says("Starten Sie den VNC-Server").await
}
