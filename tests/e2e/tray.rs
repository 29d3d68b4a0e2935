//! The tray, and the program's life around it.

use anyhow::{Result, ensure};
use porthole_tests::{
    deadline::eventually, desktop::Desktop, page::IN_THE_OPEN, process::run, programs::program, tray::Tray,
    window::Window,
};

use crate::displays::{BLUE, Displays};

const MAIN: &str = "Porthole";

#[tokio::test]
async fn open_bob_opens_bobs_desktop_and_quit_leaves_nothing() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    let tray = Tray::start(&desktop).await?;
    displays.configure(desktop.home(), "")?;
    let window = Window::start(&desktop).await?;

    tray.click("Open Bob").await?;
    window.viewer().await?.shows(BLUE, IN_THE_OPEN).await?;

    ensure!(
        processes(&desktop)?.len() > 2,
        "too few processes are seen: {:?}",
        processes(&desktop)?
    );
    tray.click("Quit").await?;
    eventually("all processes end", async || {
        let left = processes(&desktop)?;
        ensure!(left.is_empty(), "left: {left:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_menu_follows_the_config() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    let tray = Tray::start(&desktop).await?;
    displays.configure_alice(desktop.home(), "")?;
    let _window = Window::start(&desktop).await?;
    let has = async |label: &str| {
        let labels = tray.labels().await?;
        ensure!(labels.iter().any(|seen| seen == label), "the menu has {labels:?}");
        Ok(())
    };
    for label in ["Open Alice", "Show window", "Quit"] {
        eventually(label, async || has(label).await).await?;
    }
    ensure!(has("Open Bob").await.is_err(), "Bob is in the menu too early");
    displays.configure(desktop.home(), "")?;
    eventually("Bob is in the menu", async || has("Open Bob").await).await
}

#[tokio::test]
async fn a_closed_window_comes_back_from_the_tray_and_from_a_second_start() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    let tray = Tray::start(&desktop).await?;
    displays.configure(desktop.home(), "")?;
    let _window = Window::start(&desktop).await?;
    tray.labels().await?;

    close(&desktop).await?;
    tray.click("Show window").await?;
    seen(&desktop, true).await?;

    close(&desktop).await?;
    run(&mut desktop.command(program("porthole")?))?;
    seen(&desktop, true).await
}

/// Closes the main window, and sees it go.
async fn close(desktop: &Desktop) -> Result<()> {
    seen(desktop, true).await?;
    desktop.screen()?.close(MAIN)?;
    seen(desktop, false).await
}

async fn seen(desktop: &Desktop, wanted: bool) -> Result<()> {
    eventually("the main window is to be seen or not", async || {
        let titles = desktop.screen()?.titles()?;
        ensure!(
            titles.iter().any(|title| title == MAIN) == wanted,
            "to be seen: {titles:?}"
        );
        Ok(())
    })
    .await
}

/// The program's processes and its WebKit's; what the desktop itself needs is left out.
fn processes(desktop: &Desktop) -> Result<Vec<String>> {
    let ours = |process: &String| {
        let name = process.split_once(' ').map_or("", |(_, name)| name);
        name == "porthole" || (name.starts_with("WebKit") && name != "WebKitWebDriver")
    };
    Ok(desktop.home().inhabitants()?.into_iter().filter(ours).collect())
}
