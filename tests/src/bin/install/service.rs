//! The package of the program for machines without a screen, in a Debian that has been booted: both of its services.

use anyhow::{Context, Result, ensure};
use porthole_tests::{
    browser::Browser, deadline::eventually, people::Person, ports::free_port, vnc::VncServer,
};

use crate::{
    booted::Booted,
    debian::Debian,
    packages::Packages,
    say,
    seen::{self, BLUE, run_on, shows_blue, tells_what_it_keeps},
};

const SYSTEM_UNIT: &str = "/usr/lib/systemd/system/portholed.service";
const USER_UNIT: &str = "/usr/lib/systemd/user/portholed.service";
const SYSTEM_CONFIG: &str = "/etc/porthole/config.toml";
const USER_CONFIG: &str = "/home/alice/.config/porthole/config.toml";
const PASSWORD: &str = "seeblue";

/// Installs, uses both services, upgrades, removes and purges.
pub async fn test(debian: &Debian, now: &Packages, later: &Packages) -> Result<()> {
    say("portholed: booting");
    let booted = Booted::start(debian).await?;
    let browser = Browser::start().await?;
    say("portholed: installing, with what it depends on and recommends");
    booted.apt(&["install", &debian.take(&now.deb("portholed")?)?])?;
    needs_no_graphics(&booted)?;
    units_are_sound(&booted)?;

    say("portholed: the machine's service");
    let person = Person::alice()?;
    let server = VncServer::start_with_password(&person, BLUE, PASSWORD).await?;
    let config = format!(
        "listen = \"127.0.0.1\"\nport = {}\n[[display]]\nname = \"Alice\"\ntarget = \"127.0.0.1:{}\"\npassword_file = \"alice.pw\"\n",
        free_port()?,
        server.port
    );
    booted.write(SYSTEM_CONFIG, &config)?;
    booted.write("/etc/porthole/alice.pw", PASSWORD)?;
    booted.run(&["chgrp", "portholed", "/etc/porthole/alice.pw"])?;
    booted.run(&["chmod", "640", "/etc/porthole/alice.pw"])?;
    booted.run(&["systemctl", "enable", "--now", "portholed"])?;
    let link = system_link(&booted).await?;
    shows_blue(&browser, &link).await?;
    keeps_links_out_of_the_journal(&booted, &link)?;

    say("portholed: a user's service");
    booted.apt(&["install", "x11-xserver-utils"])?;
    booted.run(&["useradd", "--create-home", "alice"])?;
    let users_config = seen::config();
    booted.write(USER_CONFIG, &users_config)?;
    booted.run(&["chown", "--recursive", "alice:alice", "/home/alice"])?;
    booted.run(&["loginctl", "enable-linger", "alice"])?;
    eventually("alice's services run", async || {
        users_service(&booted, "enable").map(drop)
    })
    .await?;
    users_service(&booted, "start")?;
    let desk = users_link(&booted).await?;
    shows_blue(&browser, &desk).await?;
    let desktop = booted.inhabitants("Xtigervnc")?;

    say("portholed: a stop leaves desktops, the next start finds them");
    users_service(&booted, "stop")?;
    run_on(&desktop, &booted.inhabitants("Xtigervnc")?)?;
    users_service(&booted, "start")?;
    shows_blue(&browser, &users_link(&booted).await?).await?;
    ensure!(
        booted.inhabitants("Xtigervnc")? == desktop,
        "another desktop was started"
    );

    say("portholed: upgrading");
    let service = booted.property("portholed", "MainPID")?;
    let before = booted.inhabitants("portholed")?;
    booted.apt(&["install", &debian.take(&later.deb("portholed")?)?])?;
    let renewed = booted.property("portholed", "MainPID")?;
    ensure!(
        !["0", &service].contains(&renewed.as_str()),
        "the machine's service runs no new version: {service}, then {renewed}"
    );
    // Of the two, the machine's own.
    let after = booted.inhabitants("portholed")?;
    let kept = before.iter().filter(|process| after.contains(process)).count();
    ensure!(
        (before.len(), after.len(), kept) == (2, 2, 1),
        "{before:?}, then {after:?}"
    );
    run_on(&desktop, &booted.inhabitants("Xtigervnc")?)?;
    booted.has_kept(SYSTEM_CONFIG, &config)?;
    booted.has_kept(USER_CONFIG, &users_config)?;
    // Links made before the upgrade.
    shows_blue(&browser, &link).await?;
    shows_blue(&browser, &desk).await?;

    say("portholed: removing and purging");
    tells_what_it_keeps(&booted.apt(&["remove", "portholed"])?)?;
    for name in ["portholed", "Xtigervnc", "sleep"] {
        let left = booted.inhabitants(name)?;
        ensure!(left.is_empty(), "a removal leaves {left:?}");
    }
    ensure!(
        booted.has("/var/lib/porthole"),
        "only a purge removes what the service has noted"
    );
    let said = booted.apt(&["purge", "portholed"])?;
    ensure!(said.contains("portholed: kept /etc/porthole"), "{said}");
    ensure!(
        !booted.has("/var/lib/porthole"),
        "a purge leaves /var/lib/porthole"
    );
    booted.has_kept(SYSTEM_CONFIG, &config)?;
    booted.has_kept(USER_CONFIG, &users_config)
}

fn needs_no_graphics(booted: &Booted<'_>) -> Result<()> {
    let all = booted.run(&["dpkg-query", "--show", "--showformat", "${Package}\n"])?;
    let graphics = |name: &&str| name.contains("gtk") || name.contains("webkit");
    let found: Vec<_> = all.lines().filter(graphics).collect();
    ensure!(found.is_empty(), "portholed brings {found:?}");
    Ok(())
}

/// As systemd itself judges them. How exposed the machine's service is goes from 0 to 10.
fn units_are_sound(booted: &Booted<'_>) -> Result<()> {
    booted.run(&["systemd-analyze", "--man=no", "verify", SYSTEM_UNIT])?;
    // It asks for such a folder, whosever it is.
    let as_user = ["env", "XDG_RUNTIME_DIR=/run", "systemd-analyze", "--user"];
    booted.run(&[&as_user[..], &["--man=no", "verify", USER_UNIT]].concat())?;
    let look = ["systemd-analyze", "--no-pager", "security", "--offline=true"];
    let judgement = booted.run(&[&look[..], &["--threshold=20", SYSTEM_UNIT]].concat())?;
    let verdict = judgement.trim().lines().last().context("no verdict")?;
    say(&format!("portholed: {}", verdict.trim_start_matches('→').trim()));
    Ok(())
}

/// A link to what the machine's service shows, as its unit says how.
async fn system_link(booted: &Booted<'_>) -> Result<String> {
    eventually("the machine's service makes a link", async || {
        let words = ["portholed", "--config", SYSTEM_CONFIG, "link", "Alice"];
        booted.run_as("portholed", &words).with_context(|| {
            booted
                .run(&["journalctl", "--unit", "portholed"])
                .unwrap_or_default()
        })
    })
    .await
}

async fn users_link(booted: &Booted<'_>) -> Result<String> {
    eventually("the user's service makes a link", async || {
        booted.run_as("alice", &["portholed", "link", "Desk"])
    })
    .await
}

fn users_service(booted: &Booted<'_>, verb: &str) -> Result<String> {
    booted.run_as("alice", &["systemctl", "--user", verb, "portholed"])
}

fn keeps_links_out_of_the_journal(booted: &Booted<'_>, link: &str) -> Result<()> {
    let journal = booted.run(&["journalctl", "--unit", "portholed"])?;
    let (_, token) = link.trim().split_once('#').context("a link without a token")?;
    ensure!(
        !journal.contains(token) && !journal.contains("/v#"),
        "a link is in the journal"
    );
    Ok(())
}
