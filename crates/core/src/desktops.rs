//! Desktops: the displays that Porthole launches. They outlive the program, and are found again at its next start.

mod actor;
mod launch_view;
mod leaving;
mod obstacles;
mod plans;
mod status;
mod target;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
pub(crate) mod words;

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use porthole_gateway::{CloseReason, Rights, Sessions, Target};
use porthole_launcher::{LaunchError, Launcher, Reason, Running, What};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{DisplayId, texts::say};
use actor::{Answer, DesktopCommand, Planned};
pub use launch_view::LaunchView;
pub use leaving::stop_left;
use status::DesktopStatus;
use target::DesktopTarget;

/// How long a display that is stopped on last close waits for somebody to come back: a page that is loaded anew, or
/// that has lost its network, is no last close.
pub(crate) const LAST_CLOSE_GRACE: Duration = Duration::from_secs(30);

/// Why there is no running display for whoever asked for it. In English; for the person at this machine see
/// [`words::no_desktop`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDesktop {
    /// The display is not launched.
    #[error("Porthole does not launch this display")]
    Unknown,
    /// The config does not know it any more.
    #[error("{0} is no longer in the config")]
    Forgotten(String),
    /// It could not be started, or ended meanwhile.
    #[error("{0}")]
    Over(Reason),
}

/// What stands for the target of a display that runs although the config does not know it any more.
pub(crate) fn forgotten() -> String {
    say!("desk-forgotten")
}

/// The displays that Porthole launches. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Desktops(Arc<Room>);

struct Room {
    launcher: Launcher,
    grace: Duration,
    desktops: Mutex<BTreeMap<DisplayId, Desk>>,
    changes: watch::Sender<u64>,
    sessions: OnceLock<Sessions>,
}

#[derive(Clone)]
struct Desk {
    orders: mpsc::UnboundedSender<DesktopCommand>,
    status: watch::Receiver<DesktopStatus>,
    plan: watch::Sender<Planned>,
    watched: watch::Sender<bool>,
    /// What would keep it from being started.
    obstacle: Option<LaunchError>,
    /// For whom it is, all its life: where an entry is for somebody else, it has another desk.
    what: What,
    /// The display that it is. Versions without ids have started it if there is none: then its name says it.
    own_id: Option<DisplayId>,
}

impl Desktops {
    /// Tells displays whether somebody looks at them, for as long as the gateway lives.
    pub(crate) fn follow(&self, sessions: Sessions) {
        // There is one gateway.
        let _ = self.0.sessions.set(sessions.clone());
        let room = Arc::downgrade(&self.0);
        let mut changes = sessions.changes();
        tokio::spawn(async move {
            while changes.changed().await.is_ok() {
                let Some(room) = room.upgrade() else { return };
                let list = sessions.list();
                let watched = list.iter().map(|session| session.display.as_str());
                Self(room).watched_are(&watched.collect());
            }
        });
    }

    fn watched_are(&self, watched: &HashSet<&str>) {
        for (id, desk) in &*self.desktops() {
            let now = watched.contains(id.as_str());
            desk.watched
                .send_if_modified(|before| std::mem::replace(before, now) != now);
        }
    }

    /// Where a display is called that is started when somebody comes; `what` is what it is now.
    pub(crate) fn target(&self, display: &DisplayId, what: &What, rights: Rights) -> Target {
        Target::OnDemand(Arc::new(DesktopTarget {
            desktops: self.clone(),
            display: display.clone(),
            what: what.clone(),
            rights,
        }))
    }

    /// Starts a display, unless it runs, and waits until viewers can connect.
    ///
    /// # Errors
    /// Why it could not be started.
    pub async fn start(&self, display: &str) -> Result<Running, NoDesktop> {
        self.ask(self.desk(display), DesktopCommand::Start).await
    }

    /// Likewise, if it is still for whom `what` is: who was let in a moment ago was let in to that.
    async fn start_for(&self, display: &str, what: &What) -> Result<Running, NoDesktop> {
        let desk = self.desk(display).filter(|desk| desk.what.is_for_whom(what));
        self.ask(desk, DesktopCommand::Start).await
    }

    /// Starts displays beside what the caller does; how that goes is told by their views.
    pub(crate) fn start_soon(&self, displays: Vec<DisplayId>) {
        for display in displays {
            let desktops = self.clone();
            tokio::spawn(async move { desktops.start(display.as_str()).await });
        }
    }

    /// Stops a display, and waits until nothing of it is left. No error if it does not run.
    ///
    /// # Errors
    /// There is no such display.
    pub async fn stop(&self, display: &str) -> Result<(), NoDesktop> {
        let (answer, answered) = oneshot::channel();
        let desk = self.desk(display).ok_or(NoDesktop::Unknown)?;
        let _ = desk.orders.send(DesktopCommand::Stop(answer));
        answered.await.map_err(|_| NoDesktop::Unknown)
    }

    /// Stops a display and starts it again. Its sessions end, and their viewers are told to come back.
    ///
    /// # Errors
    /// Why it could not be started.
    pub async fn restart(&self, display: &str) -> Result<Running, NoDesktop> {
        if let Some(sessions) = self.0.sessions.get() {
            sessions.end_where(CloseReason::DisplayRestarts, |session| session.display == display);
        }
        self.ask(self.desk(display), DesktopCommand::Restart).await
    }

    /// Stops all displays that run, also those that are no longer in the config, and waits until nothing of them is
    /// left. Returns their names.
    pub async fn stop_all(&self) -> Vec<String> {
        let running = self.running();
        let stops: Vec<_> = running
            .iter()
            .map(|(id, _)| {
                tokio::spawn({
                    let (desktops, id) = (self.clone(), id.clone());
                    async move { desktops.stop(id.as_str()).await }
                })
            })
            .collect();
        for stopped in stops {
            let _ = stopped.await;
        }
        running.into_iter().map(|(_, name)| name).collect()
    }

    /// The displays that run, or come and go just now, with their names and in their order; also those that are no
    /// longer in the config.
    pub fn running(&self) -> Vec<(DisplayId, String)> {
        self.named(|desk| !desk.status.borrow().is_over())
    }

    /// Those that run although the config does not know them any more, likewise.
    pub(crate) fn forgotten(&self) -> Vec<(DisplayId, String)> {
        self.named(|desk| desk.plan.borrow().plan.is_none() && !desk.status.borrow().is_over())
    }

    fn named(&self, which: impl Fn(&Desk) -> bool) -> Vec<(DisplayId, String)> {
        let desktops = self.desktops();
        let named = desktops.iter().filter(|(_, desk)| which(desk));
        let mut named: Vec<_> = named
            .map(|(id, desk)| (id.clone(), desk.plan.borrow().name.clone()))
            .collect();
        named.sort_by(|(_, one), (_, other)| one.cmp(other));
        named
    }

    /// How a display fares; `None` if it is not launched here.
    pub fn view(&self, display: &str) -> Option<LaunchView> {
        let desk = self.desk(display)?;
        let view = desk.status.borrow().view(desk.obstacle.as_ref());
        Some(view)
    }

    /// What a display is called that is launched here.
    pub(crate) fn name(&self, display: &str) -> Option<String> {
        self.desk(display).map(|desk| desk.plan.borrow().name.clone())
    }

    /// Changes whenever one of them fares otherwise than before.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    fn status(&self, display: &str) -> Option<watch::Receiver<DesktopStatus>> {
        self.desk(display).map(|desk| desk.status)
    }

    async fn ask(
        &self,
        desk: Option<Desk>,
        order: impl FnOnce(Answer) -> DesktopCommand,
    ) -> Result<Running, NoDesktop> {
        let (answer, answered) = oneshot::channel();
        let desk = desk.ok_or(NoDesktop::Unknown)?;
        let _ = desk.orders.send(order(answer));
        answered.await.unwrap_or(Err(NoDesktop::Unknown))
    }

    fn desk(&self, display: &str) -> Option<Desk> {
        self.desktops().get(display).cloned()
    }

    fn desktops(&self) -> MutexGuard<'_, BTreeMap<DisplayId, Desk>> {
        self.0.desktops.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.0.changes.send_modify(|count| *count += 1);
    }
}
