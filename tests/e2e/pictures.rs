//! Live pictures in the window's list.

use std::fs;

use anyhow::{Result, ensure};
use porthole_tests::{
    deadline::eventually, desktop::Desktop, page::IN_THE_OPEN, tray::Tray, vnc::paint, window::Window,
};

use crate::displays::{BLUE, Displays, RED};

const GREEN: [u8; 3] = [40, 160, 80];
/// In the upper right of a picture, where neither its edge nor the terminal is.
const THERE: (f64, f64) = (0.8, 0.4);

#[tokio::test]
async fn pictures_show_each_displays_own_colour_and_follow_it() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    displays.configure(desktop.home(), "")?;
    let window = Window::start(&desktop).await?;
    let screen = desktop.screen()?;
    let main = window.main().await?;
    main.pictures(&screen, "Live thumbnail of Alice", RED, THERE)
        .await?;
    main.pictures(&screen, "Live thumbnail of Bob", BLUE, THERE)
        .await?;

    paint(&displays.alices.display, GREEN)?;
    main.pictures(&screen, "Live thumbnail of Alice", GREEN, THERE)
        .await?;
    main.pictures(&screen, "Live thumbnail of Bob", BLUE, THERE)
        .await?;
    let text = main.text().await?;
    ensure!(!text.contains("Disconnect"), "somebody is connected: {text}");

    main.click_picture("Live thumbnail of Alice").await?;
    window.viewer().await?.shows(GREEN, IN_THE_OPEN).await?;
    window.main().await?.says("1 viewer connected").await
}

#[tokio::test]
async fn nothing_is_pictured_while_the_window_is_hidden() -> Result<()> {
    let displays = Displays::start().await?;
    let desktop = Desktop::start().await?;
    let tray = Tray::start(&desktop).await?;
    displays.configure(desktop.home(), "")?;
    let window = Window::start(&desktop).await?;
    let screen = desktop.screen()?;
    let main = window.main().await?;
    main.pictures(&screen, "Live thumbnail of Alice", RED, THERE)
        .await?;
    let port = displays.alices.port;
    ensure!(connections(port)? == 1, "connections: {}", connections(port)?);

    tray.has("Show window").await?;
    screen.close("Porthole")?;
    eventually("the server is left alone", async || {
        ensure!(connections(port)? == 0, "connections: {}", connections(port)?);
        Ok(())
    })
    .await?;

    paint(&displays.alices.display, GREEN)?;
    tray.click("Show window").await?;
    main.pictures(&screen, "Live thumbnail of Alice", GREEN, THERE)
        .await
}

/// How many connections a server on 127.0.0.1 has.
fn connections(port: u16) -> Result<usize> {
    let server = format!("0100007F:{port:04X}");
    let table = fs::read_to_string("/proc/net/tcp")?;
    let established = |line: &&str| {
        let mut words = line.split_whitespace().skip(1);
        words.next() == Some(server.as_str()) && words.nth(1) == Some("01")
    };
    Ok(table.lines().filter(established).count())
}
