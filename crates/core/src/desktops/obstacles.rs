//! What is worth knowing of desktops while somebody looks.

use std::collections::HashMap;

use porthole_gateway::Target;
use porthole_launcher::{Desktop, LaunchError, What};

use super::{Desktops, status::DesktopStatus};
use crate::{DisplayId, platform::blocking::blocking};

/// What keeps displays from being made on this machine as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacles {
    /// A desktop of one's own.
    pub desktop: Option<LaunchError>,
    /// The screen that we are on, shared.
    pub this_screen: Option<LaunchError>,
}

impl Desktops {
    /// How many bytes of memory the displays take that run. Reads the whole of /proc, so only when somebody looks.
    pub async fn memory(&self) -> HashMap<DisplayId, u64> {
        let running: Vec<_> = self
            .desktops()
            .iter()
            .filter_map(|(id, desk)| match &*desk.status.borrow() {
                DesktopStatus::Running(running) => Some((id.clone(), running.clone())),
                _ => None,
            })
            .collect();
        let measured = blocking(move || {
            running
                .into_iter()
                .map(|(id, running)| (id, running.memory()))
                .collect()
        });
        measured.await
    }

    /// Looks what would keep displays from being started that do not run, and returns what would keep new ones.
    pub async fn look(&self) -> Obstacles {
        let launcher = self.0.launcher.clone();
        let resting: Vec<_> = self
            .desktops()
            .iter()
            .filter_map(|(id, desk)| {
                let plan = desk.plan.borrow().plan.clone()?;
                desk.status.borrow().is_over().then(|| (id.clone(), plan.what))
            })
            .collect();
        let (obstacles, new) = blocking(move || {
            let obstacles: Vec<_> = resting
                .into_iter()
                .map(|(id, what)| (id, launcher.check(&what).err()))
                .collect();
            (
                obstacles,
                Obstacles {
                    desktop: launcher.check(&What::Desktop(Desktop::default())).err(),
                    this_screen: launcher.check(&What::ThisScreen).err(),
                },
            )
        })
        .await;
        let mut desktops = self.desktops();
        let mut news = false;
        for (id, obstacle) in obstacles {
            if let Some(desk) = desktops.get_mut(&id) {
                news |= desk.obstacle != obstacle;
                desk.obstacle = obstacle;
            }
        }
        drop(desktops);
        if news {
            self.changed();
        }
        new
    }

    /// The sockets of those that run, as targets.
    pub(crate) fn sockets(&self) -> Vec<Target> {
        let desktops = self.desktops();
        let sockets = desktops.values().filter_map(|desk| match &*desk.status.borrow() {
            DesktopStatus::Running(running) => Some(Target::Unix(running.socket.clone())),
            _ => None,
        });
        sockets.collect()
    }
}
