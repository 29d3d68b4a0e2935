//! The headless shell: the same gateway without a window, by its own config or by websockify's command line.

// What people read is written for them: no debug output in it.
#![cfg_attr(not(test), warn(clippy::use_debug))]
// clap shows these comments as they are.
#![allow(rustdoc::bare_urls, reason = "help texts")]

mod abbreviations;
mod args;
mod certificate;
mod detach;
mod doctor;
mod foreign_options;
mod listen;
mod log;
#[cfg(test)]
mod manuals;
mod masked;
mod plan;
mod process;
mod remote;
mod signals;
mod websockify;

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use porthole_core::{ConfigPlace, Porthole};

use args::Args;
use plan::{Plan, Work};
use process::Process;
use signals::Signals;

fn main() -> ExitCode {
    match run(Args::read()) {
        Ok(code) => code,
        Err(error) => {
            // When standard error is closed, too, nobody is left to be told.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> anyhow::Result<ExitCode> {
    if let Some(command) = args.command {
        return command.run(&ConfigPlace::find(args.config)?);
    }
    if args.stop_left {
        let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
        runtime.block_on(porthole_core::stop_left());
        return Ok(ExitCode::SUCCESS);
    }
    if args.daemon && !args.detached {
        return detach::start_in_background();
    }
    let Plan {
        work,
        verbosity,
        log_file,
        detached,
    } = Plan::of(args)?;
    let log = log::start(verbosity, log_file.as_deref())?;
    porthole_core::allow_many_descriptors();
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let served = runtime.block_on(async {
        let process = Process {
            signals: Signals::listen()?,
            log,
            detached,
        };
        serve(work, process).await
    });
    // A thread that waits for a name server or a stale network disk holds nobody up.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(work: Work, mut process: Process) -> anyhow::Result<()> {
    match work {
        Work::Config(place) => {
            let porthole = Porthole::start(place).await?;
            process.ready("http", &porthole.addresses(), &porthole.new_links().await?)?;
            // The config file is followed without being asked.
            porthole.run_until(process.until_stopped(async || {})).await;
        }
        Work::Websockify(settings) => {
            let stand_in = websockify::start(settings).await?;
            process.ready(stand_in.scheme(), &stand_in.addresses(), &[])?;
            tokio::select! {
                () = process.until_stopped(async || stand_in.reload().await) => {}
                () = stand_in.follow() => {}
            }
            stand_in.stop().await;
        }
    }
    Ok(())
}
