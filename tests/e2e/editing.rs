//! *Edit config* on a computer where no program is for `.toml` files.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
};

use anyhow::{Result, ensure};
use porthole_tests::{deadline::eventually, desktop::Desktop, home::Home, programs::program, window::Window};

const CONFIG: &str = "config/porthole/config.toml";

/// All that a desktop may have to open a file with.
const LAUNCHERS: [&str; 6] = [
    "xdg-open",
    "gio",
    "gnome-open",
    "kde-open6",
    "kde-open5",
    "kde-open",
];

fn script(home: &Home, name: &str, body: &str) -> Result<PathBuf> {
    let file = home.write(name, &format!("#!/bin/sh\n{body}\n"))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    Ok(file)
}

/// Porthole on a desktop whose launchers know no program for anything, as xdg-open says it by status 3; each notes that
/// it was asked, and takes a second over it. `environment` is further words for the shell.
fn porthole(home: &Home, environment: &str) -> Result<PathBuf> {
    for name in LAUNCHERS {
        let body = "echo \"${0##*/} $*\" >> \"$HOME/asked\"\nsleep 1\nexit 3";
        script(home, &format!("bin/{name}"), body)?;
    }
    let porthole = program("porthole")?;
    let body = format!(
        "export PATH=\"$HOME/bin:$PATH\" {environment}\nexec '{}' \"$@\"",
        porthole.display()
    );
    script(home, "porthole", &body)
}

/// All that the system has for its programs, but for the programs: what GTK needs of it to begin at all is there.
fn data_without_programs(home: &Home) -> Result<PathBuf> {
    let data = home.path().join("share");
    fs::create_dir(&data)?;
    for entry in fs::read_dir("/usr/share")? {
        let entry = entry?;
        if entry.file_name() != "applications" {
            symlink(entry.path(), data.join(entry.file_name()))?;
        }
    }
    Ok(data)
}

async fn edit_config(window: &Window) -> Result<()> {
    let main = window.main().await?;
    main.click("Settings").await?;
    main.click("Edit config").await
}

/// Every launcher was asked for the config file before anything else was tried.
fn all_were_asked(home: &Home) -> Result<()> {
    let asked = fs::read_to_string(home.path().join("asked"))?;
    for name in LAUNCHERS {
        let line = asked.lines().find(|line| line.starts_with(&format!("{name} ")));
        ensure!(line.is_some_and(|line| line.ends_with(CONFIG)), "{name}: {asked}");
    }
    Ok(())
}

#[tokio::test]
async fn the_program_for_plain_text_opens_it() -> Result<()> {
    let desktop = Desktop::start().await?;
    let home = desktop.home();
    let config = home.write(CONFIG, "[[display]]\nname = \"Demo\"\ntarget = \"demo\"\n")?;
    let body = "printf '%s\\n' \"$@\" > \"$HOME/opened.new\"\nmv \"$HOME/opened.new\" \"$HOME/opened\"";
    let editor = script(home, "bin/an editor", body)?;
    let entry = format!(
        "[Desktop Entry]\nType=Application\nName=Editor\nExec=\"{}\" %f\nMimeType=text/plain;\n",
        editor.display()
    );
    home.write("data/applications/editor.desktop", &entry)?;
    home.write(
        "config/mimeapps.list",
        "[Default Applications]\ntext/plain=editor.desktop\n",
    )?;
    let window = Window::start_from(&desktop, &porthole(home, "")?, &[]).await?;
    edit_config(&window).await?;
    let opened = eventually("the editor opens it", async || {
        Ok(fs::read_to_string(home.path().join("opened"))?)
    })
    .await?;
    ensure!(
        opened == format!("{}\n", config.display()),
        "it opened {opened:?}"
    );
    all_were_asked(home)?;
    let text = window.main().await?.text().await?;
    ensure!(!text.contains("No program"), "{text}");
    Ok(())
}

#[tokio::test]
async fn where_there_is_none_that_is_said_with_the_place_of_the_file() -> Result<()> {
    let desktop = Desktop::start().await?;
    let home = desktop.home();
    let config = home.write(CONFIG, "[[display]]\nname = \"Demo\"\ntarget = \"demo\"\n")?;
    let data = data_without_programs(home)?;
    let porthole = porthole(home, &format!("XDG_DATA_DIRS='{}'", data.display()))?;
    let window = Window::start_from(&desktop, &porthole, &[]).await?;
    edit_config(&window).await?;
    let main = window.main().await?;
    main.says("No program on this computer opens .toml files").await?;
    main.says(&config.display().to_string()).await?;
    let text = main.text().await?;
    ensure!(!text.contains("ExitStatus") && !text.contains("status"), "{text}");
    all_were_asked(home)
}
