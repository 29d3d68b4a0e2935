//! From an empty home to a link in somebody's browser, by each way there is, in at most three clicks.

use std::cell::Cell;

use anyhow::{Result, ensure};
use porthole_tests::{
    browser::Browser, deadline::eventually, desktop::Desktop, home::Home, newcomer, page::IN_THE_OPEN,
    page::Page, people::Person, process::run, vnc::VncServer, window::Window,
};

use crate::displays::{BLUE, RED};

/// What the first screen asks.
const QUESTION: &str = "What do you want to show?";

/// A person in front of the program, who has never run it before.
struct Newcomer<'a> {
    desktop: &'a Desktop,
    page: Page<'a>,
    clicks: Cell<u32>,
}

impl<'a> Newcomer<'a> {
    async fn before(desktop: &'a Desktop, window: &'a Window) -> Result<Self> {
        let page = window.main().await?;
        page.says(QUESTION).await?;
        Ok(Self {
            desktop,
            page,
            clicks: Cell::new(0),
        })
    }

    async fn click(&self, label: &str) -> Result<()> {
        self.clicks.set(self.clicks.get() + 1);
        self.page.click(label).await
    }

    /// The last click: the link that it puts on the clipboard.
    async fn copies_a_link(&self, label: &str) -> Result<String> {
        self.click(label).await?;
        let link = eventually("the link is in the clipboard", async || {
            let text = self.desktop.clipboard()?;
            ensure!(
                text.starts_with(&format!("http://{}:", newcomer::ADDRESS)),
                "it holds {text}"
            );
            Ok(text)
        })
        .await?;
        ensure!(self.clicks.get() <= 3, "that took {} clicks", self.clicks.get());
        Ok(link)
    }
}

fn config(home: &Home) -> Result<String> {
    Ok(std::fs::read_to_string(
        home.path().join("config/porthole/config.toml"),
    )?)
}

#[tokio::test]
async fn this_screen_is_shared() -> Result<()> {
    if !newcomer::is_here() {
        return newcomer::run_there("first_run::this_screen_is_shared");
    }
    let desktop = Desktop::start().await?;
    run(desktop.command("xsetroot").args(["-solid", "#c8283c"]))?;
    let window = Window::start(&desktop).await?;
    let person = Newcomer::before(&desktop, &window).await?;
    person.click("Share this screen").await?;
    person.page.says("Share This screen").await?;
    let link = person.copies_a_link("Copy link").await?;
    person.page.says("Link copied.").await?;

    let browser = Browser::start().await?;
    // The window is in the middle of the screen.
    browser.open(&link).await?.shows(RED, (0.98, 0.98)).await?;
    // The ways stay at hand, without the one that is gone.
    person.page.click("Close").await?;
    person.page.click("Add a display").await?;
    person.page.says("A new desktop").await?;
    let text = person.page.text().await?;
    ensure!(!text.contains("Share this screen"), "{text}");
    stop_all(&person).await
}

#[tokio::test]
async fn a_desktop_is_started() -> Result<()> {
    if !newcomer::is_here() {
        return newcomer::run_there("first_run::a_desktop_is_started");
    }
    let desktop = Desktop::start().await?;
    let window = Window::start(&desktop).await?;
    let person = Newcomer::before(&desktop, &window).await?;
    person.click("Start a desktop").await?;
    person.page.says("Share Desktop").await?;
    let link = person.copies_a_link("Copy link").await?;

    let browser = Browser::start().await?;
    browser.open(&link).await?.shows(BLUE, IN_THE_OPEN).await?;
    person.page.click("Close").await?;
    stop_all(&person).await
}

/// What was launched would outlive the test.
async fn stop_all(person: &Newcomer<'_>) -> Result<()> {
    person.page.click("Stop all and quit…").await?;
    person.page.click("Stop all and quit").await?;
    eventually("nothing runs any more", async || {
        let left = person.desktop.home().inhabitants()?;
        let servers: Vec<_> = left.iter().filter(|name| name.contains("tigervnc")).collect();
        ensure!(servers.is_empty(), "{servers:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_vnc_server_that_was_found_is_added_with_its_password() -> Result<()> {
    if !newcomer::is_here() {
        return newcomer::run_there("first_run::a_vnc_server_that_was_found_is_added_with_its_password");
    }
    let alice = Person::alice()?;
    // Where VNC servers listen by custom; the network is ours alone.
    let server = VncServer::start_with_password_at(5907, &alice, RED, "rosebud").await?;
    let desktop = Desktop::start().await?;
    let window = Window::start(&desktop).await?;
    let person = Newcomer::before(&desktop, &window).await?;
    person.click(&format!("Add 127.0.0.1:{}", server.port)).await?;
    person.page.says("needs a password").await?;
    person.page.fill("Password, if it has one", "rosebud").await?;
    person.click("Add this address").await?;
    person.page.says("Share Xtigervnc").await?;
    let link = person.copies_a_link("Copy link").await?;

    let browser = Browser::start().await?;
    browser.open(&link).await?.shows(RED, IN_THE_OPEN).await?;
    let text = config(desktop.home())?;
    ensure!(
        text.contains("password_file") && !text.contains("rosebud"),
        "{text}"
    );
    Ok(())
}

#[tokio::test]
async fn a_vnc_server_is_added_by_its_address() -> Result<()> {
    if !newcomer::is_here() {
        return newcomer::run_there("first_run::a_vnc_server_is_added_by_its_address");
    }
    let alice = Person::alice()?;
    let server = VncServer::start(&alice, RED).await?;
    let desktop = Desktop::start().await?;
    let window = Window::start(&desktop).await?;
    let person = Newcomer::before(&desktop, &window).await?;
    person.page.fill("Address", "somewhere").await?;
    person.page.click("Add this address").await?;
    person.page.says("`somewhere` is not an address").await?;
    person
        .page
        .fill("Address", &format!("localhost:{}", server.port))
        .await?;
    person.click("Add this address").await?;
    let link = person.copies_a_link("Copy link").await?;

    let browser = Browser::start().await?;
    browser.open(&link).await?.shows(RED, IN_THE_OPEN).await
}

#[tokio::test]
async fn a_token_file_is_imported() -> Result<()> {
    if !newcomer::is_here() {
        return newcomer::run_there("first_run::a_token_file_is_imported");
    }
    let (alice, bob) = (Person::alice()?, Person::bob()?);
    let alices = VncServer::start(&alice, RED).await?;
    let bobs = VncServer::start(&bob, BLUE).await?;
    let desktop = Desktop::start().await?;
    let tokens = |more: &str| {
        let (alice, bob) = (alices.port, bobs.port);
        let text =
            format!("# ours\nred: 127.0.0.1:{alice}\nblue: 127.0.0.1:{bob}\nnavy: 127.0.0.1:{bob}\n{more}");
        desktop.home().write("tokens", &text)
    };
    let file = tokens("secret\n")?.display().to_string();
    let window = Window::start(&desktop).await?;
    let person = Newcomer::before(&desktop, &window).await?;
    person.click("Import a token file").await?;
    person.page.fill("Path of the token file", &file).await?;
    person.page.click("Preview").await?;
    person.page.says(&format!("{file}:5: no colon")).await?;
    tokens("")?;
    // Enter looks into it, too.
    person
        .page
        .fill("Path of the token file", &format!("{file}\u{e007}"))
        .await?;
    person.page.says("3 tokens lead to 2 VNC servers.").await?;
    person.click("Import").await?;
    let name = format!("127.0.0.1:{}", bobs.port);
    let link = person.copies_a_link(&format!("Copy link to {name}")).await?;

    let browser = Browser::start().await?;
    browser.open(&link).await?.shows(BLUE, IN_THE_OPEN).await?;
    // The tokens are links as they were, and their visitors are seen.
    let origin = &link[..link.find("/v#").unwrap_or_default()];
    let old = format!("{origin}/vnc.html?autoconnect=1&path=websockify?token=red");
    browser.open(&old).await?.shows(RED, IN_THE_OPEN).await?;
    person.page.says("1 viewer connected").await
}
