//! Which desks there are: those of the config, and those that run already.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, Weak},
    time::Duration,
};

use porthole_launcher::{Launch, Launched, Launcher};
use tokio::sync::{mpsc, watch};

use super::{
    Desk, Desks, Room,
    fare::Fare,
    keeper::{Hopes, Keeper, Planned},
};
use crate::{
    DisplayId, Notice,
    config::{Config, Display, LaunchPlan, Place, StartWhen},
    texts::say,
};

impl Desks {
    /// Takes over the displays that run from an earlier start of the program.
    pub(crate) async fn adopt(launcher: Launcher, grace: Duration) -> Self {
        let adopted = launcher.adopt().await;
        let room = Self(Arc::new(Room {
            launcher,
            grace,
            desks: Mutex::default(),
            changes: watch::Sender::new(0),
            sessions: OnceLock::new(),
        }));
        for launched in adopted {
            let planned = Planned {
                id: room.free_id(launched.launch()),
                name: launched.launch().name.clone(),
                plan: None,
            };
            room.add(planned, Some(launched));
        }
        room
    }

    /// Puts a config in force. Those that run go on as they are. Returns what is to be started, and what is worth a
    /// word.
    pub(crate) fn set_config(&self, config: &Config) -> (Vec<DisplayId>, Vec<Notice>) {
        let plans: HashMap<&DisplayId, (&Display, &LaunchPlan)> =
            config.displays.iter().filter_map(planned).collect();
        let (mut to_start, mut notes) = (Vec::new(), Vec::new());
        self.find_those_of_old(&plans);
        self.desks().retain(|id, desk| {
            let known = plans.contains_key(id);
            let over = desk.fare.borrow().is_over();
            let before = desk.plan.borrow().clone();
            if !known && !over && before.plan.is_some() {
                notes.push(forgotten(&before.name));
            }
            if !known {
                desk.plan.send_replace(Planned { plan: None, ..before });
            }
            known || !over
        });
        for (id, (display, plan)) in plans {
            let planned = Planned {
                id: id.clone(),
                name: display.name.clone(),
                plan: Some(plan.clone()),
            };
            let at_start = |planned: &Planned| {
                let plan = planned.plan.as_ref();
                plan.is_some_and(|plan| plan.start == StartWhen::AtStart)
            };
            let starts = at_start(&planned);
            let started = match self.desk(id.as_str()) {
                Some(desk) => {
                    let runs = !desk.fare.borrow().is_over();
                    let before = desk.plan.send_replace(planned.clone());
                    if runs && before.is_other_than(&planned) {
                        notes.push(Notice::info(say!(
                            "desk-runs-on",
                            display = display.name.as_str()
                        )));
                    }
                    at_start(&before)
                }
                None => {
                    self.add(planned, None);
                    false
                }
            };
            if starts && !started {
                to_start.push(id.clone());
            }
        }
        self.changed();
        (to_start, notes)
    }

    /// Versions without ids knew a display by its name: what one of them has started is the display of that name, if it
    /// is for the same user.
    fn find_those_of_old(&self, plans: &HashMap<&DisplayId, (&Display, &LaunchPlan)>) {
        let mut desks = self.desks();
        for (id, (display, plan)) in plans {
            let is_it = |desk: &Desk| {
                let of_old = desk.of_old.as_ref();
                of_old
                    .is_some_and(|launch| launch.name == display.name && launch.what.is_for_whom(&plan.what))
            };
            let found = desks
                .iter()
                .find(|(_, desk)| is_it(desk))
                .map(|(id, _)| id.clone());
            let desk = found
                .filter(|_| !desks.contains_key(*id))
                .and_then(|found| desks.remove(&found));
            if let Some(desk) = desk {
                desks.insert((*id).clone(), Desk { of_old: None, ..desk });
            }
        }
    }

    /// What is worth a word of those that run although the config does not know them.
    pub(crate) fn forgotten_notes(&self) -> Vec<Notice> {
        self.forgotten().iter().map(|(_, name)| forgotten(name)).collect()
    }

    fn add(&self, planned: Planned, adopted: Option<Launched>) {
        let first = adopted
            .as_ref()
            .map_or(Fare::Stopped, |launched| launched.state().borrow().clone().into());
        let of_old = adopted
            .as_ref()
            .map(Launched::launch)
            .filter(|launch| launch.id.is_empty());
        let of_old = of_old.cloned();
        let (orders, ordered) = mpsc::unbounded_channel();
        let (fare, fares) = watch::channel(first);
        let id = planned.id.clone();
        let (plan, plans) = watch::channel(planned);
        let (watched, looks) = watch::channel(false);
        let keeper = Keeper {
            launcher: self.0.launcher.clone(),
            plan: plans,
            watched: looks,
            orders: ordered,
            fare,
            grace: self.0.grace,
            hopes: Hopes::default(),
        };
        tokio::spawn(keeper.keep(adopted));
        tokio::spawn(pass_on(fares.clone(), Arc::downgrade(&self.0)));
        let desk = Desk {
            orders,
            fare: fares,
            plan,
            watched,
            obstacle: None,
            of_old,
        };
        self.desks().insert(id, desk);
    }

    /// The id of a display that was adopted. One that has none, or that runs twice, which can only come of two programs
    /// at once, gets one that no display of the config has.
    fn free_id(&self, launch: &Launch) -> DisplayId {
        let desks = self.desks();
        let own = launch.id.parse().ok();
        let others = (0..).map(|number| DisplayId::derived(&launch.name, "adopted", number));
        let mut ids = own.into_iter().chain(others);
        let free = ids.find(|id| !desks.contains_key(id));
        free.unwrap_or_else(|| DisplayId::derived(&launch.name, "", 0))
    }
}

impl Planned {
    /// Whether what runs is not what is planned now.
    fn is_other_than(&self, now: &Self) -> bool {
        match (&self.plan, &now.plan) {
            (Some(before), Some(now)) => before.what != now.what,
            _ => false,
        }
    }
}

async fn pass_on(mut fare: watch::Receiver<Fare>, room: Weak<Room>) {
    while fare.changed().await.is_ok() {
        let Some(room) = room.upgrade() else { return };
        Desks(room).changed();
    }
}

fn planned(display: &Display) -> Option<(&DisplayId, (&Display, &LaunchPlan))> {
    match &display.place {
        Place::Launched(plan) => Some((&display.id, (display, plan))),
        _ => None,
    }
}

fn forgotten(name: &str) -> Notice {
    Notice::info(say!("desk-still-runs", display = name))
}
