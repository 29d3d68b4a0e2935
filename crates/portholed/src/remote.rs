//! Subcommands: what is asked of a Porthole that runs, and how its answer is printed.

mod ages;
mod confirm;
mod sharing;
mod status;
mod whom;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::SystemTime,
};

use clap::{Args, Subcommand};
use porthole_core::control::{Answer, AskError, Instance, Request, ask};

use crate::{doctor, listen::Listen};
use whom::{Chosen, NoneRuns, choose};

/// The exit code when there is nobody to be asked, as service managers have it.
const NOT_RUNNING: u8 = 3;

/// What is asked of the Porthole that runs.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Tell how the displays fare, and whether each can be opened
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
    /// Stop a display with all that runs in it; at a terminal, after a question
    Stop {
        /// The display's name
        name: String,
        #[command(flatten)]
        question: Question,
    },
    /// Stop a display, and start it again; at a terminal, after a question
    Restart {
        /// The display's name in the config file
        name: String,
        #[command(flatten)]
        question: Question,
    },
    /// Stop all displays that were launched; at a terminal, after a question
    StopAll {
        #[command(flatten)]
        question: Question,
    },
    /// Make a link to a display, and print it
    Link(sharing::Link),
    /// List the links that work, and those of displays that have left the config
    Links {
        /// Only those of this display
        name: Option<String>,
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// End a link, or all links of a display, and the sessions that they opened
    Revoke {
        /// The link's number, as `links` lists it
        #[arg(required_unless_present = "all")]
        id: Option<u64>,
        /// End all links of this display
        #[arg(long, value_name = "NAME", conflicts_with = "id")]
        all: Option<String>,
    },
    /// List who is connected
    Sessions {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// End a session
    Disconnect {
        /// The session's number, as `sessions` lists it
        id: u64,
    },
    /// Change what the viewer of a session may do
    Rights {
        /// The session's number, as `sessions` lists it
        id: u64,
        /// What the viewer may do from now on
        rights: sharing::Rights,
    },
    /// List the visitors who wait to be let in
    Visitors {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Answer a visitor who waits
    Answer {
        /// The visitor's number, as `visitors` lists it
        id: u64,
        /// Whether to let the visitor in
        answer: sharing::Verdict,
    },
    /// List who came and went in the last 30 days
    History {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Find what keeps links from working and say what to do; changes nothing
    Doctor {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
        /// A websockify token file, or a folder of such files, to check, with its targets
        #[arg(long, value_name = "FILE")]
        token_source: Option<PathBuf>,
    },
}

/// Whether a person is asked before something is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args)]
pub struct Question {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

impl Command {
    /// Asks, prints the answer, and says how this process is to end: 0 when it was done, 1 when it could not be, 3 when
    /// no Porthole runs. `config` and `instance` say which Porthole is meant.
    pub fn run(self, config: Option<PathBuf>, instance: Option<Listen>) -> anyhow::Result<ExitCode> {
        let chosen = match choose(&self, config, instance) {
            Err(error) if error.is::<NoneRuns>() => return Ok(not_running(&error)),
            chosen => chosen?,
        };
        if let Self::Doctor { json, token_source } = self {
            return doctor::run(chosen.into_one()?, token_source, json);
        }
        let sure = self.is_sure();
        let (request, json) = self.request();
        let several = match chosen {
            Chosen::Several(all) if request == Request::Status && !json => all,
            chosen => vec![chosen.into_one()?],
        };
        let mut code = ExitCode::SUCCESS;
        for (at, instance) in several.iter().enumerate() {
            if at > 0 {
                let _ = writeln!(io::stdout());
            }
            code = put(instance, &request, sure, json)?;
        }
        Ok(code)
    }

    /// Whether nobody needs to be asked: nothing can be lost, or the person said so.
    fn is_sure(&self) -> bool {
        match self {
            Self::Stop { question, .. } | Self::Restart { question, .. } | Self::StopAll { question } => {
                question.yes
            }
            _ => true,
        }
    }

    /// What to ask, and whether the answer is for programs.
    fn request(self) -> (Request, bool) {
        let request = match self {
            Self::Status { json } => return (Request::Status, json),
            Self::Sessions { json } => return (Request::Sessions, json),
            Self::Visitors { json } => return (Request::Visitors, json),
            Self::History { json } => return (Request::History, json),
            Self::Links { name, json } => {
                return (
                    Request::Links {
                        display: name,
                        page: None,
                    },
                    json,
                );
            }
            Self::Link(link) => {
                let json = link.json;
                return (Request::Link(link.into()), json);
            }
            Self::Start { name } => Request::Start { display: name },
            Self::Stop { name, .. } => Request::Stop { display: name },
            Self::Restart { name, .. } => Request::Restart { display: name },
            Self::StopAll { .. } => Request::StopAll,
            Self::Revoke { all: Some(name), .. } => Request::RevokeAll { display: name },
            // Without a name there is a number, or the command line would not have been understood.
            Self::Revoke { id, .. } => Request::Revoke {
                link: id.unwrap_or_default(),
            },
            Self::Disconnect { id } => Request::Disconnect { session: id },
            Self::Rights { id, rights } => Request::Rights {
                session: id,
                rights: rights.into(),
            },
            Self::Answer { id, answer } => Request::Answer {
                visitor: id,
                rights: answer.rights(),
            },
            // It begins with that; `run` sees to the rest.
            Self::Doctor { json, .. } => return (Request::Status, json),
        };
        (request, false)
    }
}

/// Asks one Porthole, and prints its answer.
fn put(instance: &Instance, request: &Request, sure: bool, json: bool) -> anyhow::Result<ExitCode> {
    if !sure && !confirm::goes_on(instance, request) {
        let _ = writeln!(io::stderr(), "Nothing was stopped.");
        return Ok(ExitCode::FAILURE);
    }
    let answer = match ask(instance, request) {
        Err(error @ (AskError::NotRunning { .. } | AskError::Gone { .. })) => return Ok(not_running(&error)),
        answer => answer?,
    };
    if let Answer::Failed { reason, log } = answer {
        let _ = writeln!(io::stderr(), "error: {reason}");
        for line in log {
            let _ = writeln!(io::stderr(), "  {line}");
        }
        return Ok(ExitCode::FAILURE);
    }
    if let Answer::Link(link) = &answer {
        for warning in &link.warnings {
            let _ = writeln!(io::stderr(), "warning: {warning}");
        }
        if let Some(fingerprint) = &link.fingerprint {
            let _ = writeln!(
                io::stderr(),
                "browsers will warn; the certificate is {fingerprint}"
            );
        }
    }
    let text = if json { as_json(&answer)? } else { as_text(&answer) };
    // The caller may not listen.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}

fn not_running(error: &dyn std::fmt::Display) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {error}");
    NOT_RUNNING.into()
}

/// What was asked for, without the envelope.
fn as_json(answer: &Answer) -> serde_json::Result<String> {
    use serde_json::to_string_pretty as json;
    let text = match answer {
        Answer::Status(status) => json(status),
        Answer::Link(link) => json(link),
        Answer::Links { links, .. } => json(links),
        Answer::Sessions { sessions } => json(sessions),
        Answer::Visitors { visitors } => json(visitors),
        Answer::History { visits } => json(visits),
        other => json(other),
    };
    Ok(text? + "\n")
}

fn as_text(answer: &Answer) -> String {
    let now = SystemTime::now();
    match answer {
        Answer::Status(status) => status::table(status, now),
        Answer::Display(display) => format!("{}: {}\n", display.name, status::state(display, now)),
        Answer::Stopped { displays } if displays.is_empty() => "No display was running\n".into(),
        Answer::Stopped { displays } => displays.iter().map(|name| format!("{name}: stopped\n")).collect(),
        Answer::Link(link) => sharing::new_link(link),
        Answer::Links { links, .. } => sharing::links(links, now),
        Answer::Sessions { sessions } => sharing::sessions(sessions, now),
        Answer::Visitors { visitors } => sharing::visitors(visitors, now),
        Answer::History { visits } => sharing::history(visits, now),
        Answer::Done { done } => format!("{done}\n"),
        Answer::Failed { reason, .. } => format!("{reason}\n"),
    }
}
