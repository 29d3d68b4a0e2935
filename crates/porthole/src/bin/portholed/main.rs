//! The headless shell: the same gateway without a window, by its own config or by websockify's command line.

mod args;
mod detach;
mod foreign_options;
mod listen;
mod log;
mod plan;
mod signals;
mod websockify;

use std::{
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;

use args::Args;
use plan::{Plan, Work};
use signals::Signals;

fn main() -> ExitCode {
    let args = Args::read();
    match run(args) {
        Ok(code) => code,
        Err(error) => {
            // Nothing is left to be told when standard error is closed, too.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> anyhow::Result<ExitCode> {
    if args.daemon && !args.detached {
        return detach::start_in_background();
    }
    let plan = Plan::of(args)?;
    let log = log::start(plan.verbosity, plan.log_file.as_deref())?;
    allow_many_sockets();
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let served = runtime.block_on(serve(plan, log));
    // A thread that waits for a name server or a stale network disk holds nobody up.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(plan: Plan, log: log::Log) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let serving = match plan.work {
        Work::Websockify(settings) => websockify::start(settings).await?,
    };
    announce(serving.addresses());
    if plan.detached {
        detach::leave_the_caller(&log)?;
    }
    while signals.next().await == signals::Request::Reload {
        log.reopen(plan.detached);
        serving.reload().await;
    }
    tracing::info!("stopping");
    serving.stop().await;
    Ok(())
}

/// Says where a browser finds us. The words are what scripts wait for.
fn announce(addresses: &[SocketAddr]) {
    let urls: Vec<_> = addresses
        .iter()
        .map(|address| format!("http://{address}"))
        .collect();
    let everywhere = addresses.iter().any(|address| address.ip().is_unspecified());
    let note = if everywhere {
        " (all addresses of this machine)"
    } else {
        ""
    };
    // Whoever started us may not listen.
    let _ = writeln!(io::stdout(), "Porthole listens on {}{note}", urls.join(" and "));
}

/// Two sockets for each viewer soon exceed the 1,024 descriptors that a process usually begins with.
fn allow_many_sockets() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    ) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}
