//! A display that has something to clear away: from its folder's first moment to its last.

use std::path::PathBuf;

use super::{
    account::Account, folder::Folder, lifetime::EARLY_END_TIME, log::Log, record::Record,
    session_leader::Leader,
};
use crate::{Ended, Exit, LaunchError, Reason, Running, What};

/// All that there is of one display on this machine.
pub(super) struct Live {
    pub account: Account,
    pub folder: Folder,
    pub record: Record,
    pub server: Option<Leader>,
    pub session: Option<Leader>,
    pub server_log: Option<Log>,
    pub session_log: Option<Log>,
}

impl Live {
    /// Writes down how things are.
    pub fn remember(record: &Record, folder: &Folder) -> Result<(), LaunchError> {
        let path = folder.record();
        record
            .write(&path)
            .map_err(|error| super::folder::cannot_make(&path, &error))
    }

    /// What there is to say of it while it runs.
    pub fn running(&self) -> Running {
        Running {
            since: self.record.since,
            user: self.account.name.clone(),
            uid: self.account.uid,
            socket: self.folder.socket(),
            x_display: self.record.x_display.unwrap_or_default(),
            x_authority: self.x_authority(),
            password: self.record.passwords.control(),
            view_password: self.record.passwords.view(),
            sessions: self.record.sessions(),
        }
    }

    fn x_authority(&self) -> PathBuf {
        self.record
            .screen_authority
            .clone()
            .unwrap_or_else(|| self.folder.x_authority())
    }

    /// Whether a session runs in it; a screen that is shared has its own, that is none of our business.
    pub fn has_session(&self) -> bool {
        matches!(self.record.launch.what, What::Desktop(_))
    }

    /// Why the display is over, when its session has ended like this.
    pub fn session_ended(&self, exit: Exit) -> Reason {
        let age = self.session.as_ref().and_then(|leader| leader.identity().age());
        match exit {
            Exit::Status(0) if age.is_some_and(|age| age < EARLY_END_TIME) => Reason::SessionEndedAtOnce,
            // Shells, and what stands between the session and us, say so of a command that was killed.
            Exit::Status(status) if (129..=192).contains(&status) => {
                Reason::SessionEnded(Exit::Signal(status - 128))
            }
            exit => Reason::SessionEnded(exit),
        }
    }

    /// Its end for this reason, with the log of what failed.
    pub async fn ending(&mut self, reason: Reason) -> Ended {
        let log = match &reason {
            Reason::Stopped => None,
            Reason::NotStarted(_) | Reason::ServerEnded(_) => self.server_log.as_mut(),
            _ => self.session_log.as_mut().or(self.server_log.as_mut()),
        };
        let log = match log {
            Some(log) => log.last_lines().await,
            None => Vec::new(),
        };
        let reason = match reason {
            // What the server says last is why.
            Reason::NotStarted(LaunchError::ServerFailed { .. }) => {
                // X servers mark their errors, the empty lines among them.
                let unmarked = log.iter().map(|line| line.trim_start_matches("(EE)").trim());
                let said = unmarked.rev().find(|line| !line.is_empty());
                Reason::NotStarted(LaunchError::ServerFailed {
                    said: said.unwrap_or_default().to_owned(),
                })
            }
            reason => reason,
        };
        Ended { reason, log }
    }
}
