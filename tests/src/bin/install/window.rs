//! The package of the window's program: from its first run to a link, on a screen outside.

use std::{env, fs, os::unix::fs::PermissionsExt, process::Command};

use anyhow::{Context, Result, ensure};
use porthole_tests::{
    browser::Browser,
    deadline::eventually,
    desktop::Desktop,
    lan::{ADDRESS, INTERFACE},
    window::Window,
};

use crate::{
    debian::Debian,
    packages::Packages,
    say,
    seen::{SESSION, run_on, shows_blue, tells_what_it_keeps},
};

/// Says that this process is on a network that nobody else sees: who runs the program for the first time shares on the
/// LAN.
pub const THERE: &str = "there";

/// Installs, and does the rest on a network of its own, for which no package is missing any more.
pub fn test(debian: &Debian, now: &Packages, later: &Packages) -> Result<()> {
    say("porthole: installing, with what it depends on and recommends");
    debian.install(&now.deb("porthole")?)?;
    debian.apt(&["install", "x11-xserver-utils"])?;
    let ended = Command::new("unshare")
        .args([
            "--net",
            "--",
            "sh",
            "-ec",
            &format!("{INTERFACE}\n exec \"$@\""),
            ADDRESS,
        ])
        .arg(env::current_exe()?)
        .arg(THERE)
        .args([now.folder(), later.folder(), debian.path()])
        .status()?;
    ensure!(ended.success(), "{ended}");
    Ok(())
}

/// Opens it for the first time, upgrades, removes and purges.
pub async fn use_it(debian: &Debian, later: &Packages) -> Result<()> {
    let session = debian.path().join("root/.vnc/xstartup");
    fs::create_dir_all(session.with_file_name(""))?;
    fs::write(&session, format!("#!/bin/sh\n{SESSION}\n"))?;
    fs::set_permissions(&session, fs::Permissions::from_mode(0o755))?;

    let desktop = Desktop::start().await?;
    say("porthole: the first run, to a link in two clicks");
    let window = Window::start_from(&desktop, &debian.gate(desktop.home(), "porthole")?, &[]).await?;
    let page = window.main().await?;
    page.says("What do you want to show?").await?;
    page.click("Start a desktop").await?;
    let link = copied_link(&desktop, &window, "Copy link", ADDRESS).await?;
    say("porthole: opening its link in a browser outside");
    let browser = Browser::start().await?;
    shows_blue(&browser, &link).await?;
    let page = window.main().await?;
    page.click("Close").await?;
    page.click("Settings").await?;
    page.click("Start at login").await?;
    page.has_on("Start at login", true).await?;
    ensure!(starts_at_login(debian, &desktop)?, "its entry leads nowhere");
    let before = debian.inhabitants()?;
    let config = desktop.home().path().join("config/porthole/config.toml");
    let written = fs::read_to_string(&config)?;

    say("porthole: upgrading");
    debian.install(&later.deb("porthole")?)?;
    ensure!(fs::read_to_string(&config)? == written, "the config was changed");
    run_on(&before, &debian.inhabitants()?)?;
    ensure!(starts_at_login(debian, &desktop)?, "its entry is the old one");
    shows_blue(&browser, &link).await?;

    say("porthole: removing and purging");
    tells_what_it_keeps(&debian.apt(&["remove", "porthole"])?)?;
    let left = debian.inhabitants()?;
    ensure!(left.is_empty(), "a removal leaves {left:?}");
    ensure!(!starts_at_login(debian, &desktop)?, "its entry starts something");
    debian.apt(&["purge", "porthole"])?;
    ensure!(fs::read_to_string(&config)? == written, "the config is gone");
    Ok(())
}

/// Whether a desktop in there would take the entry for starting at login to be in force (Desktop Entry Specification 1.5,
/// `TryExec`).
fn starts_at_login(debian: &Debian, desktop: &Desktop) -> Result<bool> {
    let entry = desktop.home().path().join("config/autostart/porthole.desktop");
    let entry = fs::read_to_string(entry)?;
    let tried = entry.lines().find_map(|line| line.strip_prefix("TryExec=/"));
    let tried = tried.context("the entry does not say which program it needs")?;
    Ok(debian.path().join(tried).exists())
}

/// Clicks in the window on what copies a link, and takes it from the clipboard.
pub async fn copied_link(desktop: &Desktop, window: &Window, label: &str, host: &str) -> Result<String> {
    window.main().await?.click(label).await?;
    eventually("the link is in the clipboard", async || {
        let text = desktop.clipboard()?;
        ensure!(text.starts_with(&format!("http://{host}:")), "it holds {text}");
        Ok(text)
    })
    .await
}
