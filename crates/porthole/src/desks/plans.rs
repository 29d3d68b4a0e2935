//! Which desks there are: those of the config, and those that run already.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, Weak},
    time::Duration,
};

use porthole_launcher::{Launched, Launcher};
use tokio::sync::{mpsc, watch};

use super::{
    Desk, Desks, Room,
    fare::Fare,
    keeper::{Hopes, Keeper},
};
use crate::{
    Notice,
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
            let name = room.free_name(&launched.launch().name);
            room.add(name, None, Some(launched));
        }
        room
    }

    /// Puts a config in force. Those that run go on as they are. Returns what is to be started, and what is worth a
    /// word.
    pub(crate) fn set_config(&self, config: &Config) -> (Vec<String>, Vec<Notice>) {
        let plans: HashMap<&str, &LaunchPlan> = config.displays.iter().filter_map(planned).collect();
        let (mut to_start, mut notes) = (Vec::new(), Vec::new());
        self.desks().retain(|name, desk| {
            let known = plans.contains_key(name.as_str());
            let over = desk.fare.borrow().is_over();
            if !known && !over && desk.plan.borrow().is_some() {
                notes.push(forgotten(name));
            }
            if !known {
                desk.plan.send_replace(None);
            }
            known || !over
        });
        for (name, plan) in plans {
            let before = self.desk(name).and_then(|desk| desk.plan.borrow().clone());
            match self.desk(name) {
                Some(desk) => {
                    let runs = !desk.fare.borrow().is_over();
                    if runs && before.as_ref().is_some_and(|before| before.what != plan.what) {
                        notes.push(Notice::info(say!("desk-runs-on", display = name)));
                    }
                    desk.plan.send_replace(Some(plan.clone()));
                }
                None => self.add(name.to_owned(), Some(plan.clone()), None),
            }
            let at_start = |plan: &LaunchPlan| plan.start == StartWhen::AtStart;
            if at_start(plan) && !before.as_ref().is_some_and(at_start) {
                to_start.push(name.to_owned());
            }
        }
        self.changed();
        (to_start, notes)
    }

    /// What is worth a word of those that run although the config does not know them.
    pub(crate) fn forgotten_notes(&self) -> Vec<Notice> {
        self.forgotten().iter().map(|name| forgotten(name)).collect()
    }

    fn add(&self, name: String, plan: Option<LaunchPlan>, adopted: Option<Launched>) {
        let first = adopted
            .as_ref()
            .map_or(Fare::Stopped, |launched| launched.state().borrow().clone().into());
        let (orders, ordered) = mpsc::unbounded_channel();
        let (fare, fares) = watch::channel(first);
        let (plan, planned) = watch::channel(plan);
        let (watched, looks) = watch::channel(false);
        let keeper = Keeper {
            name: name.clone(),
            launcher: self.0.launcher.clone(),
            plan: planned,
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
        };
        self.desks().insert(name, desk);
    }

    /// Two that run under one name can only come of two programs at once.
    fn free_name(&self, name: &str) -> String {
        let desks = self.desks();
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names.find(|name| !desks.contains_key(name)).unwrap_or_default()
    }
}

async fn pass_on(mut fare: watch::Receiver<Fare>, room: Weak<Room>) {
    while fare.changed().await.is_ok() {
        let Some(room) = room.upgrade() else { return };
        Desks(room).changed();
    }
}

fn planned(display: &Display) -> Option<(&str, &LaunchPlan)> {
    match &display.place {
        Place::Launched(plan) => Some((&display.name, plan)),
        _ => None,
    }
}

fn forgotten(name: &str) -> Notice {
    Notice::info(say!("desk-still-runs", display = name))
}
