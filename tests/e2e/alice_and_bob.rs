//! Two people's desktops behind one gateway, with websockify's token file and links.

use anyhow::{Result, ensure};
use porthole_tests::{
    browser::Browser,
    deadline::eventually,
    home::Home,
    nginx::Nginx,
    page::{IN_THE_OPEN, Page},
    people::Person,
    portholed::Portholed,
    vnc::{Colour, VncServer},
};

use crate::displays::{BLUE, RED};

const ALICE: &str = "U6F7msdQ";
const BOB: &str = "3FEZm5UX";

/// Alice's and Bob's sessions, and `portholed` started as websockify was.
struct House {
    alice: Person,
    bob: Person,
    portholed: Portholed,
    _sessions: [VncServer; 2],
    _home: Home,
}

impl House {
    async fn open() -> Result<Self> {
        let (alice, bob) = (Person::alice()?, Person::bob()?);
        let sessions = [
            VncServer::start(&alice, RED).await?,
            VncServer::start(&bob, BLUE).await?,
        ];
        let [a, b] = [&sessions[0], &sessions[1]].map(|session| session.port);
        let home = Home::new()?;
        let tokens = home.write(
            "token.conf",
            &format!("{ALICE}: 127.0.0.1:{a}\n{BOB}: 127.0.0.1:{b}\n"),
        )?;
        let source = format!("--token-source={}", tokens.display());
        let portholed = Portholed::start(
            &home,
            &["--verbose", "--token-plugin=TokenFile", &source, "127.0.0.1:0"],
        )
        .await?;
        Ok(Self {
            alice,
            bob,
            portholed,
            _sessions: sessions,
            _home: home,
        })
    }

    fn link(&self, token: &str) -> String {
        format!(
            "{}/vnc.html?resize=remote&path=websockify?token={token}",
            self.portholed.url
        )
    }

    /// Looks at a page, types on it, and sees that it was this person who typed.
    async fn belongs_to(&self, page: Page<'_>, person: &Person, colour: Colour) -> Result<()> {
        page.shows(colour, IN_THE_OPEN).await?;
        let proof = person.home().path().join("proof");
        page.types("touch proof").await?;
        eventually("what was typed is done", async || person.owns(&proof)).await
    }
}

#[tokio::test]
async fn each_link_shows_its_own_desktop_and_types_there() -> Result<()> {
    let house = House::open().await?;
    let browser = Browser::start().await?;
    house
        .belongs_to(browser.open(&house.link(ALICE)).await?, &house.alice, RED)
        .await?;
    house
        .belongs_to(browser.open(&house.link(BOB)).await?, &house.bob, BLUE)
        .await?;
    browser.has_no_errors().await
}

#[tokio::test]
async fn behind_the_seeds_nginx_a_click_on_alice_shows_alice() -> Result<()> {
    let house = House::open().await?;
    let nginx = Nginx::start(&house.portholed.url).await?;
    let browser = Browser::start().await?;
    browser.open(&nginx.url).await?.click("Alice").await?;
    house.belongs_to(browser.page(), &house.alice, RED).await?;
    browser.open(&nginx.url).await?.click("Bob").await?;
    house.belongs_to(browser.page(), &house.bob, BLUE).await?;
    // The other reading of `path`: relative to the page.
    let link = format!("{}/novnc/vnc.html?path=websockify?token={ALICE}", nginx.url);
    browser.open(&link).await?.shows(RED, IN_THE_OPEN).await?;
    // The index page has no icon, which Chromium calls an error.
    browser.has_no_uncaught_errors().await
}

#[tokio::test]
async fn a_wrong_token_is_explained_and_no_token_reaches_the_log() -> Result<()> {
    let house = House::open().await?;
    let browser = Browser::start().await?;
    browser
        .open(&house.link("wr0ngT0ken"))
        .await?
        .says("This link is not valid")
        .await?;
    browser
        .open(&house.link(ALICE))
        .await?
        .shows(RED, IN_THE_OPEN)
        .await?;
    let log = house.portholed.log()?;
    ensure!(
        !log.is_empty(),
        "the log is empty, and says nothing about tokens in it"
    );
    for token in [ALICE, BOB, "wr0ngT0ken"] {
        ensure!(!log.contains(token), "the log has a token: {log}");
    }
    Ok(())
}
