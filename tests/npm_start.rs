//! From the clone to a picture, as the README says: `npm start`, with the programs that are built already.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use porthole_tests::{browser::Browser, home::Home, process::Process};
use rustix::process::Signal;

/// On a small machine that does other work besides, should there be something to build.
const BUILD_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// Without a display there is no window: the links are printed, and without a config there is the Demo display.
#[tokio::test]
async fn npm_start_shows_the_demo_display_and_passes_arguments_and_exit_codes_on() -> Result<()> {
    let home = Home::new()?;
    let mut npm = npm_start(&home, &[])?;
    let link = |line: &str| Some(line.strip_prefix("Demo\t")?.to_owned());
    let link = npm
        .line_within(BUILD_TIMEOUT, "npm start prints the link of Demo", link)
        .await?;

    let browser = Browser::start().await?;
    browser
        .open(&link)
        .await?
        .changes()
        .await
        .context("the Demo display is alive")?;
    browser.has_no_errors().await?;

    ensure!(
        home.inhabitants()?.len() > 2,
        "too few processes are seen: {:?}",
        home.inhabitants()?
    );
    npm.signal(Signal::TERM)?;
    npm.exit().await?;
    ensure!(
        home.inhabitants()?.is_empty(),
        "npm start left behind: {:?}",
        home.inhabitants()?
    );

    // The second time nothing is built.
    let mut npm = npm_start(&home, &["--config", "missing.toml"])?;
    let status = npm.exit().await?;
    ensure!(status.code() == Some(1), "ended with {status}");
    ensure!(
        npm.errors()?.contains("missing.toml"),
        "it said: {}",
        npm.errors()?
    );
    Ok(())
}

fn npm_start(home: &Home, args: &[&str]) -> Result<Process> {
    let mut command = Command::new("npm");
    command
        .args(["start", "--"])
        .args(args)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    command
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("INIT_CWD")
        // A release would take minutes. All else is as a person has it.
        .env("PORTHOLE_PROFILE", "dev");
    home.furnish(&mut command);
    Process::start(&mut command)
}
