//! Which desktops there are: those of the config, and those that run already.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, OnceLock, Weak},
    time::Duration,
};

use porthole_launcher::{Launch, Launched, Launcher, Running, What};
use tokio::sync::{mpsc, watch};

use super::{
    Desk, Desktops, Room,
    actor::{DesktopActor, Pending, Planned},
    status::DesktopStatus,
};
use crate::{
    DisplayId, Notice,
    config::{Config, Display, LaunchPlan, Place, StartWhen},
    texts::say,
};

impl Desktops {
    /// None, for a program that launches nothing and leaves alone what others have launched.
    pub(crate) fn none() -> Self {
        Self::of(Launcher::new(), Duration::ZERO)
    }

    fn of(launcher: Launcher, grace: Duration) -> Self {
        Self(Arc::new(Room {
            launcher,
            grace,
            desktops: Mutex::default(),
            changes: watch::Sender::new(0),
            sessions: OnceLock::new(),
        }))
    }

    /// Takes over the displays that run from an earlier start of the program.
    pub(crate) async fn adopt(launcher: Launcher, grace: Duration) -> Self {
        let adopted = launcher.adopt().await;
        let room = Self::of(launcher, grace);
        for launched in adopted {
            let Launch { id, name, what } = launched.launch().clone();
            let own_id: Option<DisplayId> = id.parse().ok();
            let planned = Planned {
                id: room.free_id(own_id.clone(), &name, &HashSet::new()),
                name,
                plan: None,
            };
            room.add(planned, own_id, what, Some(launched));
        }
        room
    }

    /// Puts a config in force. Those that run go on as they are; one whose entry has gone, or is for somebody else now,
    /// goes on without it, and can be stopped. Returns what is to be started, and what is worth a word.
    pub(crate) fn set_config(&self, config: &Config) -> (Vec<DisplayId>, Vec<Notice>) {
        let plans: Vec<_> = config.displays.iter().filter_map(planned).collect();
        let (mut to_start, mut notes) = (Vec::new(), Vec::new());
        let mut loose = self.take_loose(&plans);
        for (display, plan) in &plans {
            let planned = Planned {
                id: display.id.clone(),
                name: display.name.clone(),
                plan: Some((*plan).clone()),
            };
            let starts = plan.start == StartWhen::AtStart;
            if self.desk(display.id.as_str()).is_none()
                && let Some(desk) = take_that_of(&mut loose, display, plan)
            {
                self.desktops().insert(display.id.clone(), desk);
            }
            let started = match self.desk(display.id.as_str()) {
                Some(desk) => {
                    let runs = !desk.status.borrow().is_over();
                    let before = desk.plan.send_replace(planned.clone());
                    if runs && before.is_other_than(&planned) {
                        let name = display.name.as_str();
                        notes.push(Notice::info(say!("desk-runs-on", display = name)));
                    }
                    before.starts_by_itself()
                }
                None => {
                    self.add(planned, Some(display.id.clone()), plan.what.clone(), None);
                    false
                }
            };
            if starts && !started {
                to_start.push(display.id.clone());
            }
        }
        for (id, desk) in loose {
            notes.extend(self.detach(id, desk, config));
        }
        self.changed();
        (to_start, notes)
    }

    /// Takes out all that are not what the config says: it does not know them, or they are for somebody else.
    fn take_loose(&self, plans: &[(&Display, &LaunchPlan)]) -> Vec<(DisplayId, Desk)> {
        let is_planned = |id: &DisplayId, desk: &Desk| {
            let plan = plans.iter().find(|(display, _)| display.id == *id);
            plan.is_some_and(|(display, plan)| match desk.plan.borrow().plan {
                Some(_) => desk.what.is_for_whom(&plan.what),
                None => desk.is_of(display, &plan.what),
            })
        };
        let mut desktops = self.desktops();
        let loose = desktops.extract_if(.., |id, desk| !is_planned(id, desk));
        loose.collect()
    }

    /// Lets one go on without an entry of the config, if it runs, and says so if that is news.
    fn detach(&self, id: DisplayId, desk: Desk, config: &Config) -> Option<Notice> {
        let before = desk.plan.borrow().clone();
        let is_news = before.plan.is_some();
        desk.plan.send_replace(Planned {
            plan: None,
            ..before.clone()
        });
        // It cannot start any more.
        if desk.status.borrow().is_over() {
            return None;
        }
        let taken: HashSet<&DisplayId> = config.displays.iter().map(|display| &display.id).collect();
        let own_id = desk.own_id.clone().or(Some(id.clone()));
        let id = match taken.contains(&id) || self.desk(id.as_str()).is_some() {
            true => self.free_id(own_id, &before.name, &taken),
            false => id,
        };
        let namesake = config.displays.iter().find(|display| display.name == before.name);
        let (name, text) = match (&*desk.status.borrow(), namesake) {
            (DesktopStatus::Running(Running { user, .. }), Some(display)) => {
                let (name, display) = (format!("{} ({user})", before.name), display.name.as_str());
                let (shown, user) = (name.as_str(), user.as_str());
                let text = say!(
                    "desk-runs-for-another",
                    name = shown,
                    user = user,
                    display = display
                );
                (name, text)
            }
            _ => (
                before.name.clone(),
                say!("desk-still-runs", display = before.name.as_str()),
            ),
        };
        desk.plan.send_modify(|planned| planned.name = name);
        self.desktops().insert(id, desk);
        is_news.then(|| Notice::info(text))
    }

    /// What is worth a word of those that run although the config does not know them.
    pub(crate) fn forgotten_notes(&self) -> Vec<Notice> {
        self.forgotten().iter().map(|(_, name)| forgotten(name)).collect()
    }

    fn add(&self, planned: Planned, own_id: Option<DisplayId>, what: What, adopted: Option<Launched>) {
        let first = adopted.as_ref().map_or(DesktopStatus::Stopped, |launched| {
            launched.state().borrow().clone().into()
        });
        let (orders, ordered) = mpsc::unbounded_channel();
        let (status, fares) = watch::channel(first);
        let id = planned.id.clone();
        let (plan, plans) = watch::channel(planned);
        let (watched, looks) = watch::channel(false);
        let keeper = DesktopActor {
            launcher: self.0.launcher.clone(),
            plan: plans,
            watched: looks,
            orders: ordered,
            status,
            grace: self.0.grace,
            hopes: Pending::default(),
        };
        tokio::spawn(keeper.keep(adopted));
        tokio::spawn(pass_on(fares.clone(), Arc::downgrade(&self.0)));
        let desk = Desk {
            orders,
            status: fares,
            plan,
            watched,
            obstacle: None,
            what,
            own_id,
        };
        self.desktops().insert(id, desk);
    }

    /// The id of a display that runs without an entry of the config: its own, or else one that nothing has. Two can have
    /// the same one if their entry was for one person and then for another, or if two programs ran at once.
    fn free_id(&self, own: Option<DisplayId>, name: &str, taken: &HashSet<&DisplayId>) -> DisplayId {
        let desktops = self.desktops();
        let others = (0..).map(|number| DisplayId::derived(name, "adopted", number));
        let mut ids = own.into_iter().chain(others);
        let free = ids.find(|id| !desktops.contains_key(id) && !taken.contains(id));
        free.unwrap_or_else(|| DisplayId::derived(name, "", 0))
    }
}

impl Desk {
    /// Whether what runs is the display of an entry that is for whom `what` is. Never by the id alone: an entry can be for
    /// somebody else than it was when this was started.
    fn is_of(&self, display: &Display, what: &What) -> bool {
        let is_it = match &self.own_id {
            Some(own) => *own == display.id || display.former_ids.contains(own),
            None => self.plan.borrow().name == display.name,
        };
        is_it && self.what.is_for_whom(what)
    }
}

impl Planned {
    fn starts_by_itself(&self) -> bool {
        let plan = self.plan.as_ref();
        plan.is_some_and(|plan| plan.start == StartWhen::AtStart)
    }

    /// Whether what runs is not what is planned now.
    fn is_other_than(&self, now: &Self) -> bool {
        match (&self.plan, &now.plan) {
            (Some(before), Some(now)) => before.what != now.what,
            _ => false,
        }
    }
}

async fn pass_on(mut status: watch::Receiver<DesktopStatus>, room: Weak<Room>) {
    while status.changed().await.is_ok() {
        let Some(room) = room.upgrade() else { return };
        Desktops(room).changed();
    }
}

/// Takes out what runs and is of this entry; rather what calls itself so now than what did before.
fn take_that_of(loose: &mut Vec<(DisplayId, Desk)>, display: &Display, plan: &LaunchPlan) -> Option<Desk> {
    let running = loose
        .iter()
        .enumerate()
        .filter(|(_, (_, desk))| desk.is_of(display, &plan.what) && !desk.status.borrow().is_over());
    let (at, _) = running.min_by_key(|(_, (_, desk))| desk.own_id.as_ref() != Some(&display.id))?;
    let (_, desk) = loose.swap_remove(at);
    Some(Desk {
        own_id: Some(display.id.clone()),
        ..desk
    })
}

fn planned(display: &Display) -> Option<(&Display, &LaunchPlan)> {
    match &display.place {
        Place::Launched(plan) => Some((display, plan)),
        _ => None,
    }
}

fn forgotten(name: &str) -> Notice {
    Notice::info(say!("desk-still-runs", display = name))
}
