//! Subcommands: what is asked of a Porthole that runs, and how its answer is printed.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::Subcommand;
use porthole::{
    ConfigPlace, LaunchView,
    control::{Answer, AskError, DisplayStatus, Request, Status, ask},
};

use crate::doctor;

/// The exit code when there is nobody to be asked, as service managers have it.
const NOT_RUNNING: u8 = 3;

/// What is asked of the Porthole that runs.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Tell how the displays fare
    Status {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Start a display, and wait until viewers can connect
    Start {
        /// The display's name in the config file
        name: String,
    },
    /// Stop a display with all that runs in it
    Stop {
        /// The display's name
        name: String,
    },
    /// Stop a display, and start it again
    Restart {
        /// The display's name in the config file
        name: String,
    },
    /// Stop all displays that were launched
    StopAll,
    /// Look for faults in all that links stand on, and say what to do; nothing is changed
    Doctor {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
        /// A token file of websockify's to look at besides, or a folder of such files
        #[arg(long, value_name = "FILE")]
        token_source: Option<PathBuf>,
    },
}

impl Command {
    /// Asks, prints the answer, and says how this process is to end: 0 when it was done, 1 when it could not be, 3 when
    /// no Porthole runs.
    pub fn run(self, place: &ConfigPlace) -> anyhow::Result<ExitCode> {
        let (request, json) = match self {
            Self::Status { json } => (Request::Status, json),
            Self::Start { name } => (Request::Start { display: name }, false),
            Self::Stop { name } => (Request::Stop { display: name }, false),
            Self::Restart { name } => (Request::Restart { display: name }, false),
            Self::StopAll => (Request::StopAll, false),
            Self::Doctor { json, token_source } => return doctor::run(place, token_source, json),
        };
        let answer = match ask(place, &request) {
            Err(error @ AskError::NotRunning { .. }) => {
                let _ = writeln!(io::stderr(), "error: {error}");
                return Ok(NOT_RUNNING.into());
            }
            answer => answer?,
        };
        let text = match answer {
            Answer::Status(status) if json => serde_json::to_string_pretty(&status)? + "\n",
            Answer::Status(status) => table(&status, SystemTime::now()),
            Answer::Display(display) => format!("{}: {}\n", display.name, state(&display, SystemTime::now())),
            Answer::Stopped { displays } if displays.is_empty() => "No display was running\n".into(),
            Answer::Stopped { displays } => {
                displays.iter().map(|name| format!("{name}: stopped\n")).collect()
            }
            Answer::Failed { reason, log } => {
                let _ = writeln!(io::stderr(), "error: {reason}");
                for line in log {
                    let _ = writeln!(io::stderr(), "  {line}");
                }
                return Ok(ExitCode::FAILURE);
            }
        };
        // The caller may not listen.
        let _ = io::stdout().write_all(text.as_bytes());
        Ok(ExitCode::SUCCESS)
    }
}

fn table(status: &Status, now: SystemTime) -> String {
    let mut text = format!(
        "Porthole {} listens on {} (process {})\n",
        status.version, status.address, status.process
    );
    let names = status.displays.iter().map(|display| display.name.chars().count());
    let width = names.max().unwrap_or_default();
    for display in &status.displays {
        let viewers = match display.viewers {
            0 => String::new(),
            1 => ", 1 viewer".into(),
            more => format!(", {more} viewers"),
        };
        let state = state(display, now);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:width$}  {state}{viewers}", display.name);
    }
    text
}

fn state(display: &DisplayStatus, now: SystemTime) -> String {
    match &display.launch {
        None => display.target.clone(),
        Some(LaunchView::Stopped) => "stopped".into(),
        Some(LaunchView::Starting { step }) => format!("starting ({step})"),
        Some(LaunchView::Running {
            since,
            memory,
            user,
            x_display,
        }) => {
            let memory = memory.map(|bytes| format!(", {} MB", bytes.div_ceil(1_000_000)));
            let (memory, ran) = (memory.unwrap_or_default(), age(*since, now));
            format!("running for {ran} as {user} on {x_display}{memory}")
        }
        Some(LaunchView::Stopping) => "stopping".into(),
        Some(LaunchView::Ended { reason, at, .. }) => format!("ended {} ago: {reason}", age(*at, now)),
        Some(LaunchView::Unavailable { reason, fix }) => format!("cannot be started: {reason} {fix}"),
    }
}

/// How long ago that was, in the two units that matter.
fn age(milliseconds: u64, now: SystemTime) -> String {
    let then = UNIX_EPOCH + Duration::from_millis(milliseconds);
    // A clock that was set back counts from now.
    let seconds = now.duration_since(then).unwrap_or_default().as_secs();
    match (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3599, "59 min"),
            (3660, "1 h 1 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(age(0, UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
        assert_eq!(age(5000, UNIX_EPOCH), "0 s");
    }

    #[test]
    fn what_is_printed() {
        let display = |name: &str, launch, viewers| DisplayStatus {
            name: name.into(),
            target: "127.0.0.1:5901".into(),
            launch,
            viewers,
        };
        let running = LaunchView::Running {
            since: 0,
            memory: Some(41_200_000),
            user: "alice".into(),
            x_display: ":3".into(),
        };
        let ended = LaunchView::Ended {
            reason: "The VNC server ended.".into(),
            log: vec!["a line".into()],
            at: 0,
        };
        let status = Status {
            version: "1.2.3".into(),
            process: 7,
            address: "http://127.0.0.1:6080".into(),
            config_file: "/config.toml".into(),
            displays: vec![
                display("Alice", Some(running), 2),
                display("Ümit", Some(ended), 0),
                display("Office", None, 1),
            ],
        };
        let expected = "Porthole 1.2.3 listens on http://127.0.0.1:6080 (process 7)
Alice   running for 2 min as alice on :3, 42 MB, 2 viewers
Ümit    ended 2 min ago: The VNC server ended.
Office  127.0.0.1:5901, 1 viewer
";
        assert_eq!(table(&status, UNIX_EPOCH + Duration::from_secs(120)), expected);
    }
}
