//! From the clone to a picture, as the README says: `npm start`.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use porthole_tests::{browser::Browser, home::Home, process::Process};
use rustix::process::Signal;

/// From nothing, on a small machine that does other work besides.
const A_RELEASE_BUILD: Duration = Duration::from_secs(30 * 60);

/// Without a display there is no window: the links are printed, and without a config there is the Demo display.
#[tokio::test]
async fn npm_start_prints_a_link_to_the_demo_display() -> Result<()> {
    let home = Home::new()?;
    let mut command = Command::new("npm");
    command
        .arg("start")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    command
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("INIT_CWD");
    home.furnish(&mut command);
    let mut npm = Process::start(&mut command)?;
    let link = |line: &str| Some(line.strip_prefix("Demo\t")?.to_owned());
    let link = npm
        .line_within(A_RELEASE_BUILD, "npm start prints the link of Demo", link)
        .await?;

    let browser = Browser::start().await?;
    browser
        .open(&link)
        .await?
        .changes()
        .await
        .context("the Demo display is alive")?;
    browser.has_no_errors().await?;

    npm.signal(Signal::TERM)?;
    npm.exit().await?;
    ensure!(
        home.inhabitants()?.is_empty(),
        "npm start left behind: {:?}",
        home.inhabitants()?
    );
    Ok(())
}
