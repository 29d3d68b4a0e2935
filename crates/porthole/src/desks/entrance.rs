//! What the gateway sees of a launched display.

use std::{fmt, time::Duration};

use porthole_gateway::{Awaited, OnDemand, Ready, Rights, Target};
use porthole_launcher::Running;
use tokio::time::timeout;

use super::{Desks, fare::Fare};

/// A server that ends is noticed at once; one that is still called running by then has only sent a viewer away.
const NOTICED: Duration = Duration::from_secs(1);

/// A launched display, as a link opens it: started when somebody comes.
pub(super) struct Entrance {
    pub desks: Desks,
    pub display: String,
    pub rights: Rights,
}

impl OnDemand for Entrance {
    fn ready(&self) -> Awaited<'_, Result<Ready, String>> {
        Box::pin(async {
            let running = self.desks.start(&self.display).await;
            let running = running.map_err(|error| error.to_string())?;
            Ok(way(running, self.rights))
        })
    }

    fn last_words(&self) -> Awaited<'_, Option<String>> {
        Box::pin(async {
            let mut fare = self.desks.fare(&self.display)?;
            let ends = fare.wait_for(|fare| !fare.is_running());
            match timeout(NOTICED, ends).await.ok()?.ok().as_deref()? {
                Fare::Stopping(reason) | Fare::Ended { reason, .. } => Some(reason.to_string()),
                Fare::Stopped => Some("It was stopped".into()),
                Fare::Starting(_) | Fare::Running(_) => None,
            }
        })
    }
}

impl Desks {
    /// How a display is looked at that runs; it is not started for that.
    pub(crate) fn ready_to_view(&self, display: &str) -> Option<Ready> {
        match &*self.fare(display)?.borrow() {
            Fare::Running(running) => Some(way(running.clone(), Rights::View)),
            _ => None,
        }
    }
}

fn way(running: Running, rights: Rights) -> Ready {
    Ready {
        target: Target::UnixOf {
            path: running.socket,
            owner: running.uid,
        },
        password: Some(match rights {
            Rights::Control => running.password,
            Rights::View => running.view_password,
        }),
    }
}

impl fmt::Debug for Entrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entrance({})", self.display)
    }
}
