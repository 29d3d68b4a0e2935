//! The log.

mod destination;

use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use arc_swap::ArcSwap;
use tracing::Level;
use tracing_subscriber::{filter::Targets, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt};

/// Where the log goes, for whoever has to open it anew.
#[derive(Clone)]
pub struct Log(Option<Arc<LogFile>>);

struct LogFile {
    path: PathBuf,
    file: ArcSwap<File>,
}

/// Starts to log, to standard error unless there is a file.
pub fn start(verbosity: u8, path: Option<&Path>) -> anyhow::Result<Log> {
    let layer = tracing_subscriber::fmt::layer().with_target(false);
    let registry = tracing_subscriber::registry().with(what(verbosity));
    let Some(path) = path else {
        let layer = layer
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal());
        registry.with(layer).init();
        return Ok(Log(None));
    };
    let file =
        destination::open(path).with_context(|| format!("cannot write the log file {}", path.display()))?;
    let log = Arc::new(LogFile {
        path: path.to_owned(),
        file: ArcSwap::from_pointee(file),
    });
    registry
        .with(layer.with_writer(Writer(Arc::clone(&log))).with_ansi(false))
        .init();
    Ok(Log(Some(log)))
}

/// Our own crates only, at any level: a library may log the requests that it reads, and those hold tokens.
fn what(verbosity: u8) -> Targets {
    let level = match verbosity {
        0 => Level::INFO,
        1 => Level::DEBUG,
        _ => Level::TRACE,
    };
    // Targets match by prefix: these are `portholed`, `porthole_gateway` and `porthole_rfb`, too.
    Targets::new().with_target("porthole", level)
}

impl Log {
    /// Opens the file anew, after somebody renamed it. `stdio`: standard output and error follow it.
    pub fn reopen(&self, stdio: bool) {
        let Some(log) = &self.0 else { return };
        let reopened = destination::open(&log.path).and_then(|file| {
            log.file.store(Arc::new(file));
            if stdio { self.take_stdio() } else { Ok(()) }
        });
        if let Err(error) = reopened {
            tracing::warn!(%error, "cannot open {} anew", log.path.display());
        }
    }

    /// Points standard output and error at the log file, or at nothing, so that no terminal is held.
    pub fn take_stdio(&self) -> io::Result<()> {
        let file = match &self.0 {
            Some(log) => log.file.load_full(),
            None => Arc::new(OpenOptions::new().write(true).open("/dev/null")?),
        };
        rustix::stdio::dup2_stderr(&*file)?;
        rustix::stdio::dup2_stdout(&*file)?;
        Ok(())
    }
}

struct Writer(Arc<LogFile>);

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Arc<File>;

    fn make_writer(&'a self) -> Arc<File> {
        self.0.file.load_full()
    }
}
