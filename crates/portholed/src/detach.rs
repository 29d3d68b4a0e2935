//! Running in the background.
//!
//! The process that was called starts itself anew and waits until that child listens, so that whatever goes wrong
//! before is told to the caller, on its terminal and by the exit code. The child says that it is ready by [`READY`] on
//! its standard output; all that it prints before is passed on.

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    process::{ExitCode, Stdio},
};

use anyhow::Context;
use porthole_launcher::child_command;

use crate::log::Log;

/// The byte that ends the child's messages to the caller. No text holds it.
const READY: u8 = 0;

/// What the called process does: starts the child, and returns once it listens or has failed.
pub fn start_in_background() -> anyhow::Result<ExitCode> {
    let program = env::current_exe().context("cannot find the program to run in the background")?;
    let folder = env::current_dir().context("cannot find the folder that it is called in")?;
    let mut child = child_command(program)
        .arg("--detached")
        .args(env::args_os().skip(1))
        // It is this very call that goes on, with its relative paths.
        .env_clear()
        .envs(env::vars_os())
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .context("cannot start the process in the background")?;
    let output = child
        .stdout
        .take()
        .context("the process in the background has no output")?;
    if pass_on(output)? {
        // Whoever called may not listen.
        let _ = writeln!(
            io::stdout(),
            "It runs in the background as process {}",
            child.id()
        );
        return Ok(ExitCode::SUCCESS);
    }
    let status = child.wait()?;
    // Its own message went to our standard error.
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .filter(|code| *code > 0);
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Whether the child became ready.
fn pass_on(output: impl Read) -> io::Result<bool> {
    let mut messages = Vec::new();
    BufReader::new(output).read_until(READY, &mut messages)?;
    let ready = messages.pop_if(|last| *last == READY).is_some();
    let _ = io::stdout().write_all(&messages);
    Ok(ready)
}

/// What the child does once it listens: leaves the caller's session, folder and terminal, and then lets it go.
pub fn leave_the_caller(log: &Log) -> anyhow::Result<()> {
    rustix::process::setsid().context("cannot leave the terminal's session")?;
    env::set_current_dir("/").context("cannot change to /")?;
    let caller = rustix::io::dup(rustix::stdio::stdout()).context("cannot reach the caller")?;
    log.take_stdio().context("cannot leave the terminal")?;
    // If the caller is gone, nobody waits.
    let _ = std::fs::File::from(caller).write_all(&[READY]);
    Ok(())
}
