//! The package of the window's program: opened on a screen outside.

use std::fs;

use anyhow::{Result, ensure};
use porthole_tests::{browser::Browser, deadline::eventually, desktop::Desktop, window::Window};

use crate::{
    debian::Debian,
    packages::Packages,
    say,
    seen::{CONFIG, run_on, shows_blue, tells_what_it_keeps},
};

/// Installs, opens, upgrades, removes and purges.
pub async fn test(debian: &Debian, now: &Packages, later: &Packages) -> Result<()> {
    say("porthole: installing, with what it depends on and recommends");
    debian.install(&now.deb("porthole")?)?;
    debian.apt(&["install", "x11-xserver-utils"])?;

    let desktop = Desktop::start().await?;
    let config = desktop.home().write("config/porthole/config.toml", CONFIG)?;
    say("porthole: opening the window");
    let gate = debian.gate(desktop.home(), "porthole")?;
    let window = Window::start_from(&desktop, &gate, &[]).await?;
    let link = copied_link(&desktop, &window).await?;
    say("porthole: opening its link in a browser outside");
    let browser = Browser::start().await?;
    shows_blue(&browser, &link).await?;
    let before = debian.inhabitants()?;

    say("porthole: upgrading");
    debian.install(&later.deb("porthole")?)?;
    ensure!(fs::read_to_string(&config)? == CONFIG, "the config was changed");
    run_on(&before, &debian.inhabitants()?)?;
    shows_blue(&browser, &link).await?;

    say("porthole: removing and purging");
    tells_what_it_keeps(&debian.apt(&["remove", "porthole"])?)?;
    let left = debian.inhabitants()?;
    ensure!(left.is_empty(), "a removal leaves {left:?}");
    debian.apt(&["purge", "porthole"])?;
    ensure!(fs::read_to_string(&config)? == CONFIG, "the config is gone");
    Ok(())
}

/// Copies a link to the desk in the window, and takes it from the clipboard.
pub async fn copied_link(desktop: &Desktop, window: &Window) -> Result<String> {
    window.main().await?.click("Copy link to Desk").await?;
    eventually("the link is in the clipboard", async || {
        let text = desktop.clipboard()?;
        ensure!(text.starts_with("http://127.0.0.1:"), "it holds {text}");
        Ok(text)
    })
    .await
}
