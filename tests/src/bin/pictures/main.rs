//! The pictures of the documents: `npm run pictures` runs it. What is seen is the program as it is, on a machine of its
//! own: its window, and its page in Chromium, before desktops of real VNC servers.

mod scene;

use std::{
    env,
    ffi::OsString,
    fs,
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use porthole_tests::{
    browser::Browser,
    cable::{self, ADDRESS},
    deadline::eventually,
    desktop::Desktop,
    page::Place,
    phone::Phone,
    process::run,
    programs::program,
    window::Window,
};

use crate::scene::Scene;

/// In KiB: what is committed again and again has to be small.
const LARGEST: u64 = 150;

const NAMES: [&str; 3] = ["Alice", "Bob", "Build server"];

/// In the terminal on Alice's desktop.
const IN_THE_LETTER: Place = (0.3, 0.5);

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    let folder = args
        .first()
        .context("pictures FOLDER: `npm run pictures` names it")?;
    let album = Album {
        folder: folder.into(),
    };
    if !cable::is_here() {
        return cable::run_this_there(&args);
    }
    let house = House::open().await?;
    first_run(&album).await?;
    house.in_the_window(&album).await?;
    house.in_a_browser(&album).await?;
    house.on_a_phone(&album).await
}

/// A window that lists three desktops.
struct House {
    desktop: Desktop,
    window: Window,
    _scenes: [Scene; 3],
}

impl House {
    async fn open() -> Result<Self> {
        let desktop = Desktop::start_scaled(2).await?;
        let home = desktop.home();
        let scenes = [
            Scene::letter(home).await?,
            Scene::charts(home).await?,
            Scene::build(home).await?,
        ];
        let entries = NAMES.iter().zip(&scenes).map(|(name, scene)| {
            let port = scene.port;
            format!("[[display]]\nname = \"{name}\"\ntarget = \"127.0.0.1:{port}\"\n")
        });
        let config = format!("port = 6080\n{}", entries.collect::<String>());
        home.write("config/porthole/config.toml", &config)?;
        let window = Window::start(&desktop).await?;
        Ok(Self {
            desktop,
            window,
            _scenes: scenes,
        })
    }

    /// A new link to Alice's desktop.
    fn link(&self, terms: &[&str]) -> Result<String> {
        let mut command = self.desktop.command(program("portholed")?);
        command.args(["link", "Alice", "--address", &ADDRESS.to_string()]);
        let made = run(command.args(terms))?;
        Ok(made.lines().next().context("no link")?.to_owned())
    }

    /// The list while two look at a desktop, and the panel of a link.
    async fn in_the_window(&self, album: &Album) -> Result<()> {
        let visitors = Browser::start().await?;
        for terms in [&["--for", "4h"][..], &["--view", "--for", "7d"]] {
            visitors.open_beside(&self.link(terms)?).await?;
        }
        let main = self.window.main().await?;
        main.says("2 viewers connected").await?;
        for name in NAMES {
            main.has(&format!("Live thumbnail of {name}")).await?;
        }
        album.take("window", async || main_window(&self.desktop)).await?;

        main.click("Share Alice…").await?;
        main.click("Copy link").await?;
        main.has("The link to Alice as a QR code").await?;
        main.says("Reachable").await?;
        album.take("share", async || main_window(&self.desktop)).await
    }

    async fn in_a_browser(&self, album: &Album) -> Result<()> {
        let visitor = Browser::start().await?;
        let page = visitor.open(&self.link(&[])?).await?;
        page.click("Show the controls").await?;
        album.take("viewer", async || page.picture().await).await
    }

    async fn on_a_phone(&self, album: &Album) -> Result<()> {
        let phone = Phone::start().await?;
        phone.open(&self.link(&[])?).await?;
        phone.show_keyboard().await?;
        // The rest is under the keyboard.
        phone.turn((360, 420)).await?;
        phone.touch(&[IN_THE_LETTER]).await?;
        album.take("phone", async || phone.page().picture().await).await
    }
}

/// What is seen by somebody who has just installed it, on a machine where others have desktops.
async fn first_run(album: &Album) -> Result<()> {
    let desktop = Desktop::start_scaled(2).await?;
    let window = Window::start(&desktop).await?;
    window.main().await?.says("Porthole").await?;
    album.take("first-run", async || main_window(&desktop)).await
}

/// The main window as it is on its screen. Its driver, asked for a picture, waits until something changes.
fn main_window(desktop: &Desktop) -> Result<Vec<u8>> {
    let window = desktop.screen()?.window("Porthole")?.to_string();
    let file = desktop.home().path().join("seen.png");
    run(desktop.command("import").args(["-window", &window]).arg(&file))?;
    Ok(fs::read(file)?)
}

/// The folder of the pictures.
struct Album {
    folder: PathBuf,
}

impl Album {
    /// Keeps a picture, once `look` sees the same twice.
    async fn take(&self, name: &str, mut look: impl AsyncFnMut() -> Result<Vec<u8>>) -> Result<()> {
        let mut before = Vec::new();
        let picture = eventually(&format!("{name} stands still"), async || {
            let now = look().await?;
            let same = now == before;
            before.clone_from(&now);
            ensure!(same, "it changes");
            Ok(now)
        })
        .await?;
        let file = self.folder.join(name).with_extension("png");
        fs::write(&file, &picture).with_context(|| format!("writing {}", file.display()))?;
        shrink(&file)?;
        let size = file.metadata()?.len() / 1024;
        // Whoever does not listen need not know.
        let _ = writeln!(stdout(), "{}: {size} KiB", file.display());
        ensure!(size <= LARGEST, "{} has {size} KiB", file.display());
        Ok(())
    }
}

/// Leaves the colours that are needed, and nothing that says when and where it was taken.
fn shrink(picture: &Path) -> Result<()> {
    let palette = ["-strip", "-dither", "None", "-colors", "256"];
    let smallest = [
        "-define",
        "png:compression-level=9",
        "-define",
        "png:exclude-chunks=date,time",
    ];
    let mut smaller = OsString::from("PNG8:");
    smaller.push(picture);
    run(Command::new("convert")
        .arg(picture)
        .args(palette)
        .args(smallest)
        .arg(smaller))
    .map(drop)
}
