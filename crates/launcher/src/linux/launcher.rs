//! Where displays are started, and found again.

use std::{path::PathBuf, sync::Arc};

use tokio::sync::watch;

use super::{
    account::Account,
    folder::{Base, Folder},
    instance::Live,
    log::Log,
    login,
    process::{Identity, Process},
    record::Record,
    server,
    session_leader::Leader,
    this_screen::ThisScreen,
    watch as watching,
};
use crate::{Launch, LaunchError, LaunchStep, Launched, Reason, State, What};

/// Starts displays, and adopts those that an earlier run of this program has started. Its methods must be called
/// within a Tokio runtime, whose tasks watch over the displays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launcher {
    base: Base,
}

impl Launcher {
    /// A launcher that keeps its displays where the system has such things: `$XDG_RUNTIME_DIR/porthole`, as root
    /// `/run/porthole`, and towards other users, when we are not root, `/tmp/porthole-UID`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Like [`Launcher::new`], but with folders called `porthole-NAME`: it neither sees nor adopts what other launchers
    /// have started. The name is of 12 hexadecimal digits, so that its folders are not mistaken for others.
    pub fn apart(name: String) -> Self {
        Self {
            base: Base {
                apart: Some(name),
                ..Base::default()
            },
        }
    }

    /// A launcher that finds what all launchers of this user's have started, those that were set [apart](Self::apart)
    /// as well. Its own displays are as with [`Launcher::new`].
    pub fn every() -> Self {
        Self {
            base: Base {
                every: true,
                ..Base::default()
            },
        }
    }

    /// A launcher that keeps its displays in `folder`, which is made if it is not there. Every user that gets a
    /// display must be able to pass through the folders above it.
    pub fn at(folder: PathBuf) -> Self {
        Self {
            base: Base {
                fixed: Some(folder),
                ..Base::default()
            },
        }
    }

    /// Our own desktops begin in `home`, and read its `~/.profile`, rather than in our account's home. For tests, which
    /// must not depend on what the account of whoever runs them does at login.
    #[must_use]
    pub fn with_home(mut self, home: PathBuf) -> Self {
        self.base.home = Some(home);
        self
    }

    /// Whether such a display could be launched on this machine, as far as can be said without starting it: the
    /// VNC server is installed, the account exists, there is a screen to share.
    pub fn check(&self, what: &What) -> Result<(), LaunchError> {
        match what {
            What::Desktop(desktop) => {
                server::find_xvnc()?;
                Account::find(desktop.user.as_deref()).map(drop)
            }
            What::ThisScreen => {
                ThisScreen::find()?;
                server::find_x0vnc().map(drop)
            }
        }
    }

    /// Whether desktops that root starts for other users get a session of PAM's, as a login does, as far as can be said
    /// without starting one.
    pub fn opens_login_sessions(&self) -> bool {
        login::find_su_with_service().is_some()
    }

    /// Starts a display. It runs on when this program ends.
    pub fn start(&self, launch: Launch) -> Launched {
        let base = self.base.clone();
        watched(
            launch.clone(),
            State::Starting(LaunchStep::Account),
            |state, stop| watching::start(launch, base, state, stop),
        )
    }

    /// Takes over the displays that this program's user has started in earlier runs and that no other running
    /// program watches over. Those that have ended meanwhile, or were never completely started, are cleared away and
    /// come with their reason.
    pub async fn adopt(&self) -> Vec<Launched> {
        let folders = self
            .base
            .all()
            .into_iter()
            .filter_map(|base| base.read_dir().ok());
        let folders = folders
            .flatten()
            .flatten()
            .filter_map(|entry| Folder::hold(entry.path()));
        let mut adopted = Vec::new();
        for folder in folders.collect::<Vec<_>>() {
            adopted.extend(adopt(folder).await);
        }
        adopted
    }
}

/// A display whose state the task made by `watch` tells.
fn watched<F>(
    launch: Launch,
    first: State,
    watch: impl FnOnce(watch::Sender<State>, watch::Receiver<bool>) -> F,
) -> Launched
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, state) = watch::channel(first);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(watch(sender, stopped));
    Launched {
        launch: Arc::new(launch),
        state,
        stop: Arc::new(stop),
    }
}

/// Takes over the display in that folder, or clears the folder away.
async fn adopt(folder: Folder) -> Option<Launched> {
    let Some(mut record) = Record::read(&folder.record()) else {
        // Nothing runs before it is on record: this is a start that never came to it, or another boot's.
        let owner = Account::owner_of(&folder.desk())
            .or_else(|_| Account::find(None))
            .ok()?;
        folder.remove(&owner).await;
        return None;
    };
    let account = match Account::find(Some(&record.user)) {
        Ok(account) => account,
        Err(error) => {
            tracing::warn!("{} cannot be adopted: {error}", folder.path().display());
            return None;
        }
    };
    // Earlier versions did not say.
    record.opener = record
        .opener
        .or_else(|| record.session.and_then(login::opener_of));
    let writer = |log: usize| record.log_writers.get(log).copied().flatten();
    let found = |identity: Option<Identity>| identity.and_then(Process::find).map(Leader::new);
    let live = Live {
        server: found(record.server),
        session: found(record.session),
        server_log: Log::find(&folder.server_log(), writer(0)),
        session_log: Log::find(&folder.session_log(), writer(1)),
        account,
        folder,
        record,
    };
    let launch = live.record.launch.clone();
    let ended = reason_to_end(&live).await;
    let first = match &ended {
        None => State::Running(live.running()),
        Some(reason) => State::Stopping(reason.clone()),
    };
    Some(watched(launch, first, |state, stop| async move {
        match ended {
            None => watching::run(live, state, stop).await,
            Some(reason) => watching::end(live, reason, &state).await,
        }
    }))
}

/// Why a display that was found cannot go on.
async fn reason_to_end(live: &Live) -> Option<Reason> {
    if !live.record.complete {
        return Some(Reason::Interrupted);
    }
    let Some(server) = &live.server else {
        return Some(Reason::WhileAway);
    };
    if live.session.is_none() && live.has_session() {
        return Some(Reason::WhileAway);
    }
    let socket = live.folder.socket();
    let held = server::check_socket(&socket, server, &live.account).await;
    held.err().map(Reason::NotStarted)
}
