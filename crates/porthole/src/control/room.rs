//! What the control socket can see and do.

use std::{collections::HashMap, sync::Arc, time::Duration};

use porthole_gateway::{Refusals, Rights, Sessions};
use tokio::{sync::Semaphore, time::timeout};

use super::{Answer, Availability, DisplayStatus, Request, Status, sharing::failed};
use crate::{
    Desks, DisplayId, LaunchView, NoDesk,
    config::Place,
    desks::forgotten,
    history::History,
    links::Links,
    network::NetworkView,
    reaches::{Reaches, Why},
    texts::say,
};

/// How long a display may take to answer before its status is told without it.
const CHECK_PATIENCE: Duration = Duration::from_secs(6);

/// So many displays are checked at a time.
const MAX_CHECKS: usize = 32;

/// What the control socket can see and do.
pub(crate) struct Room {
    pub links: Arc<Links>,
    pub desks: Desks,
    pub sessions: Sessions,
    pub reaches: Reaches,
    pub history: History,
    /// Where links to hand on lead: ask it [now](NetworkView::now) after a link was made.
    pub network: NetworkView,
    pub refusals: Refusals,
    pub config_file: String,
}

impl Room {
    /// Does what is asked, and waits until it is done.
    pub async fn answer(&self, request: Request) -> Answer {
        match request {
            Request::Status => Answer::Status(self.status().await),
            Request::StopAll => Answer::Stopped {
                displays: self.desks.stop_all().await,
            },
            Request::Start { display } => match self.in_config_or_running(&display) {
                Ok(display) => {
                    let started = self.desks.start(display.as_str()).await;
                    self.launched(&display, started.map(drop))
                }
                Err(reason) => failed(reason),
            },
            Request::Stop { display } => match self.running(&display) {
                Ok(display) => {
                    let stopped = self.desks.stop(display.as_str()).await;
                    self.launched(&display, stopped)
                }
                Err(reason) => failed(reason),
            },
            Request::Restart { display } => match self.in_config_or_running(&display) {
                Ok(display) => {
                    let started = self.desks.restart(display.as_str()).await;
                    self.launched(&display, started.map(drop))
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
                visitors: self.links.asking(),
            },
            Request::Answer { visitor, rights } => self.answer_visitor(visitor, rights),
            Request::History => Answer::History {
                visits: {
                    let mut visits = self.history.read().await;
                    self.links.call(&mut visits);
                    visits
                },
            },
        }
    }

    /// What came of it that a display was to be started or stopped.
    fn launched(&self, display: &DisplayId, done: Result<(), NoDesk>) -> Answer {
        let name = self.name(display);
        let Some(view) = self.desks.view(display.as_str()) else {
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

    /// What a display is called now, or was called last.
    pub(super) fn name(&self, display: &DisplayId) -> String {
        let known = self.links.name(display.as_str());
        known
            .or_else(|| self.desks.name(display.as_str()))
            .unwrap_or_default()
    }

    async fn status(&self) -> Status {
        self.check().await;
        self.desks.look().await;
        let (memory, viewers) = (self.desks.memory().await, self.viewers());
        let config = self.links.config();
        let known = config
            .displays
            .iter()
            .map(|display| (display.id.clone(), display.name.clone()));
        let displays = known.chain(self.desks.forgotten()).map(|(id, name)| {
            let mut display = self.display(id, name, &viewers);
            if let Some(LaunchView::Running { memory: taken, .. }) = &mut display.launch {
                *taken = memory.get(&display.id).copied();
            }
            display
        });
        Status {
            version: env!("CARGO_PKG_VERSION").into(),
            process: std::process::id(),
            address: self.network.last().addresses.origin(),
            config_file: self.config_file.clone(),
            refused: self.refusals.list().into_iter().map(Into::into).collect(),
            displays: displays.collect(),
        }
    }

    /// Finds out which displays can be reached. Those that are slow are checked on when it returns.
    async fn check(&self) {
        let places = Arc::new(Semaphore::new(MAX_CHECKS));
        for display in &self.links.config().displays {
            if matches!(display.place, Place::Launched(_)) {
                continue;
            }
            let Some(attempt) = self.reaches.begin(display.id.as_str(), Why::Routine) else {
                continue;
            };
            let target = self.links.target(display, Rights::Control);
            let (display, reaches, places) = (display.clone(), self.reaches.clone(), Arc::clone(&places));
            tokio::spawn(async move {
                let _place = places.acquire().await;
                let checked = attempt.run(display.place, &target, display.password.as_ref());
                reaches.learn(display.id.as_str(), attempt.number, checked.await);
            });
        }
        // Those that have not answered by then are told of as they were known before.
        let _ = timeout(CHECK_PATIENCE, self.reaches.settled()).await;
    }

    fn availability(&self, display: &str, launch: Option<&LaunchView>) -> Availability {
        match launch {
            _ if self.links.config().display(display).is_none() => Availability::Unreachable {
                reason: say!("desk-forgotten-runs"),
                fix: say!("desk-forgotten-fix"),
            },
            None => self.reaches.of(display).into(),
            Some(LaunchView::Running { .. }) => Availability::Reachable,
            Some(LaunchView::Unavailable { reason, fix }) => Availability::Unreachable {
                reason: reason.clone(),
                fix: fix.clone(),
            },
            Some(_) => Availability::Starts,
        }
    }

    fn display(&self, id: DisplayId, name: String, viewers: &HashMap<String, usize>) -> DisplayStatus {
        let config = self.links.config();
        let target = config
            .display(id.as_str())
            .map(|display| display.place.to_string());
        let launch = self.desks.view(id.as_str());
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
        for session in self.sessions.list() {
            *viewers.entry(session.display).or_default() += 1;
        }
        viewers
    }
}
