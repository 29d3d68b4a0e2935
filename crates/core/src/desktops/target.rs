//! What the gateway sees of a launched display.

use std::{fmt, time::Duration};

use porthole_gateway::{Awaited, OnDemand, Ready, Rights, Target};
use porthole_launcher::{Exit, Reason, Running, What};
use porthole_phrase::{Phrase, phrase};
use tokio::time::timeout;

use super::{Desktops, status::DesktopStatus};
use crate::DisplayId;

/// A server that ends is noticed at once; one that is still called running by then has only sent a viewer away.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// A launched display, as a link opens it: started when somebody comes.
pub(super) struct DesktopTarget {
    pub desktops: Desktops,
    pub display: DisplayId,
    /// What the display was when its link was looked up.
    pub what: What,
    pub rights: Rights,
}

impl OnDemand for DesktopTarget {
    fn ready(&self) -> Awaited<'_, Option<Ready>> {
        Box::pin(async {
            match self.desktops.start_for(self.display.as_str(), &self.what).await {
                Ok(running) => Some(way(running, self.rights)),
                // The window's row and `portholed status` say it, too.
                Err(error) => {
                    let name = self.desktops.name(self.display.as_str()).unwrap_or_default();
                    tracing::warn!(display = %name, "not started for a visitor: {error}");
                    None
                }
            }
        })
    }

    fn last_words(&self) -> Awaited<'_, Option<Phrase>> {
        Box::pin(async {
            let mut status = self.desktops.status(self.display.as_str())?;
            let ends = status.wait_for(|status| !status.is_running());
            match timeout(PROGRESS_INTERVAL, ends).await.ok()?.ok().as_deref()? {
                DesktopStatus::Stopping(reason) | DesktopStatus::Ended { reason, .. } => {
                    Some(for_visitors(reason))
                }
                DesktopStatus::Stopped => Some(for_visitors(&Reason::Stopped)),
                DesktopStatus::Starting(_) | DesktopStatus::Running(_) => None,
            }
        })
    }
}

/// What visitors may know of why a display ended: nothing of the machine's accounts, files and commands.
fn for_visitors(reason: &Reason) -> Phrase {
    match reason {
        Reason::Stopped => phrase!("ended-stopped"),
        Reason::SessionEnded(Exit::Status(0)) => phrase!("ended-logged-out"),
        Reason::SessionEnded(Exit::Signal(_)) => phrase!("visitor-session-killed"),
        Reason::SessionEnded(Exit::Status(_)) => phrase!("visitor-session-failed"),
        Reason::SessionEnded(Exit::Unknown) | Reason::SessionEndedAtOnce => phrase!("ended-session"),
        Reason::ServerEnded(Exit::Signal(_)) => phrase!("visitor-server-killed"),
        Reason::ServerEnded(_) => phrase!("ended-server"),
        Reason::NotStarted(_) | Reason::WhileAway | Reason::Interrupted | Reason::Forsaken => {
            phrase!("visitor-has-ended")
        }
    }
}

impl Desktops {
    /// How a display is looked at that runs; it is not started for that.
    pub(crate) fn ready_to_view(&self, display: &str) -> Option<Ready> {
        match &*self.status(display)?.borrow() {
            DesktopStatus::Running(running) => Some(way(running.clone(), Rights::View)),
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

impl fmt::Debug for DesktopTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DesktopTarget({})", self.display)
    }
}
