//! What becomes of a launched display.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use porthole_rfb::Password;
use tokio::sync::watch;

use crate::{Launch, LaunchError, system};

/// A display that was launched or adopted: how it fares, and a way to stop it.
///
/// Dropping it neither stops the display nor ends the watch over it.
#[derive(Clone, Debug)]
pub struct Launched {
    pub(crate) launch: Arc<Launch>,
    pub(crate) state: watch::Receiver<State>,
    pub(crate) stop: Arc<watch::Sender<bool>>,
}

impl Launched {
    /// What was launched. After an adoption this is what it was launched as; the configuration may have changed.
    pub fn launch(&self) -> &Launch {
        &self.launch
    }

    /// Its state from now on.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Waits until it runs, or has ended.
    pub async fn running(&self) -> Result<Running, Ended> {
        let settled = |state: &State| matches!(state, State::Running(_) | State::Ended(_));
        match self.settle(settled).await {
            State::Running(running) => Ok(running),
            State::Ended(ended) => Err(ended),
            State::Starting(_) | State::Stopping(_) => Err(Ended::forsaken()),
        }
    }

    /// Waits until it has ended.
    pub async fn ended(&self) -> Ended {
        match self.settle(|state| matches!(state, State::Ended(_))).await {
            State::Ended(ended) => ended,
            _ => Ended::forsaken(),
        }
    }

    /// Stops it: asks session and server to end, waits a few seconds, then kills what is left. Nothing of it
    /// remains when this returns. Stopping what has ended is no error.
    pub async fn stop(&self) -> Ended {
        self.stop.send_replace(true);
        self.ended().await
    }

    /// The first state to be `settled`; the last one of all if the watch over the display ends before.
    async fn settle(&self, settled: impl FnMut(&State) -> bool) -> State {
        let mut state = self.state.clone();
        let found = state.wait_for(settled).await.map(|state| state.clone());
        found.unwrap_or_else(|_| self.state.borrow().clone())
    }
}

/// How a launched display fares.
#[derive(Clone, Debug)]
pub enum State {
    /// It is being started.
    Starting(LaunchStep),
    /// Viewers can connect.
    Running(Running),
    /// It is being ended, for this reason.
    Stopping(Reason),
    /// It is over, and nothing of it is left.
    Ended(Ended),
}

/// How far the start of a display has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaunchStep {
    /// Looking at the account it is for.
    Account,
    /// Making its private folder.
    Folder,
    /// Waiting for the VNC server.
    Server,
    /// Starting what runs in it.
    Session,
}

impl fmt::Display for LaunchStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "looking up the account",
            Self::Folder => "making a private folder",
            Self::Server => "starting the VNC server",
            Self::Session => "starting the session",
        })
    }
}

/// A display that viewers can connect to.
#[derive(Clone, Debug)]
pub struct Running {
    /// Since when it runs.
    pub since: SystemTime,
    /// The name of the account it runs as.
    pub user: String,
    /// The user id of that account. The gateway must find it as the owner of the socket's other end (SO_PEERCRED):
    /// the folder the socket is in belongs to that user, who could put something else there.
    pub uid: u32,
    /// The Unix socket that the VNC server listens on.
    pub socket: PathBuf,
    /// The number of its X display: 3 is `:3`.
    pub x_display: u32,
    /// The file with the X display's cookie, for whom may read it: the display's user, and root.
    pub x_authority: PathBuf,
    /// The password with which a viewer may control the display.
    pub password: Password,
    /// The password with which a viewer may only look: the VNC server itself then ignores input.
    pub view_password: Password,
    /// The POSIX sessions of its processes.
    pub(crate) sessions: Vec<i32>,
}

impl Running {
    /// How many bytes of memory the display's processes have to themselves: server and session, without what they
    /// share with others. This reads /proc from end to end, so ask while somebody looks, and off the async threads.
    pub fn memory(&self) -> u64 {
        system::memory(&self.sessions, self.uid)
    }

    /// The folder that holds the display's socket.
    pub fn folder(&self) -> &Path {
        self.socket.parent().unwrap_or(&self.socket)
    }
}

/// Why a display is over, and the last lines of its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Why, in a sentence by its `Display`.
    pub reason: Reason,
    /// The last lines of the log of what failed: foreign text, bounded, without control characters.
    pub log: Vec<String>,
}

impl Ended {
    /// The runtime that watched over the display is gone; the display itself may well run on.
    fn forsaken() -> Self {
        Self {
            reason: Reason::Forsaken,
            log: Vec::new(),
        }
    }
}

/// Why a display is over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// As it was asked to.
    #[error("It was stopped")]
    Stopped,
    /// It could not be started.
    #[error("{0}")]
    NotStarted(LaunchError),
    /// What ran in it ended.
    #[error("{}", session_ended(*.0))]
    SessionEnded(Exit),
    /// What ran in it ended as soon as it had started, and without an error.
    #[error(
        "The session ended within seconds, without an error: none of its programs kept running. The last lines of its log may say why"
    )]
    SessionEndedAtOnce,
    /// Its VNC server ended.
    #[error("{}", server_ended(*.0))]
    ServerEnded(Exit),
    /// It ended while this program was not running.
    #[error("It ended while Porthole was not running")]
    WhileAway,
    /// This program ended while it was starting the display.
    #[error("Porthole ended while starting this desktop. Start it again")]
    Interrupted,
    /// Nobody watches over it any more: this program is about to end. The display may run on.
    #[error("Porthole no longer manages it")]
    Forsaken,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Status(i32),
    /// By this signal.
    Signal(i32),
    /// It was not a child of ours, so nobody told us.
    Unknown,
}

fn session_ended(exit: Exit) -> String {
    match exit {
        Exit::Status(0) => "The session ended: its user logged out".to_owned(),
        Exit::Unknown => "The session ended".to_owned(),
        Exit::Status(126) => {
            "The session command could not be run (status 126): is it executable?".to_owned()
        }
        Exit::Status(127) => {
            "The session command was not found (status 127): is it installed, and spelt right?".to_owned()
        }
        Exit::Status(status) => {
            format!("The session command failed with status {status}; the last lines of its log may say why")
        }
        Exit::Signal(signal) => format!("The session was killed ({})", signal_name(signal)),
    }
}

fn server_ended(exit: Exit) -> String {
    match exit {
        Exit::Status(0) | Exit::Unknown => "The VNC server ended".to_owned(),
        Exit::Status(status) => format!("The VNC server failed with status {status}"),
        Exit::Signal(signal) => format!("The VNC server was killed ({})", signal_name(signal)),
    }
}

/// The signals that people meet.
fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        6 => "SIGABRT: it crashed",
        7 => "SIGBUS: it crashed",
        9 => "SIGKILL: someone ended it, or memory ran out",
        11 => "SIGSEGV: it crashed",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    format!("signal {signal}, {name}")
}
