//! Desktops that Porthole launches: other people's, with no door but the link.

use std::{
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

use anyhow::{Context, Result, ensure};
use porthole_tests::{
    browser::Browser,
    deadline::eventually,
    desks::{Desks, entry},
    lan,
    page::{IN_THE_OPEN, Page},
    people::{Person, as_root},
    process::run,
};

use crate::displays::{BLUE, RED};

/// Types a command on a page, and gives what it writes to a file in the person's home.
pub async fn writes(page: Page<'_>, command: &str, person: &Person, file: &str) -> Result<String> {
    let path = person.account_home()?.join(file);
    page.types(&format!("{command} >{file}.new; mv {file}.new {file}"))
        .await?;
    let read = async || run(as_root("cat").arg(&path));
    let written = eventually("what was typed is done", read).await;
    run(as_root("rm").arg("--force").arg(&path))?;
    written
}

/// A file name that no other test uses.
pub fn proof(desks: &Desks) -> String {
    let home = desks.home().path().file_name().unwrap_or_default();
    format!("{}-proof", home.to_string_lossy())
}

fn mode(path: &Path) -> Result<u32> {
    let data = path
        .symlink_metadata()
        .with_context(|| path.display().to_string())?;
    Ok(data.permissions().mode() & 0o777)
}

/// What listens on this network: TCP ports, or Unix sockets by their paths.
fn listeners(kind: &str) -> Result<Vec<String>> {
    let table = run(as_root("ss").args(["--no-header", "--listening", "--numeric", kind]))?;
    let local = table.lines().filter_map(|line| {
        let mut columns = line.split_whitespace();
        Some(columns.nth(if kind == "--unix" { 4 } else { 3 })?.to_owned())
    });
    Ok(local.collect())
}

#[tokio::test]
async fn two_desktops_have_no_door_but_the_link_and_leave_nothing() -> Result<()> {
    // Alone on a network: whatever listens there is ours.
    if !lan::is_here() {
        return lan::run_there("desks::two_desktops_have_no_door_but_the_link_and_leave_nothing");
    }
    let (alice, bob) = (Person::alice()?, Person::bob()?);
    let desks = Desks::configure(&[entry("Alice", &alice, RED), entry("Bob", &bob, BLUE)])?;
    let _portholed = desks.portholed().await?;
    let (ports, sockets) = (listeners("--tcp")?, listeners("--unix")?);
    ensure!(ports.len() == 1, "the program itself: {ports:?}");
    for display in ["Alice", "Bob"] {
        let started = desks.ask(&["start", display])?;
        ensure!(
            started.starts_with(&format!("{display}: running for ")),
            "{started}"
        );
    }
    ensure!(
        listeners("--tcp")? == ports,
        "new ports: {:?}",
        listeners("--tcp")?
    );

    let new = listeners("--unix")?;
    let new = new.iter().filter(|socket| !sockets.contains(socket));
    let (rfb, others): (Vec<_>, Vec<_>) = new.partition(|socket| socket.ends_with("/rfb.sock"));
    ensure!(rfb.len() == 2, "{rfb:?}");
    for socket in rfb.into_iter().map(Path::new) {
        let folder = socket.parent().context("a socket without a folder")?;
        let group = (socket.metadata()?.gid(), rustix::process::getegid().as_raw());
        ensure!(
            mode(socket)? == 0o600 || (mode(socket)? == 0o660 && group.0 == group.1),
            "{} is open to others",
            socket.display()
        );
        ensure!(mode(folder)? & 0o7 == 0, "others can enter {}", folder.display());
    }
    // X displays ask for a cookie, and the sessions' own buses for their user. What has no name has no door.
    let known = |socket: &&String| {
        socket.contains("/tmp/.X11-unix/X") || socket.contains("/tmp/dbus-") || *socket == "*"
    };
    ensure!(others.iter().all(known), "{others:?}");

    let desk = desks.desk("Alice")?;
    let socket = desk.join("rfb.sock");
    let sees = |person: &Person| run(person.command("test").arg("-S").arg(&socket));
    sees(&alice)?;
    ensure!(sees(&bob).is_err(), "Bob can reach Alice's socket");

    let x_display = desks.status("Alice")?["xDisplay"]
        .as_str()
        .context("no X display")?
        .to_owned();
    let key = format!("XAUTHORITY={}", desk.join("Xauthority").display());
    let opens = |person: &Person| {
        run(person
            .command("env")
            .args([&key, "xset", "-display", &x_display, "q"]))
    };
    opens(&alice)?;
    ensure!(opens(&bob).is_err(), "Bob can open Alice's X display");

    let stopped = desks.ask(&["stop-all"])?;
    ensure!(stopped == "Alice: stopped\nBob: stopped\n", "{stopped}");
    desks.nothing_is_left()
}

#[tokio::test]
async fn opening_a_link_starts_the_desktop_as_its_user_and_says_why_it_ends() -> Result<()> {
    let (alice, bob) = (Person::alice()?, Person::bob()?);
    let home = alice.account_home()?;
    let desks = Desks::configure(&[entry("Alice", &alice, RED), entry("Bob", &bob, BLUE)])?;
    let portholed = desks.portholed().await?;
    ensure!(desks.status("Alice")?["kind"] == "stopped", "it runs already");

    let browser = Browser::start().await?;
    let page = browser.open(&portholed.link("Alice").await?).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    ensure!(
        desks.status("Alice")?["user"] == alice.name(),
        "another's desktop"
    );
    ensure!(desks.status("Bob")?["kind"] == "stopped", "nobody has opened it");

    let told = writes(page, "(id -un; id -Gn; pwd; env)", &alice, &proof(&desks)).await?;
    let lines: Vec<_> = told.lines().collect();
    let home = home.display();
    ensure!(
        lines.starts_with(&[alice.name(), alice.name(), &home.to_string()]),
        "{told}"
    );
    for wanted in [format!("HOME={home}"), format!("USER={}", alice.name())] {
        ensure!(lines.contains(&wanted.as_str()), "{wanted} is missing: {told}");
    }
    let foreign = desks.home().path().display().to_string();
    ensure!(
        !told.contains(&foreign),
        "it has the program's environment: {told}"
    );

    let server = desks.member("Xtigervnc").await?;
    run(as_root("kill").args(["-KILL", &server.pid.to_string()]))?;
    page.says("The VNC server was killed").await?;
    eventually("nothing of it is left", async || {
        let ended = desks.status("Alice")?;
        ensure!(ended["kind"] == "ended", "{ended}");
        Ok(())
    })
    .await?;
    desks.nothing_is_left()
}

#[tokio::test]
async fn a_viewer_comes_back_to_a_desktop_that_is_started_again() -> Result<()> {
    let alice = Person::alice()?;
    let desks = Desks::configure(&[entry("Alice", &alice, RED)])?;
    let portholed = desks.portholed().await?;
    let browser = Browser::start().await?;
    let page = browser.open(&portholed.link("Alice").await?).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    let before = desks.member("xterm").await?;
    page.reconnects(async || desks.ask(&["restart", "Alice"])).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    ensure!(desks.member("xterm").await? != before, "it is the same desktop");
    writes(page, "id -un", &alice, &proof(&desks)).await?;
    desks.ask(&["stop-all"])?;
    desks.nothing_is_left()
}

#[tokio::test]
async fn a_desktop_outlives_the_program_and_its_viewer_comes_back() -> Result<()> {
    let alice = Person::alice()?;
    let desks = Desks::configure(&[entry("Alice", &alice, RED)])?;
    let portholed = desks.portholed().await?;
    let link = portholed.link("Alice").await?;
    let browser = Browser::start().await?;
    let page = browser.open(&link).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    let before = (
        desks.status("Alice")?["since"].clone(),
        desks.member("xterm").await?,
    );

    let again = async || {
        portholed.kill().await?;
        desks.portholed().await
    };
    let _again = page.reconnects(again).await?;
    page.shows(RED, IN_THE_OPEN).await?;
    let who = writes(page, "id -un", &alice, &proof(&desks)).await?;
    ensure!(who.trim_end() == alice.name(), "{who}");
    let after = (
        desks.status("Alice")?["since"].clone(),
        desks.member("xterm").await?,
    );
    ensure!(before == after, "not the same: {before:?} {after:?}");

    let stopped = desks.ask(&["stop", "Alice"])?;
    ensure!(stopped.starts_with("Alice: stopped"), "{stopped}");
    page.says("It was stopped").await?;
    desks.nothing_is_left()
}
