//! What is asked over the control socket, and the answers.

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{sync::Semaphore, time::timeout};

use super::{
    Answer, ArgumentsStatus, Availability, DisplayStatus, Request, Status, TargetStatus, TokenFileStatus,
    sharing::failed,
};
use crate::{
    DisplayId, LaunchView, NoDesktop,
    config::{Arguments, Served},
    desktops::forgotten,
    reachability::display_states::Why,
    service::Service,
    texts::say,
};

/// How long a display may take to answer before its status is told without it.
const CHECK_TIMEOUT: Duration = Duration::from_secs(6);

/// So many targets of a command line are told of; a token file may have a million.
const MAX_TARGETS: usize = 100;

/// So many displays are checked at a time.
const MAX_CHECKS: usize = 32;

/// Answers what is asked over the control socket.
pub(crate) struct Requests {
    pub service: Service,
    pub config_file: Option<String>,
    /// All addresses that it listens on at its start.
    pub listen: Vec<SocketAddr>,
}

impl Requests {
    /// Does what is asked, and waits until it is done.
    pub async fn answer(&self, request: Request) -> Answer {
        match request {
            Request::Status => Answer::Status(self.status().await),
            Request::StopAll => Answer::Stopped {
                displays: self.service.stop_all().await,
            },
            Request::Start { display } => match self.in_config_or_running(&display) {
                Ok(display) => {
                    let started = self.service.start(&display).await;
                    self.launched(&display, started)
                }
                Err(reason) => failed(reason),
            },
            Request::Stop { display } => match self.running(&display) {
                Ok(display) => {
                    let stopped = self.service.stop(&display).await;
                    self.launched(&display, stopped)
                }
                Err(reason) => failed(reason),
            },
            Request::Restart { display } => match self.in_config_or_running(&display) {
                Ok(display) => {
                    let started = self.service.restart(&display).await;
                    self.launched(&display, started)
                }
                Err(reason) => failed(reason),
            },
            Request::Link(wish) => self.link(wish).await,
            Request::Links { display, page } => self.links(display.as_deref(), page),
            Request::Revoke { link } => self.revoke(link).await,
            Request::RevokeAll { display } => self.revoke_all(&display).await,
            Request::Sessions => self.sessions(),
            Request::Disconnect { session } => self.disconnect(session),
            Request::Rights { session, rights } => self.rights(session, rights).await,
            Request::Visitors => Answer::Visitors {
                visitors: self.service.visitors(),
            },
            Request::Answer { visitor, rights } => self.answer_visitor(visitor, rights),
            Request::History => Answer::History {
                visits: self.service.visits().await,
            },
        }
    }

    /// What came of it that a display was to be started or stopped.
    fn launched(&self, display: &DisplayId, done: Result<(), NoDesktop>) -> Answer {
        let name = self.service.name(display);
        let Some(view) = self.service.desktops.view(display.as_str()) else {
            let reason =
                format!("{name} is not launched by Porthole: it has a target, which runs by itself.");
            return failed(reason);
        };
        match done {
            Ok(()) => Answer::Display(self.display(display.clone(), name, &self.viewers())),
            Err(error) => Answer::Failed {
                reason: error.to_string(),
                log: match view {
                    LaunchView::Ended { log, .. } => log,
                    _ => Vec::new(),
                },
            },
        }
    }

    async fn status(&self) -> Status {
        self.check().await;
        self.service.desktops.look().await;
        let (memory, viewers) = (self.service.desktops.memory().await, self.viewers());
        let config = self.service.links.config();
        let known = config
            .displays
            .iter()
            .map(|display| (display.id.clone(), display.name.clone()));
        let displays = known.chain(self.service.desktops.forgotten()).map(|(id, name)| {
            let mut display = self.display(id, name, &viewers);
            if let Some(LaunchView::Running { memory: taken, .. }) = &mut display.launch {
                *taken = memory.get(&display.id).copied();
            }
            display
        });
        Status {
            version: env!("CARGO_PKG_VERSION").into(),
            process: std::process::id(),
            address: self.address(),
            config_file: self.config_file.clone(),
            arguments: config
                .arguments
                .as_ref()
                .map(|arguments| self.arguments(arguments)),
            refused: self.service.refusals.list().into_iter().map(Into::into).collect(),
            displays: displays.collect(),
        }
    }

    /// Where this machine reaches us.
    fn address(&self) -> String {
        let config = self.service.links.config();
        let origin = self.service.network.last().addresses.origin();
        let tls_only = config
            .arguments
            .as_ref()
            .is_some_and(|arguments| arguments.tls_only);
        match origin.strip_prefix("http:") {
            Some(rest) if tls_only => format!("https:{rest}"),
            _ => origin,
        }
    }

    /// What websockify's command line serves, and who is there. Nothing is asked of the targets: of some it is known only
    /// that they take connections.
    fn arguments(&self, arguments: &Arguments) -> ArgumentsStatus {
        let viewers = self.viewers();
        let status = |target: String| TargetStatus {
            viewers: viewers.get(&target).copied().unwrap_or_default(),
            target,
        };
        let (token_file, targets, more_targets) = match &arguments.served {
            Served::Target(target) => (None, vec![target.to_string()], 0),
            Served::TokenFile(file) => {
                let summary = self.service.tokens.summary(MAX_TARGETS);
                let (tokens, faults, targets, more) = summary.map_or_else(Default::default, |summary| {
                    let targets = summary.targets.iter().map(ToString::to_string).collect();
                    (summary.tokens, summary.faults, targets, summary.more_targets)
                });
                let status = TokenFileStatus {
                    file: file.clone(),
                    tokens,
                    faults,
                };
                (Some(status), targets, more)
            }
        };
        ArgumentsStatus {
            listen: self.listen.clone(),
            certificate: arguments.certificate.clone(),
            token_file,
            targets: targets.into_iter().map(status).collect(),
            more_targets,
        }
    }

    /// Finds out which displays can be reached. Those that are slow are checked on when it returns.
    async fn check(&self) {
        let places = Arc::new(Semaphore::new(MAX_CHECKS));
        for display in &self.service.links.config().displays {
            let Some(check) = self.service.check(&display.id, Why::Routine) else {
                continue;
            };
            let places = Arc::clone(&places);
            tokio::spawn(async move {
                let _place = places.acquire().await;
                check.await;
            });
        }
        // Those that have not answered by then are told of as they were known before.
        let _ = timeout(CHECK_TIMEOUT, self.service.display_states.settled()).await;
    }

    fn availability(&self, display: &str, launch: Option<&LaunchView>) -> Availability {
        match launch {
            _ if self.service.links.config().display(display).is_none() => Availability::Unreachable {
                reason: say!("desk-forgotten-runs"),
                fix: say!("desk-forgotten-fix"),
            },
            None => self.service.display_states.of(display).into(),
            Some(LaunchView::Running { .. }) => Availability::Reachable,
            Some(LaunchView::Unavailable { reason, fix }) => Availability::Unreachable {
                reason: reason.clone(),
                fix: fix.clone(),
            },
            Some(_) => Availability::Starts,
        }
    }

    fn display(&self, id: DisplayId, name: String, viewers: &HashMap<String, usize>) -> DisplayStatus {
        let config = self.service.links.config();
        let target = config
            .display(id.as_str())
            .map(|display| display.place.to_string());
        let launch = self.service.desktops.view(id.as_str());
        DisplayStatus {
            target: target.unwrap_or_else(forgotten),
            availability: self.availability(id.as_str(), launch.as_ref()),
            launch,
            viewers: viewers.get(id.as_str()).copied().unwrap_or_default(),
            id,
            name,
        }
    }

    fn viewers(&self) -> HashMap<String, usize> {
        let mut viewers = HashMap::new();
        for session in self.service.sessions.list() {
            *viewers.entry(session.display).or_default() += 1;
        }
        viewers
    }
}
