//! The tray, and the program's life around it.

use anyhow::{Result, ensure};
use porthole_tests::{
    deadline::eventually,
    desks::{Desks, entry},
    desktop::Desktop,
    page::IN_THE_OPEN,
    people::Person,
    process::run,
    programs::program,
    tray::Tray,
    window::Window,
};

use crate::displays::{BLUE, Displays, RED};

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
    for label in ["Open Alice", "Show window", "Quit"] {
        tray.has(label).await?;
    }
    let labels = tray.labels().await?;
    ensure!(
        !labels.iter().any(|label| label == "Open Bob"),
        "Bob is in the menu too early"
    );
    displays.configure(desktop.home(), "")?;
    tray.has("Open Bob").await
}

#[tokio::test]
async fn a_desktop_is_started_restarted_and_stopped() -> Result<()> {
    let alice = Person::alice()?;
    let desktop = Desktop::start().await?;
    let desks = Desks::configure_in(desktop.home(), &[entry("Alice", &alice, RED)])?;
    let tray = Tray::start(&desktop).await?;
    let config = desks.config().to_string_lossy();
    let window = Window::start_with(&desktop, &["--config", &config]).await?;
    let main = window.main().await?;

    tray.click("Alice: stopped > Start").await?;
    tray.has("Alice: running > Stop…").await?;
    let first = desks.member("Xtigervnc").await?;
    for (item, title) in [
        ("Alice: running > Stop…", "Stop Alice?"),
        ("Alice: running > Restart…", "Restart Alice?"),
        ("Stop all and quit…", "Stop all desktops and quit Porthole?"),
    ] {
        tray.click(item).await?;
        main.says(title).await?;
        main.says("All programs on it will close and unsaved work will be lost.")
            .await?;
        main.click("Keep running").await?;
        main.says_no_more(title).await?;
    }
    let still = desks.member("Xtigervnc").await?;
    ensure!(still == first, "it was ended without an answer");

    tray.click("Alice: running > Restart…").await?;
    main.click("Restart it").await?;
    eventually("another server runs", async || {
        let now = desks.member("Xtigervnc").await?;
        ensure!(now != first, "it is the same");
        Ok(())
    })
    .await?;
    tray.has("Alice: running > Stop…").await?;
    tray.click("Alice: running > Stop…").await?;
    main.click("Stop it").await?;
    tray.has("Alice: stopped > Start").await?;
    desks.nothing_is_left()?;

    tray.click("Alice: stopped > Start").await?;
    tray.has("Alice: running > Stop…").await?;
    tray.click("Stop all and quit…").await?;
    main.click("Stop all and quit").await?;
    eventually("all processes end", async || {
        let left = processes(&desktop)?;
        ensure!(left.is_empty(), "left: {left:?}");
        desks.nothing_is_left()
    })
    .await
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
