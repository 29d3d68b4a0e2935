//! How a launched display fares.

use std::time::SystemTime;

use porthole_launcher::{Ended, LaunchError, LaunchStep, Reason, Running, State};

use super::words;
use crate::{LaunchView, model::milliseconds::milliseconds};

/// How a launched display fares.
#[derive(Clone, Debug)]
pub(crate) enum DesktopStatus {
    /// It does not run, as it was asked to, or was never started.
    Stopped,
    Starting(LaunchStep),
    Running(Running),
    /// It is being ended, for this reason.
    Stopping(Reason),
    /// It ended, and nobody had asked it to.
    Ended {
        reason: Reason,
        log: Vec<String>,
        at: SystemTime,
    },
}

impl From<State> for DesktopStatus {
    fn from(state: State) -> Self {
        match state {
            State::Starting(step) => Self::Starting(step),
            State::Running(running) => Self::Running(running),
            State::Stopping(reason) => Self::Stopping(reason),
            State::Ended(Ended {
                reason: Reason::Stopped,
                ..
            }) => Self::Stopped,
            State::Ended(Ended { reason, log }) => Self::Ended {
                reason,
                log,
                at: SystemTime::now(),
            },
        }
    }
}

impl DesktopStatus {
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }

    /// Nothing of it is there.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Stopped | Self::Ended { .. })
    }

    /// What people see; `obstacle` is what would keep it from being started.
    pub fn view(&self, obstacle: Option<&LaunchError>) -> LaunchView {
        match (self, obstacle) {
            (Self::Stopped | Self::Ended { .. }, Some(error)) => LaunchView::Unavailable {
                reason: words::cause(error),
                fix: words::fix(error).unwrap_or_default(),
            },
            (Self::Stopped, None) => LaunchView::Stopped,
            (Self::Starting(step), _) => LaunchView::Starting {
                step: words::step(*step),
            },
            (Self::Running(running), _) => LaunchView::Running {
                since: milliseconds(running.since),
                memory: None,
                user: running.user.clone(),
                x_display: format!(":{}", running.x_display),
            },
            (Self::Stopping(_), _) => LaunchView::Stopping,
            (Self::Ended { reason, log, at }, None) => LaunchView::Ended {
                reason: words::reason(reason),
                log: log.clone(),
                at: milliseconds(*at),
            },
        }
    }
}
