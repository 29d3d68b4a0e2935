//! How long a visitor waits for the desktop: from the opening of a link to its first frame in Chromium, Porthole beside
//! what it replaces (websockify and noVNC behind NGINX). `npm run bench -- first-frame` runs it.
//!
//! Both show the same Xtigervnc. In each round every one gets a new browser and then a second visit, so that pages come
//! once over the wire and once from where the browser keeps them; rounds alternate, and the ratios of medians count.

use std::{io::Write, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use porthole_bench::figures::quantile;
use porthole_tests::{
    browser::Browser,
    deadline::eventually,
    home::Home,
    nginx::Nginx,
    people::Person,
    portholed::Portholed,
    ports::free_port,
    process::Process,
    vnc::{Colour, VncServer},
};

const BLUE: Colour = [30, 60, 200];
const TOKEN: &str = "U6F7msdQ";
const ROUNDS: usize = 7;

/// A stack of programs, and the link to open.
struct Stack {
    name: &'static str,
    link: String,
    /// In milliseconds: a first visit, and a second one.
    times: [Vec<f64>; 2],
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = "first_frame WEBSOCKIFY NOVNC_FOLDER: both are installed by `npm run bench -- first-frame`";
    let (websockify, novnc) = (args.next().context(usage)?, args.next().context(usage)?);
    ensure!(
        novnc.join("vnc.html").is_file(),
        "no noVNC in {}",
        novnc.display()
    );

    let alice = Person::alice()?;
    let desktop = VncServer::start(&alice, BLUE).await?;
    let home = Home::new()?;
    let tokens = home.write("tokens", &format!("{TOKEN}: 127.0.0.1:{}\n", desktop.port))?;
    let display = format!(
        "[[display]]\nname = \"Alice\"\ntarget = \"127.0.0.1:{}\"\n",
        desktop.port
    );
    home.write("config/porthole/config.toml", &display)?;

    let portholed = Portholed::start(&home, &[]).await?;
    let port = free_port()?;
    let mut command = Command::new(websockify);
    command.arg("--web").arg(&novnc).arg("--token-plugin=TokenFile");
    command.arg(format!("--token-source={}", tokens.display()));
    let _websockify = Process::start(command.arg(format!("127.0.0.1:{port}")))?;
    eventually("websockify listens", async || {
        Ok(tokio::net::TcpStream::connect(("127.0.0.1", port)).await?)
    })
    .await?;
    let nginx = Nginx::start(&format!("http://127.0.0.1:{port}")).await?;
    let novnc_link = format!(
        "{}/novnc/vnc.html?autoconnect=true&resize=scale&path=novnc/websockify?token={TOKEN}",
        nginx.url
    );
    let stack = |name, link| Stack {
        name,
        link,
        times: [Vec::new(), Vec::new()],
    };
    let mut stacks = [
        stack("Porthole", portholed.link("Alice").await?),
        stack("websockify + noVNC behind NGINX", novnc_link),
    ];
    for round in 0..ROUNDS {
        for Stack { name, link, times } in &mut stacks {
            let browser = Browser::start().await?;
            for times in times {
                browser.open("about:blank").await?;
                let page = browser.open(link).await?;
                let time = page.first_frame(BLUE).await;
                times.push(
                    time.with_context(|| format!("{name}, round {round}"))?
                        .as_secs_f64()
                        * 1e3,
                );
            }
        }
    }
    print(stacks)
}

fn print(stacks: [Stack; 2]) -> Result<()> {
    let [ours, theirs] = stacks.map(|stack| (stack.name, stack.times.map(median)));
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "From opening a link to its first frame in Chromium, median of {ROUNDS}\n"
    )?;
    writeln!(out, "| | first visit | second visit |\n|---|---:|---:|")?;
    for (name, [first, second]) in [ours, theirs] {
        writeln!(out, "| {name} | {first:.0} ms | {second:.0} ms |")?;
    }
    let [first, second] = [0, 1].map(|visit| ours.1[visit] / theirs.1[visit]);
    writeln!(out, "| ratio | {first:.2} | {second:.2} |")?;
    Ok(())
}

fn median(times: Vec<f64>) -> f64 {
    quantile(&times, 0.5).unwrap_or(f64::NAN)
}
