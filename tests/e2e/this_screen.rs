//! The screen that the program runs on, shared as it is.

use anyhow::{Result, ensure};
use porthole_tests::{
    browser::Browser,
    deadline::eventually,
    desks::Desks,
    desktop::Desktop,
    page::IN_THE_OPEN,
    portholed::Portholed,
    process::{Process, run},
    programs::program,
};

use crate::displays::{BLUE, RED};

fn paint(desktop: &Desktop, [red, green, blue]: [u8; 3]) -> Result<()> {
    let colour = format!("#{red:02x}{green:02x}{blue:02x}");
    run(desktop.command("xsetroot").args(["-solid", &colour])).map(drop)
}

#[tokio::test]
async fn this_screen_is_seen_and_typed_on_in_a_browser_until_it_ends() -> Result<()> {
    let desktop = Desktop::start().await?;
    let mut terminal = desktop.command("xterm");
    terminal.args([
        "-geometry",
        "80x10+0+0",
        "-bg",
        "white",
        "-fg",
        "black",
        "-e",
        "sh",
    ]);
    let _terminal = Process::start(&mut terminal)?;
    paint(&desktop, RED)?;
    let entry = "[[display]]\nname = \"This screen\"\ntarget = \"this-screen\"\n";
    let desks = Desks::configure_in(desktop.home(), &[entry.to_owned()])?;
    let portholed = |words: &[&str]| {
        let mut command = desktop.command(program("portholed")?);
        command.args(words).arg("--config").arg(desks.config());
        Ok::<_, anyhow::Error>(command)
    };
    let running = Portholed::run(&mut portholed(&[])?).await?;

    let browser = Browser::start().await?;
    let page = browser.open(&running.link("This screen").await?).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    paint(&desktop, BLUE)?;
    page.shows(BLUE, IN_THE_OPEN).await?;
    page.types("touch proof").await?;
    let proof = desktop.home().path().join("proof");
    eventually("what was typed is done", async || Ok(proof.metadata()?)).await?;

    let listening = run(desktop
        .command("ss")
        .args(["--no-header", "--listening", "--tcp", "--processes"]))?;
    ensure!(
        !listening.contains("X0tigervnc"),
        "it listens on a port: {listening}"
    );
    let stopped = run(&mut portholed(&["stop", "This screen"])?)?;
    ensure!(stopped.starts_with("This screen: stopped"), "{stopped}");
    page.says("It was stopped").await?;
    // Only the sharing has ended.
    ensure!(
        desktop.screen()?.colour((900, 900))? == BLUE,
        "the screen itself has changed"
    );
    desks.nothing_is_left()
}
