//! The headless shell: the same gateway without a window, by its own config or by websockify's command line.

// What people read is written for them: no debug output in it.
#![cfg_attr(not(test), warn(clippy::use_debug))]
// clap shows these comments as they are.
#![allow(rustdoc::bare_urls, reason = "help texts")]

mod abbreviations;
mod args;
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

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, anyhow};
use porthole_core::{
    Language, Porthole, StartError,
    config::{Arguments, Served},
};

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
        // The log of what serves is in English, whatever this terminal's language is.
        porthole_core::speak(Language::of_environment(|name| std::env::var(name).ok()));
        return command.run(args.config, args.instance);
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
    let (porthole, links) = match work {
        Work::Config(place) => {
            let porthole = Porthole::start(place).await?;
            let links = porthole.new_links().await?;
            (porthole, links)
        }
        Work::Websockify(stand_in) => {
            let arguments = stand_in.arguments().await?;
            warn(&arguments);
            let porthole = Porthole::start_with(arguments).await.map_err(explain)?;
            (porthole, Vec::new())
        }
    };
    process.ready(porthole.scheme(), &porthole.addresses(), &links)?;
    let reload = porthole.reload();
    let stopped = process.until_stopped(async || reload.now().await);
    porthole.run_until(stopped).await;
    Ok(())
}

/// What whoever typed the command line may not have meant.
fn warn(arguments: &Arguments) {
    if let Served::Target(target) = &arguments.served {
        tracing::warn!("no token protects {target}: whoever reaches this port reaches it, too");
    }
    if arguments.index {
        tracing::warn!("whoever reaches this port sees all links at `/`");
    }
}

/// What to do about an address that cannot be listened on.
fn explain(error: StartError) -> anyhow::Error {
    let StartError::Listen(listen) = &error else {
        return error.into();
    };
    let hint = match listen.kind() {
        io::ErrorKind::AddrInUse => "another program listens there; `ss -ltnp` tells which",
        io::ErrorKind::PermissionDenied => "ports below 1024 are for root",
        io::ErrorKind::AddrNotAvailable => "this computer does not have that address",
        _ => return error.into(),
    };
    anyhow!("{error}\n  hint: {hint}")
}
