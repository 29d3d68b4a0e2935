//! How it looks and feels in a browser: how often the picture changes, and how soon after a key, through Porthole, through
//! websockify, and with nothing in between. `npm run bench -- viewing` runs it.
//!
//! All show the same VNC server, which knows nothing but pictures, so that what is measured is the way there. Rounds go
//! from one to the next, each in a browser of its own; trust the ratios.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use porthole_bench::figures::{Figure, Figures, median};
use porthole_tests::{
    browser::Browser, deadline::eventually, home::Home, page::IN_THE_OPEN, picture_server::PictureServer,
    pictures::Scene, portholed::Portholed, ports::free_port, process::Process, vnc::Colour,
};
use tokio::net::TcpStream;

const ROUNDS: usize = 5;
/// How long pictures are counted.
const SPELL: Duration = Duration::from_secs(2);
const KEYS: usize = 200;
const WHITE: Colour = [255, 255, 255];

const OURS: &str = "Porthole";
const DIRECT: &str = "nothing in between";
const SAME_PAGE: &str = "websockify, Porthole's page";
const NOVNC: &str = "websockify and its noVNC";

const FILM: &str = "3 MiB pictures: updates, /s";
const FILM_FRAMES: &str = "3 MiB pictures: frames, /s";
const PATCH: &str = "64 KiB pictures: updates, /s";
const KEY: &str = "key to picture, ms";

const FIGURES: [Figure; 5] = [
    median(FILM),
    median(FILM_FRAMES),
    median(PATCH),
    Figure {
        name: "key to picture: p50, ms",
        ..median(KEY)
    },
    Figure {
        name: "key to picture: p99, ms",
        samples: KEY,
        part: 0.99,
    },
];

/// A scene, and its server.
struct Shown {
    scene: Scene,
    /// As config and token file call it.
    name: &'static str,
    server: PictureServer,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = "viewing WEBSOCKIFY NOVNC_FOLDER JSON_FILE: `npm run bench -- viewing` has them all";
    let mut next = || args.next().context(usage);
    let (websockify, novnc, json) = (next()?, next()?, next()?);
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../novnc-vendor/dist");
    for folder in [&novnc, &pages] {
        ensure!(
            folder.join("vnc.html").is_file(),
            "no noVNC in {}",
            folder.display()
        );
    }
    let mut shown = Vec::new();
    for (scene, name) in [
        (Scene::Film, "film"),
        (Scene::Patch, "patch"),
        (Scene::Still, "still"),
    ] {
        let server = PictureServer::start(scene, pages.clone()).await?;
        shown.push(Shown { scene, name, server });
    }

    let home = Home::new()?;
    home.write(
        "config/porthole/config.toml",
        &lines(&shown, |name, port| {
            format!("[[display]]\nname = \"{name}\"\ntarget = \"127.0.0.1:{port}\"\n")
        }),
    )?;
    let tokens = home.write(
        "tokens",
        &lines(&shown, |name, port| format!("{name}: 127.0.0.1:{port}\n")),
    )?;
    let portholed = Portholed::start(&home, &[]).await?;
    let (_same, same_page) = start_websockify(&websockify, &pages, &tokens).await?;
    let (_novnc, novnc) = start_websockify(&websockify, &novnc, &tokens).await?;

    let subjects = [OURS, DIRECT, SAME_PAGE, NOVNC];
    let mut figures = Figures::new(&subjects);
    for round in 0..ROUNDS {
        for turn in 0..subjects.len() {
            // Whoever comes first finds the machine as the last one left it: each is first in its turn.
            let subject = subjects[(round + turn) % subjects.len()];
            writeln!(std::io::stderr(), "round {} of {ROUNDS}: {subject}", round + 1)?;
            let browser = Browser::start().await?;
            for Shown { scene, name, server } in &shown {
                let link = match subject {
                    OURS => portholed.link(name).await?,
                    DIRECT => format!("{}/vnc.html", server.url),
                    SAME_PAGE => format!("{same_page}/vnc.html?path=websockify?token={name}"),
                    _ => {
                        format!("{novnc}/vnc.html?autoconnect=true&resize=scale&path=websockify?token={name}")
                    }
                };
                let watched = watch(&browser, &link, *scene).await;
                for (samples, values) in watched.with_context(|| format!("{subject}, {name}"))? {
                    figures.add(samples, subject, values);
                }
            }
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "In Chromium, medians of {ROUNDS} rounds, {} keys each;",
        KEYS
    )?;
    writeln!(out, "in brackets Porthole's figure divided by the other's\n")?;
    write!(out, "{}", figures.table(&FIGURES))?;
    figures.write(&FIGURES, &json)
}

/// Opens a link and measures what that scene is there for.
async fn watch(browser: &Browser, link: &str, scene: Scene) -> Result<Vec<(&'static str, Vec<f64>)>> {
    browser.open("about:blank").await?;
    let page = browser.open(link).await?;
    page.shows(WHITE, IN_THE_OPEN).await?;
    Ok(match scene {
        Scene::Film => {
            let rate = page.rate(SPELL).await?;
            vec![(FILM, vec![rate.updates]), (FILM_FRAMES, vec![rate.frames])]
        }
        Scene::Patch => vec![(PATCH, vec![page.rate(SPELL).await?.updates])],
        Scene::Still => vec![(KEY, page.key_to_picture(KEYS).await?)],
    })
}

fn lines(shown: &[Shown], line: impl Fn(&str, u16) -> String) -> String {
    shown
        .iter()
        .map(|shown| line(shown.name, shown.server.port))
        .collect()
}

/// websockify with the pages of that folder, and where it listens.
async fn start_websockify(program: &Path, pages: &Path, tokens: &Path) -> Result<(Process, String)> {
    let address = format!("127.0.0.1:{}", free_port()?);
    let mut command = Command::new(program);
    command.arg("--web").arg(pages).arg("--token-plugin=TokenFile");
    command
        .arg(format!("--token-source={}", tokens.display()))
        .arg(&address);
    let process = Process::start(&mut command)?;
    eventually("websockify listens", async || {
        Ok(TcpStream::connect(&address).await?)
    })
    .await?;
    Ok((process, format!("http://{address}")))
}
