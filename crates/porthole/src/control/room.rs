//! What the control socket can see and do.

use std::{collections::HashMap, sync::Arc};

use porthole_gateway::Sessions;

use super::{Answer, DisplayStatus, Request, Status};
use crate::{Desks, LaunchView, desks::FORGOTTEN, links::Links};

/// What the control socket can see and do.
pub(crate) struct Room {
    pub links: Arc<Links>,
    pub desks: Desks,
    pub sessions: Sessions,
    pub address: String,
    pub config_file: String,
}

impl Room {
    /// Does what is asked, and waits until it is done.
    pub async fn answer(&self, request: Request) -> Answer {
        let (display, done) = match request {
            Request::Status => return Answer::Status(self.status().await),
            Request::StopAll => {
                let displays = self.desks.stop_all().await;
                return Answer::Stopped { displays };
            }
            Request::Start { display } | Request::Stop { display } | Request::Restart { display }
                if self.desks.view(&display).is_none() =>
            {
                return self.unknown(&display);
            }
            Request::Start { display } => {
                let started = self.desks.start(&display).await;
                (display, started.map(drop))
            }
            Request::Stop { display } => {
                let stopped = self.desks.stop(&display).await;
                (display, stopped)
            }
            Request::Restart { display } => {
                let started = self.desks.restart(&display).await;
                (display, started.map(drop))
            }
        };
        match done {
            Ok(()) => Answer::Display(self.display(display, &self.viewers())),
            Err(reason) => Answer::Failed {
                reason,
                log: match self.desks.view(&display) {
                    Some(LaunchView::Ended { log, .. }) => log,
                    _ => Vec::new(),
                },
            },
        }
    }

    async fn status(&self) -> Status {
        self.desks.look().await;
        let (memory, viewers) = (self.desks.memory().await, self.viewers());
        let config = self.links.config();
        let known = config.displays.iter().map(|display| display.name.clone());
        let displays = known.chain(self.desks.forgotten()).map(|name| {
            let mut display = self.display(name, &viewers);
            if let Some(LaunchView::Running { memory: taken, .. }) = &mut display.launch {
                *taken = memory.get(&display.name).copied();
            }
            display
        });
        Status {
            version: env!("CARGO_PKG_VERSION").into(),
            process: std::process::id(),
            address: self.address.clone(),
            config_file: self.config_file.clone(),
            displays: displays.collect(),
        }
    }

    fn display(&self, name: String, viewers: &HashMap<String, usize>) -> DisplayStatus {
        let config = self.links.config();
        let target = config.display(&name).map(|display| display.place.to_string());
        DisplayStatus {
            target: target.unwrap_or_else(|| FORGOTTEN.into()),
            launch: self.desks.view(&name),
            viewers: viewers.get(&name).copied().unwrap_or_default(),
            name,
        }
    }

    fn viewers(&self) -> HashMap<String, usize> {
        let mut viewers = HashMap::new();
        for session in self.sessions.list() {
            *viewers.entry(session.display).or_default() += 1;
        }
        viewers
    }

    fn unknown(&self, display: &str) -> Answer {
        let reason = match self.links.config().display(display) {
            Some(_) => {
                format!("{display} is not launched by Porthole: it has a target, which runs by itself.")
            }
            None => format!("There is no display called {display}; `portholed status` lists them."),
        };
        Answer::Failed {
            reason,
            log: Vec::new(),
        }
    }
}
