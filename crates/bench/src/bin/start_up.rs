//! How soon the programs are there: `npm run bench -- start-up` runs it.
//!
//! From the start of the process until it can be connected to, has printed its link, shows its window, and has painted
//! something there. Each round starts every program in a new home, and then a second time in the same one.

use std::{
    io::Write,
    net::TcpStream,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use porthole_bench::figures::{Figures, median};
use porthole_tests::{
    deadline::{PATIENCE, eventually},
    desktop::Desktop,
    home::Home,
    ports::free_port,
    process::Process,
    programs::program,
    screen::Screen,
    tray::Tray,
};
use tokio::time::sleep;

const ROUNDS: usize = 10;

const PORTHOLED: &str = "portholed";
const WEBSOCKIFY: &str = "websockify";
const PORTHOLE: &str = "porthole";

/// Of a first and of a second start.
const LISTENS: [&str; 2] = ["first start: listens, ms", "second start: listens, ms"];
const LINK: [&str; 2] = ["first start: link printed, ms", "second start: link printed, ms"];
const WINDOW: [&str; 2] = ["first start: window, ms", "second start: window, ms"];
const PAINTED: [&str; 2] = ["first start: painted, ms", "second start: painted, ms"];
const CALLED_BACK: &str = "started while hidden in the tray: window, ms";

/// A window with a text in it has more, since the edges of letters are shaded. An empty one has two.
const COLOURS: usize = 16;
const TITLE: &str = "Porthole";
/// No server is needed to start.
const DISPLAY: &str = "[[display]]\nname = \"Alice\"\ntarget = \"127.0.0.1:1\"\n";
const CONFIG: &str = "config/porthole/config.toml";

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = "start_up WEBSOCKIFY JSON_FILE: `npm run bench -- start-up` has both";
    let (websockify, json) = (args.next().context(usage)?, args.next().context(usage)?);
    // A command in a home of its own is run from there.
    let websockify = std::path::absolute(websockify)?;
    let mut figures = Figures::new(&[PORTHOLED, WEBSOCKIFY, PORTHOLE]);
    for round in 1..=ROUNDS {
        writeln!(std::io::stderr(), "round {round} of {ROUNDS}")?;
        start_portholed(&mut figures).await.context(PORTHOLED)?;
        start_websockify(&mut figures, &websockify)
            .await
            .context(WEBSOCKIFY)?;
        start_porthole(&mut figures).await.context(PORTHOLE)?;
    }
    let rows = [LISTENS, LINK, WINDOW, PAINTED]
        .concat()
        .into_iter()
        .chain([CALLED_BACK]);
    let rows: Vec<_> = rows.map(median).collect();
    let mut out = std::io::stdout().lock();
    writeln!(out, "From the start of the process, medians of {ROUNDS} rounds;")?;
    writeln!(out, "in brackets portholed's time divided by the other's\n")?;
    write!(out, "{}", figures.table(&rows))?;
    figures.write(&rows, &json)
}

async fn start_portholed(figures: &mut Figures) -> Result<()> {
    let (home, port) = (Home::new()?, free_port()?);
    home.write(CONFIG, &format!("port = {port}\n{DISPLAY}"))?;
    for start in 0..2 {
        let began = Instant::now();
        let process = Process::start(&mut home.command(program("portholed")?))?;
        figures.add(LISTENS[start], PORTHOLED, [listens(began, port).await?]);
        let printed = passed(began, "it prints a link", || {
            Ok(process.output()?.contains("/v#"))
        })
        .await?;
        figures.add(LINK[start], PORTHOLED, [printed]);
    }
    Ok(())
}

async fn start_websockify(figures: &mut Figures, websockify: &Path) -> Result<()> {
    let (home, port) = (Home::new()?, free_port()?);
    let tokens = home.write("tokens", "alice: 127.0.0.1:1\n")?;
    for listens_in in LISTENS {
        let mut command = home.command(websockify);
        command.args([
            "--token-plugin=TokenFile",
            &format!("--token-source={}", tokens.display()),
        ]);
        let began = Instant::now();
        let _process = Process::start(command.arg(format!("127.0.0.1:{port}")))?;
        figures.add(listens_in, WEBSOCKIFY, [listens(began, port).await?]);
    }
    Ok(())
}

async fn start_porthole(figures: &mut Figures) -> Result<()> {
    let desktop = Desktop::start().await?;
    let (screen, tray) = (desktop.screen()?, Tray::start(&desktop).await?);
    desktop.home().write(CONFIG, DISPLAY)?;
    for start in 0..2 {
        let began = Instant::now();
        let mut process = Process::start(&mut desktop.command(program("porthole")?))?;
        figures.add(WINDOW[start], PORTHOLE, [window(began, &screen).await?]);
        let painted = passed(began, "it paints", || Ok(screen.colours()? >= COLOURS)).await?;
        figures.add(PAINTED[start], PORTHOLE, [painted]);
        if start == 0 {
            tray.click("Quit").await?;
            process.exit().await?;
            continue;
        }
        tray.labels().await?;
        screen.close(TITLE)?;
        eventually("the window is hidden", async || {
            ensure!(!has_window(&screen)?, "it is not");
            Ok(())
        })
        .await?;
        let began = Instant::now();
        let _second = Process::start(&mut desktop.command(program("porthole")?))?;
        figures.add(CALLED_BACK, PORTHOLE, [window(began, &screen).await?]);
    }
    Ok(())
}

async fn listens(began: Instant, port: u16) -> Result<f64> {
    passed(began, "it listens", || {
        Ok(TcpStream::connect(("127.0.0.1", port)).is_ok())
    })
    .await
}

async fn window(began: Instant, screen: &Screen) -> Result<f64> {
    passed(began, "its window", || has_window(screen)).await
}

fn has_window(screen: &Screen) -> Result<bool> {
    Ok(screen.titles()?.iter().any(|title| title == TITLE))
}

/// How many milliseconds passed until that was so, to one.
async fn passed(began: Instant, what: &str, is_so: impl Fn() -> Result<bool>) -> Result<f64> {
    while !is_so()? {
        ensure!(began.elapsed() < PATIENCE, "{what}: not in time");
        sleep(Duration::from_millis(1)).await;
    }
    Ok(began.elapsed().as_secs_f64() * 1e3)
}
