//! The packages in a clean Debian: installed, used, upgraded to the next version, removed and purged.
//! `npm run test:install` runs it, as root and with a view of the file system of its own, in which parts of this machine
//! are mounted in that Debian.
//!
//! Screen, session bus, VNC server and the browser that opens links are outside; what is under test is inside.

mod booted;
mod debian;
mod packages;
mod rpm;
mod seen;
mod service;
mod window;

use std::{env, io::Write, path::PathBuf, time::Instant};

use anyhow::{Context, Result};

use debian::Debian;
use packages::Packages;

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = env::args_os().skip(1).map(PathBuf::from).peekable();
    let is_there = args.next_if(|word| word == window::THERE).is_some();
    let mut next = || {
        args.next()
            .context("install PACKAGES NEXT_PACKAGES EMPTY_FOLDER: `npm run test:install` names them")
    };
    let (now, later, room) = (
        Packages::in_folder(next()?)?,
        Packages::in_folder(next()?)?,
        next()?,
    );
    if is_there {
        return window::use_it(&Debian::at(room), &later).await;
    }
    let begun = Instant::now();
    say("making a clean Debian");
    let clean = Debian::new(room.join("clean"))?;

    service::test(&clean.copy(room.join("service"))?, &now, &later).await?;
    let desktop = clean.copy(room.join("desktop"))?;
    desktop.furnish()?;
    window::test(&desktop, &now, &later)?;
    // With the libraries that are there now.
    rpm::test(&desktop, &now, &later).await?;
    say(&format!(
        "after {} s, 3 passed, 0 failed",
        begun.elapsed().as_secs()
    ));
    Ok(())
}

/// Tells what comes next.
fn say(text: &str) {
    // Whoever does not listen need not know.
    let _ = writeln!(std::io::stdout(), "{text}");
}
