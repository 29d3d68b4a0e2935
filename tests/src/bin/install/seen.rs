//! What is looked at from outside, in all tests alike.

use anyhow::{Result, ensure};
use porthole_tests::{browser::Browser, page::IN_THE_OPEN, vnc::Colour};

/// What desktops are filled with.
pub const BLUE: Colour = [30, 60, 200];

/// Fills a desktop with blue.
pub const SESSION: &str = "xsetroot -solid '#1e3cc8'; exec sleep 100000";

/// The display that Porthole is to start; links to it stay on this machine.
pub fn config() -> String {
    format!(
        "# mine\nlisten = \"127.0.0.1\"\n[[display]]\nname = \"Desk\"\nlaunch = {{ session = \"{SESSION}\" }}\n"
    )
}

/// Opens a link and waits until it shows blue.
pub async fn shows_blue(browser: &Browser, link: &str) -> Result<()> {
    browser.open(link.trim()).await?.shows(BLUE, IN_THE_OPEN).await
}

/// Fails when what ran before does not run any more.
pub fn run_on(before: &[String], after: &[String]) -> Result<()> {
    ensure!(!before.is_empty(), "nothing ran before");
    ensure!(
        before.iter().all(|process| after.contains(process)),
        "what ran has ended: {before:?}, then {after:?}"
    );
    Ok(())
}

/// Fails when a removal does not tell what it has kept.
pub fn tells_what_it_keeps(said: &str) -> Result<()> {
    ensure!(
        said.contains("kept what is in people's homes: .config/porthole"),
        "a removal does not say what it keeps: {said}"
    );
    Ok(())
}
