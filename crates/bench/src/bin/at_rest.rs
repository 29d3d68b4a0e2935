//! What the programs cost while nobody uses them: `npm run bench -- at-rest --minutes 10` runs it.
//!
//! `portholed`, the desktop program with its window, and the same hidden in the tray, all at the same time, each with a
//! display that can be reached and a home of its own.

use std::{io::Write, path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use porthole_bench::account::{Account, Cost};
use porthole_tests::{
    deadline::eventually, desktop::Desktop, home::Home, picture_server::PictureServer, pictures::Scene,
    process::Process, programs::program, tray::Tray,
};
use tokio::time::sleep;

/// How long after their start the programs may still be busy with it.
const SETTLING: Duration = Duration::from_secs(30);
/// The goals of `portholed`.
const MOST_MIB: f64 = 12.0;
const MOST_WAKE_UPS: f64 = 1.0;
/// How many threads are told of.
const SLEEPLESS: usize = 6;
const WINDOW: &str = "Porthole";

/// The desktop program on a desktop of its own.
struct OnDesktop {
    process: Process,
    desktop: Desktop,
    tray: Tray,
}

#[tokio::main]
async fn main() -> Result<()> {
    let minutes = std::env::args().nth(1).context("at_rest MINUTES")?;
    let minutes: f64 = minutes.parse().context("MINUTES is no number")?;
    let server = PictureServer::start(Scene::Still, PathBuf::new()).await?;
    let config = format!(
        "[[display]]\nname = \"Alice\"\ntarget = \"127.0.0.1:{}\"\n",
        server.port
    );

    let home = Home::new()?;
    home.write("config/porthole/config.toml", &config)?;
    let portholed = Process::start(&mut home.command(program("portholed")?))?;
    portholed
        .line("portholed listens", |line| {
            line.starts_with("Porthole listens").then_some(())
        })
        .await?;
    let shown = OnDesktop::start(&config).await?;
    let hidden = OnDesktop::start(&config).await?;
    hidden.hide().await?;
    sleep(SETTLING).await;

    let subjects = [
        ("portholed", &portholed),
        ("porthole, hidden", &hidden.process),
        ("porthole, its window shown", &shown.process),
    ];
    let accounts = || {
        let accounts = subjects
            .iter()
            .map(|(name, process)| Account::of(process.id()).context(*name));
        accounts.collect::<Result<Vec<_>>>()
    };
    let before = accounts()?;
    sleep(Duration::from_secs_f64(minutes * 60.0)).await;
    let after = accounts()?;
    let costs = after
        .iter()
        .zip(&before)
        .map(|(after, before)| after.since(before));
    let names = subjects.iter().map(|(name, _)| *name);
    print(minutes, &names.zip(costs).collect::<Vec<_>>())
}

impl OnDesktop {
    async fn start(config: &str) -> Result<Self> {
        let desktop = Desktop::start().await?;
        let tray = Tray::start(&desktop).await?;
        desktop.home().write("config/porthole/config.toml", config)?;
        let process = Process::start(&mut desktop.command(program("porthole")?))?;
        let started = Self {
            process,
            desktop,
            tray,
        };
        started.has_window(true).await?;
        started.tray.labels().await?;
        Ok(started)
    }

    /// Closes its window.
    async fn hide(&self) -> Result<()> {
        self.desktop.screen()?.close(WINDOW)?;
        self.has_window(false).await
    }

    async fn has_window(&self, wanted: bool) -> Result<()> {
        eventually("the window is to be seen or not", async || {
            let titles = self.desktop.screen()?.titles()?;
            let has = titles.iter().any(|title| title == WINDOW);
            ensure!(has == wanted, "to be seen: {titles:?}");
            Ok(())
        })
        .await
    }
}

fn print(minutes: f64, costs: &[(&str, Cost)]) -> Result<()> {
    let seconds = minutes * 60.0;
    let mib = |cost: &Cost| cost.memory as f64 / f64::from(1 << 20);
    let mut out = std::io::stdout().lock();
    writeln!(out, "At rest for {minutes} minutes\n")?;
    writeln!(
        out,
        "| | processes | CPU, s | wake-ups, /s | PSS, MiB |\n|---|---:|---:|---:|---:|"
    )?;
    for (name, cost) in costs {
        let (cpu, wake_ups) = (cost.cpu.as_secs_f64(), cost.wake_ups as f64 / seconds);
        let processes = cost.processes;
        writeln!(
            out,
            "| {name} | {processes} | {cpu:.2} | {wake_ups:.2} | {:.1} |",
            mib(cost)
        )?;
    }
    if let Some((name, cost)) = costs.first() {
        let kept = |kept| if kept { "reached" } else { "**not reached**" };
        let (mib, wake_ups) = (mib(cost), cost.wake_ups as f64 / seconds);
        writeln!(out, "\n| goal of {name} | | |\n|---|---:|---|")?;
        writeln!(
            out,
            "| PSS ≤ {MOST_MIB} MiB | {mib:.1} | {} |",
            kept(mib <= MOST_MIB)
        )?;
        let calm = kept(wake_ups < MOST_WAKE_UPS);
        writeln!(
            out,
            "| < {MOST_WAKE_UPS} wake-up a second | {wake_ups:.2} | {calm} |"
        )?;
    }
    writeln!(out, "\nWho was woken, times a second:\n")?;
    for (name, cost) in costs {
        let woken = cost
            .sleepless
            .iter()
            .take(SLEEPLESS)
            .filter(|(_, times)| *times > 0);
        let woken: Vec<_> = woken
            .map(|(thread, times)| format!("{thread} {:.2}", *times as f64 / seconds))
            .collect();
        writeln!(out, "- {name}: {}", woken.join(", "))?;
    }
    Ok(())
}
