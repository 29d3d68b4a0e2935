//! Links for others: what they give, who is let in, and how they end.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use porthole_tests::{
    browser::Browser, deadline::eventually, home::Home, lan, page::IN_THE_OPEN, people::as_root,
    portholed::Portholed, process::run, programs::program, rfb, screen::Screen, vnc::paint, wiretap::Wiretap,
};
use serde_json::Value;

use crate::displays::{BLUE, Displays, RED};

/// Alice's desktop, and a program that shares it on this machine alone.
struct Shared {
    displays: Displays,
    portholed: Portholed,
    home: Home,
}

impl Shared {
    async fn start() -> Result<Self> {
        let (displays, home) = (Displays::start().await?, Home::new()?);
        displays.configure(&home, "listen = \"127.0.0.1\"")?;
        let portholed = Portholed::start(&home, &[]).await?;
        Ok(Self {
            displays,
            portholed,
            home,
        })
    }

    fn ask(&self, words: &[&str]) -> Result<String> {
        run(self.home.command(program("portholed")?).args(words))
    }

    /// A new link to Alice's desktop.
    fn link(&self, terms: &[&str]) -> Result<String> {
        let made = self.ask(&[&["link", "Alice"], terms].concat())?;
        Ok(made.lines().next().context("no link")?.to_owned())
    }

    /// The only one that is listed.
    async fn only(&self, list: &str) -> Result<Value> {
        eventually(&format!("one of {list}"), async || {
            let list: Value = serde_json::from_str(&self.ask(&[list, "--json"])?)?;
            let list = list.as_array().context("no list")?;
            ensure!(list.len() == 1, "{list:?}");
            Ok(list[0].clone())
        })
        .await
    }

    fn desktop(&self) -> Result<Desktop> {
        let display = &self.displays.alices.display;
        let screen = Screen::connect(display)?;
        let clipboard = ["-selection", "clipboard", "-out", "-display", display];
        Ok(Desktop {
            pointer: screen.pointer()?,
            size: screen.size()?,
            // It fails while nobody has copied anything.
            clipboard: run(Command::new("xclip").args(clipboard)).unwrap_or_default(),
        })
    }

    fn has(&self, file: &str) -> bool {
        self.displays.alice.home().path().join(file).exists()
    }
}

/// What a visitor could change of a desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Desktop {
    pointer: (i16, i16),
    size: (u16, u16),
    clipboard: String,
}

/// Every way to touch a desktop at once: a command typed into its terminal, then pointer, clipboard and size.
fn touch(file: &str, place: (u16, u16), size: (u16, u16)) -> Vec<u8> {
    [
        rfb::pointer(1, (30, 30)),
        rfb::pointer(0, (30, 30)),
        rfb::typed(&format!("touch {file}")),
        rfb::pointer(0, place),
        rfb::cut_text(file),
        rfb::desktop_size(size),
        rfb::one_pixel(),
    ]
    .concat()
}

#[tokio::test]
async fn a_view_only_link_touches_nothing_until_it_may_and_not_after() -> Result<()> {
    let shared = Shared::start().await?;
    let browser = Browser::start().await?;
    let page = browser.open(&shared.link(&["--view"])?).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    let session = shared.only("sessions").await?;
    ensure!(session["rights"] == "view", "{session}");
    let id = session["id"].to_string();

    // What a person does, whom the page keeps from it; and then what a page does that keeps nothing back.
    let before = shared.desktop()?;
    page.types("touch by-hand").await?;
    let display = &shared.displays.alices.display;
    page.seize(|| paint(display, BLUE).and_then(|()| paint(display, RED)))
        .await?;
    page.sends(&touch("too-early", (500, 400), (640, 480))).await?;
    ensure!(
        shared.desktop()? == before,
        "{:?} was {before:?}",
        shared.desktop()?
    );

    shared.ask(&["rights", &id, "control"])?;
    page.says("You can control this desktop now.").await?;
    page.sends(&touch("allowed", (300, 200), (700, 500))).await?;
    let allowed = Desktop {
        pointer: (300, 200),
        size: (700, 500),
        clipboard: "allowed".to_owned(),
    };
    eventually("it is as the visitor wants it", async || {
        let now = shared.desktop()?;
        ensure!(now == allowed && shared.has("allowed"), "{now:?}");
        Ok(())
    })
    .await?;

    shared.ask(&["rights", &id, "view"])?;
    page.says("You can now only view this desktop.").await?;
    page.sends(&touch("too-late", (100, 100), (640, 480))).await?;
    ensure!(shared.desktop()? == allowed, "{:?}", shared.desktop()?);

    // The terminal takes one line after the other: what came before would be done by then.
    shared.ask(&["rights", &id, "control"])?;
    page.says("You can control this desktop now.").await?;
    page.sends(&touch("last", (300, 200), (700, 500))).await?;
    eventually("the last line is done", async || {
        ensure!(shared.has("last"), "not yet");
        Ok(())
    })
    .await?;
    for file in ["by-hand", "too-early", "too-late"] {
        ensure!(!shared.has(file), "{file} was typed");
    }
    let now = shared.only("sessions").await?;
    ensure!(now["id"] == session["id"], "another connection: {now}");
    Ok(())
}

#[tokio::test]
async fn a_pin_is_asked_for() -> Result<()> {
    let shared = Shared::start().await?;
    let made = shared.ask(&["link", "Alice", "--pin"])?;
    let (link, pin) = made.split_once("\nPIN: ").context("no PIN")?;
    let browser = Browser::start().await?;
    let page = browser.open(link).await?;
    page.says("This link has a PIN").await?;
    let wrong = if pin.starts_with('0') { "111111" } else { "000000" };
    page.fill("PIN", wrong).await?;
    page.click("Connect").await?;
    page.says("Wrong PIN.").await?;
    page.fill("PIN", pin.trim()).await?;
    page.click("Connect").await?;
    page.shows(RED, IN_THE_OPEN).await
}

#[tokio::test]
async fn the_owner_is_asked_and_the_answer_counts() -> Result<()> {
    let shared = Shared::start().await?;
    let link = shared.link(&["--ask"])?;
    let browser = Browser::start().await?;
    let answer = async |verdict: &str| {
        let page = browser.open(&link).await?;
        page.says("Waiting to be let in").await?;
        let visitor = shared.only("visitors").await?;
        shared.ask(&["answer", &visitor["id"].to_string(), verdict])?;
        Ok::<_, anyhow::Error>(page)
    };
    answer("deny").await?.says("You were not let in").await?;
    browser.open("about:blank").await?;
    answer("view").await?.shows(RED, IN_THE_OPEN).await?;
    let session = shared.only("sessions").await?;
    ensure!(session["rights"] == "view", "{session}");
    Ok(())
}

#[tokio::test]
async fn a_link_that_is_revoked_ends_on_the_page_and_opens_nothing_more() -> Result<()> {
    let shared = Shared::start().await?;
    // Those that it printed at its start are not in question.
    shared.ask(&["revoke", "--all", "Alice"])?;
    let link = shared.link(&[])?;
    let browser = Browser::start().await?;
    let page = browser.open(&link).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    let listed: Value = serde_json::from_str(&shared.ask(&["links", "Alice", "--json"])?)?;
    shared.ask(&["revoke", &listed[0]["id"].to_string()])?;
    page.says("This link was revoked").await?;
    browser.open("about:blank").await?;
    browser.open(&link).await?.says("This link is not valid").await
}

/// The processes whose command line says this.
fn command_lines_with(secret: &str) -> Result<String> {
    // A letter in brackets stands for itself, so that what searches does not find itself.
    let (first, rest) = secret.split_at(1);
    let search = "grep -lsE -- \"$0\" /proc/[0-9]*/cmdline || true";
    run(as_root("sh").args(["-c", search, &format!("[{first}]{rest}")]))
}

/// The files below a folder that have this in them.
fn files_with(secret: &str, folder: &Path) -> Result<String> {
    let search = "grep -rlF -- \"$0\" \"$1\" || true";
    run(Command::new("sh").args(["-c", search, secret]).arg(folder))
}

#[tokio::test]
async fn no_token_and_no_pin_is_left_anywhere() -> Result<()> {
    let shared = Shared::start().await?;
    let made = shared.ask(&["link", "Alice", "--pin"])?;
    let (link, pin) = made.split_once("\nPIN: ").context("no PIN")?;
    let (link, pin) = (link.to_owned(), pin.trim().to_owned());
    let token = link.split_once('#').context("no token")?.1.to_owned();
    let browser = Browser::start().await?;
    let page = browser.open(&link).await?;
    page.fill("PIN", &pin).await?;
    page.click("Connect").await?;
    page.shows(RED, IN_THE_OPEN).await?;

    let seen = [
        page.url().await?.to_string(),
        page.title().await?,
        command_lines_with(&token)?,
    ];
    ensure!(seen[2].is_empty() && !seen.concat().contains(&token), "{seen:?}");
    let told = ["status", "links", "sessions", "history"].map(|list| shared.ask(&[list, "--json"]));
    for told in told {
        ensure!(!told?.contains(&token), "a list has the token");
    }
    // A wrong one, too: people mistype the right one.
    let wrong: String = token.chars().rev().collect();
    browser.open("about:blank").await?;
    browser
        .open(&link.replace(&token, &wrong))
        .await?
        .says("This link is not valid")
        .await?;
    let log = shared.portholed.log()?;
    ensure!(
        log.contains("Alice"),
        "the log says nothing, not even of tokens: {log}"
    );
    ensure!(!log.contains(&token) && !log.contains(&wrong), "{log}");
    let left = files_with(&token, shared.home.path())?;
    ensure!(left.is_empty(), "the token is in {left}");
    let state = fs::read_to_string(shared.home.path().join("state/porthole/state.json"))?;
    ensure!(!state.contains(&format!("\"{pin}\"")), "the PIN is in {state}");
    browser.has_no_uncaught_errors().await
}

#[tokio::test]
async fn the_token_travels_in_the_handshake_of_the_session_alone() -> Result<()> {
    let (displays, home) = (Displays::start().await?, Home::new()?);
    displays.configure(&home, "listen = \"127.0.0.1\"\nhosts = [\"127.0.0.1\"]")?;
    let portholed = Portholed::start(&home, &[]).await?;
    let link = portholed.link("Alice").await?;
    let address = portholed.url.strip_prefix("http://").context("another scheme")?;
    let wiretap = Wiretap::start(address).await?;
    let (_, token) = link.split_once('#').context("no token")?;

    let browser = Browser::start().await?;
    let page = browser.open(&link.replace(address, &wiretap.address)).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    page.reload().await?;
    page.shows(RED, IN_THE_OPEN).await?;

    let heard = wiretap.heard();
    let told: Vec<_> = heard.lines().filter(|line| line.contains(token)).collect();
    let in_the_handshake = |line: &&str| line.starts_with("Sec-WebSocket-Protocol: ");
    ensure!(told.len() == 2 && told.iter().all(in_the_handshake), "{told:?}");
    ensure!(heard.contains("GET /v HTTP/1.1"), "{heard}");
    ensure!(!heard.to_lowercase().contains("\nreferer:"), "{heard}");
    Ok(())
}

#[tokio::test]
async fn https_with_a_certificate_of_our_own_is_a_secure_context() -> Result<()> {
    if !lan::is_here() {
        return lan::run_there("sharing::https_with_a_certificate_of_our_own_is_a_secure_context");
    }
    let (displays, home) = (Displays::start().await?, Home::new()?);
    let listen = format!("listen = \"{}\"\nencrypt = true", lan::ADDRESS);
    displays.configure(&home, &listen)?;
    let portholed = Portholed::start(&home, &[]).await?;
    let link = run(home.command(program("portholed")?).args(["link", "Alice"]))?;
    let link = link.lines().next().context("no link")?;
    let begin = format!("https://{}:", lan::ADDRESS);
    ensure!(link.starts_with(&begin), "{link}, listening on {}", portholed.url);
    let browser = Browser::start_trusting().await?;
    let page = browser.open(link).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    ensure!(page.is_secure_context().await?, "it is none");
    browser.has_no_errors().await
}
