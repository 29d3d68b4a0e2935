//! The desktop shell: a window, a tray icon, and the program behind them.

// What people read is written for them: no debug output in it.
#![cfg_attr(not(test), warn(clippy::use_debug))]

mod app;
mod desktop;
mod ipc;
mod language;
mod login;
#[cfg(test)]
mod manuals;
mod notifications;
mod platform;
mod screen;
mod thumbnails;
mod tray;
mod windows;

use std::{
    env,
    io::{self, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Shows per-user VNC displays, and serves them to browsers.
#[derive(Parser)]
#[command(name = "porthole", version)]
struct Arguments {
    /// The config file, in place of the one in the user's config folder
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Show the tray icon alone, until somebody asks for the window; as at login
    #[arg(long)]
    hidden: bool,

    /// What the package does before it is removed: stop desktops of this user's that no Porthole watches over
    #[arg(long, hide = true)]
    stop_left: bool,
}

fn main() -> ExitCode {
    choose_renderer();
    let arguments = Arguments::parse();
    log_to_stderr();
    porthole_core::allow_many_descriptors();
    porthole_core::speak(language::wanted().0);
    if arguments.stop_left {
        tauri::async_runtime::block_on(porthole_core::stop_left());
        return ExitCode::SUCCESS;
    }
    match screen::open().and_then(|()| app::run(arguments.config, arguments.hidden)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // When standard error is closed, too, nobody is left to be told.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            // Who started Porthole from a menu sees no standard error.
            if !io::stderr().is_terminal() {
                screen::tell(&error);
            }
            ExitCode::FAILURE
        }
    }
}

/// Our own crates only: what others write in a log, nobody knows, and links are secrets.
fn log_to_stderr() {
    let layer = tracing_subscriber::fmt::layer()
        .with_target(false)
        .with_writer(io::stderr);
    // Targets match by prefix: this is `porthole_gateway`, too.
    let ours = Targets::new().with_target("porthole", Level::INFO);
    tracing_subscriber::registry().with(layer).with(ours).init();
}

/// Keeps WebKitGTK from its DMA-BUF renderer, which without a GPU shows a remote desktop at a third of the frames for
/// five times the work. Whoever knows better sets the variable.
fn choose_renderer() {
    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if env::var_os(VARIABLE).is_none() {
        // SAFETY: this is the first thing that happens; there is no other thread that could read the environment.
        #[allow(unsafe_code)]
        unsafe {
            env::set_var(VARIABLE, "1");
        }
    }
}
