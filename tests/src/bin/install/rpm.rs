//! The packages for systems with RPM. Such a system is not to be had everywhere, so RPM itself installs them into a
//! Debian that has the libraries: files, scripts and programs are those that such a system would have.

use std::path::Path;

use anyhow::{Result, ensure};
use porthole_tests::{
    browser::Browser, desktop::Desktop, home::Home, portholed::Portholed, process::run, window::Window,
};

use crate::{
    debian::Debian,
    packages::Packages,
    say,
    seen::{config, run_on, shows_blue, tells_what_it_keeps},
    window::copied_link,
};

/// Installs both, uses them, upgrades and removes them.
pub async fn test(debian: &Debian, now: &Packages, later: &Packages) -> Result<()> {
    debian.apt(&["install", "rpm"])?;
    for (program, graphics) in [("porthole", true), ("portholed", false)] {
        needs(debian, &now.rpm(program)?, graphics)?;
    }
    let browser = Browser::start().await?;

    say("portholed, by RPM: installing, upgrading and removing");
    rpm(debian, "--install", &now.rpm("portholed")?)?;
    let home = Home::new()?;
    home.write("config/porthole/config.toml", &config())?;
    let portholed = Portholed::run(&mut home.command(debian.gate(&home, "portholed")?)).await?;
    let link = portholed.link("Desk").await?;
    shows_blue(&browser, &link).await?;
    let before = debian.inhabitants()?;
    rpm(debian, "--upgrade", &later.rpm("portholed")?)?;
    run_on(&before, &debian.inhabitants()?)?;
    shows_blue(&browser, &link).await?;
    erase(debian, "portholed")?;

    say("porthole, by RPM: installing, upgrading and removing");
    rpm(debian, "--install", &now.rpm("porthole")?)?;
    let desktop = Desktop::start().await?;
    desktop.home().write("config/porthole/config.toml", &config())?;
    let gate = debian.gate(desktop.home(), "porthole")?;
    let window = Window::start_from(&desktop, &gate, &[]).await?;
    let link = copied_link(&desktop, &window, "Copy link to Desk", "127.0.0.1").await?;
    shows_blue(&browser, &link).await?;
    let before = debian.inhabitants()?;
    rpm(debian, "--upgrade", &later.rpm("porthole")?)?;
    run_on(&before, &debian.inhabitants()?)?;
    erase(debian, "porthole")
}

/// What a package requires must be what libraries are called, and be enough: a window's program needs WebKit.
fn needs(debian: &Debian, package: &Path, graphics: bool) -> Result<()> {
    let inside = debian.take(package)?;
    let required = run(debian
        .command("rpm")
        .args(["--query", "--requires", "--package", &inside]))?;
    let known = run(debian.command("ldconfig").arg("-p"))?;
    for library in required.lines().filter(|need| need.starts_with("lib")) {
        let name = library.split('(').next().unwrap_or_default();
        ensure!(known.contains(&format!("\t{name} ")), "no system has {library}");
    }
    ensure!(
        required.contains("libc.so.6(GLIBC_"),
        "any libc would do: {required}"
    );
    let webkit = required.contains("libwebkit2gtk-4.1.so.0()(64bit)");
    ensure!(webkit == graphics, "{inside} requires {required}");
    Ok(())
}

fn rpm(debian: &Debian, verb: &str, package: &Path) -> Result<()> {
    let inside = debian.take(package)?;
    let mut command = debian.command("rpm");
    // Debian's packages are none that RPM knows of.
    run(command.args([verb, "--nodeps", "--force-debian", &inside])).map(drop)
}

/// Removes a package, which must leave neither a process nor a file.
fn erase(debian: &Debian, package: &str) -> Result<()> {
    let files = run(debian.command("rpm").args(["--query", "--list", package]))?;
    let mut command = debian.command("rpm");
    tells_what_it_keeps(&run(command.args([
        "--erase",
        "--nodeps",
        "--force-debian",
        package,
    ]))?)?;
    let left = debian.inhabitants()?;
    ensure!(left.is_empty(), "a removal leaves {left:?}");
    for file in files.lines() {
        let path = debian.path().join(file.trim_start_matches('/'));
        ensure!(path.symlink_metadata().is_err(), "a removal leaves {file}");
    }
    Ok(())
}
