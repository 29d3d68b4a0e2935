//! What is set in the window is in the config file and in force, and the other way round; and what the doctor finds.

use anyhow::{Result, ensure};
use porthole_tests::{
    deadline::eventually, desktop::Desktop, home::Home, ports::free_port, process::Process,
    programs::program, screen::Screen, tray::Tray, window::Window,
};

const CONFIG: &str = "config/porthole/config.toml";
const LOGIN: &str = "config/autostart/porthole.desktop";

/// The window's ground by day and by night.
const LIGHT: &str = "rgb(238, 243, 246)";
const DARK: &str = "rgb(12, 22, 29)";

const BEGINNING: &str = "# My own words.
listen = \"127.0.0.1\" # nobody else
theme = \"light\" # by day

# What visitors get.
[links]
ends = \"30m\" # short

[[display]]
name = \"Demo\" # to try
target = \"demo\"

[[display]]
name = \"Alice\"
target = \"127.0.0.1:9\"
";

fn config(home: &Home) -> Result<String> {
    Ok(std::fs::read_to_string(home.path().join(CONFIG))?)
}

/// Waits until the config file says this.
async fn says(home: &Home, words: &str) -> Result<()> {
    eventually(&format!("the config says {words}"), async || {
        let text = config(home)?;
        ensure!(text.contains(words), "it says {text}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_set_in_the_window_is_written_with_all_comments_kept() -> Result<()> {
    let desktop = Desktop::start().await?;
    let home = desktop.home();
    home.write(CONFIG, BEGINNING)?;
    let window = Window::start(&desktop).await?;
    let main = window.main().await?;
    main.has_style("background-color", LIGHT).await?;
    main.click("Settings").await?;
    main.has_on("30 minutes", true).await?;

    for (words, written) in [
        ("Dark", "theme = \"dark\" # by day\n"),
        ("The browser", "open = \"browser\"\n"),
        ("View only", "[links]\nrights = \"view\"\n"),
        ("7 days", "ends = \"7d\" # short\n"),
        ("One visit only", "once = true\n"),
        ("Any network", "# My own words.\n# nobody else\ntheme"),
    ] {
        main.choose(words).await?;
        says(home, written).await?;
        main.has_on(words, true).await?;
    }
    main.has_style("background-color", DARK).await?;
    main.click("Encrypt links").await?;
    says(home, "encrypt = true\n").await?;
    main.has_on("Encrypt links", true).await?;
    main.choose("None").await?;
    says(home, "listen = \"127.0.0.1\"\n").await?;

    let text = config(home)?;
    let comments = |text: &str| -> Vec<String> {
        let comments = text.lines().filter_map(|line| line.split_once('#'));
        comments.map(|(_, comment)| comment.to_owned()).collect()
    };
    ensure!(comments(&text) == comments(BEGINNING), "{text}");

    main.click("Close").await?;
    // The first button goes to the browser now; the other one to a window, which is dark as well.
    main.click("Open in a window: Demo").await?;
    let viewer = window.viewer().await?;
    viewer.has_style("color-scheme", "dark").await?;
    viewer.has_style("--color-canvas", "#0c161d").await
}

#[tokio::test]
async fn what_is_changed_by_hand_is_seen_in_the_window() -> Result<()> {
    let desktop = Desktop::start().await?;
    let home = desktop.home();
    home.write(CONFIG, BEGINNING)?;
    let window = Window::start(&desktop).await?;
    let main = window.main().await?;
    main.click("Settings").await?;
    for words in ["Light", "A window", "View and control", "30 minutes", "None"] {
        main.has_on(words, true).await?;
    }
    let changed = BEGINNING
        .replace(
            "listen = \"127.0.0.1\"",
            "interface = \"eth7\"\nopen = \"browser\"",
        )
        .replace("\"light\"", "\"dark\"")
        .replace("\"30m\"", "\"never\"\nask = true");
    home.write(CONFIG, &changed)?;
    for words in ["Dark", "The browser", "Until I stop it", "Ask me first", "eth7"] {
        main.has_on(words, true).await?;
    }
    main.has_style("background-color", DARK).await?;

    home.write(CONFIG, "theme = \"pink\"\n")?;
    main.says("`pink` is not one of \"system\", \"light\", \"dark\"")
        .await?;
    // What is wrong is not written into.
    main.choose("Light").await?;
    main.has_on("Dark", true).await?;
    ensure!(config(home)? == "theme = \"pink\"\n");
    Ok(())
}

#[tokio::test]
async fn start_at_login_is_what_the_system_has() -> Result<()> {
    let desktop = Desktop::start().await?;
    let home = desktop.home();
    home.write(CONFIG, BEGINNING)?;
    let window = Window::start(&desktop).await?;
    let main = window.main().await?;
    main.click("Settings").await?;
    main.has_on("Start at login", false).await?;
    main.click("Start at login").await?;
    main.has_on("Start at login", true).await?;
    let entry = std::fs::read_to_string(home.path().join(LOGIN))?;
    let exec = format!("Exec=\"{}\" --hidden\n", program("porthole")?.display());
    ensure!(entry.contains(&exec), "{entry}");

    // Switched off in the desktop's own settings, as they do it.
    home.write(LOGIN, &entry.replace("enabled=true", "enabled=false"))?;
    main.has_on("Start at login", false).await?;
    main.click("Start at login").await?;
    main.has_on("Start at login", true).await?;
    main.click("Start at login").await?;
    main.has_on("Start at login", false).await?;
    ensure!(!home.path().join(LOGIN).exists(), "the entry is still there");
    Ok(())
}

#[tokio::test]
async fn started_at_login_it_shows_its_tray_alone_until_it_is_asked_for_more() -> Result<()> {
    let desktop = Desktop::start().await?;
    desktop.home().write(CONFIG, BEGINNING)?;
    let tray = Tray::start(&desktop).await?;
    let screen = desktop.screen()?;
    let porthole = program("porthole")?;
    let _porthole = Process::start(desktop.command(&porthole).arg("--hidden"))?;
    tray.has("Show window").await?;
    ensure!(screen.titles()?.is_empty(), "{:?}", screen.titles()?);

    // A display's window comes and goes, and the program stays.
    tray.click("Open Demo").await?;
    are_seen(&screen, &["Demo"]).await?;
    screen.close("Demo")?;
    are_seen(&screen, &[]).await?;
    tray.has("Show window").await?;

    // Logging in once more changes nothing; to start it by hand does.
    let mut again = desktop.command(&porthole);
    porthole_tests::process::run(again.arg("--hidden"))?;
    ensure!(screen.titles()?.is_empty(), "{:?}", screen.titles()?);
    porthole_tests::process::run(&mut desktop.command(&porthole))?;
    are_seen(&screen, &["Porthole"]).await
}

/// Waits until these windows are to be seen, and no others.
async fn are_seen(screen: &Screen, wanted: &[&str]) -> Result<()> {
    eventually(&format!("windows {wanted:?}"), async || {
        let titles = screen.titles()?;
        ensure!(titles == wanted, "to be seen: {titles:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_doctor_is_called_from_the_tray_and_tells_a_fault_with_its_cause() -> Result<()> {
    let desktop = Desktop::start().await?;
    let port = free_port()?;
    let broken = format!("[[display]]\nname = \"Broken\"\ntarget = \"127.0.0.1:{port}\"\n");
    desktop.home().write(CONFIG, &broken)?;
    let tray = Tray::start(&desktop).await?;
    let window = Window::start(&desktop).await?;
    let main = window.main().await?;
    main.says("Broken").await?;
    desktop.screen()?.close("Porthole")?;
    are_seen(&desktop.screen()?, &[]).await?;

    tray.click("Troubleshoot").await?;
    are_seen(&desktop.screen()?, &["Porthole"]).await?;
    let cause = format!("127.0.0.1:{port}: nothing is listening there.");
    main.says(&cause).await?;
    main.says("Start its VNC server").await?;

    // Mended meanwhile: it is gone when it is looked for again.
    desktop.home().write(CONFIG, BEGINNING)?;
    main.says("Demo").await?;
    main.click("Check everything again").await?;
    eventually("the fault is gone", async || {
        let text = main.text().await?;
        ensure!(!text.contains(&cause) && text.contains("checks passed"), "{text}");
        Ok(())
    })
    .await?;
    main.click("Close").await
}
