//! Notifications, as a desktop shows them: the Desktop Notifications Specification 1.3, over D-Bus.

#![allow(
    missing_docs,
    reason = "zbus makes a public trait of the signals, without a word on it"
)]

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use tokio::sync::watch;
use zbus::{Connection, object_server::SignalEmitter, zvariant::OwnedValue};

use crate::{deadline::eventually, desktop::Desktop};

const PATH: &str = "/org/freedesktop/Notifications";

/// A notification that stands.
#[derive(Clone, Debug)]
pub struct Note {
    number: u32,
    /// Its first line.
    pub title: String,
    /// What is below.
    pub body: String,
    /// What a person can answer: the answer's name, and its words.
    answers: Vec<(String, String)>,
}

impl Note {
    /// The words on its buttons.
    #[must_use]
    pub fn answers(&self) -> Vec<&str> {
        self.answers.iter().map(|(_, words)| words.as_str()).collect()
    }
}

/// What shows notifications on a desktop.
pub struct Notes {
    connection: Connection,
    standing: watch::Receiver<Vec<Note>>,
    /// All that was ever shown.
    all: watch::Receiver<Vec<Note>>,
}

impl Notes {
    /// Puts it on the desktop.
    ///
    /// # Errors
    ///
    /// When the bus refuses it.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let (stand, standing) = watch::channel(Vec::new());
        let (keep, all) = watch::channel(Vec::new());
        let daemon = Daemon {
            standing: stand,
            all: keep,
        };
        let connection = zbus::connection::Builder::address(desktop.bus())?
            .serve_at(PATH, daemon)?
            .name("org.freedesktop.Notifications")?
            .build()
            .await?;
        Ok(Self {
            connection,
            standing,
            all,
        })
    }

    /// The notification whose title has these words.
    ///
    /// # Errors
    ///
    /// When there is none in time.
    pub async fn says(&self, words: &str) -> Result<Note> {
        eventually(&format!("a notification says “{words}”"), async || {
            let standing = self.standing.borrow().clone();
            let mut fitting = standing.iter().filter(|note| note.title.contains(words));
            fitting
                .next()
                .cloned()
                .with_context(|| format!("there are {standing:?}"))
        })
        .await
    }

    /// Waits until no notification stands.
    ///
    /// # Errors
    ///
    /// When some stand for long.
    pub async fn are_gone(&self) -> Result<()> {
        eventually("all notifications are gone", async || {
            let standing = self.standing.borrow().clone();
            ensure!(standing.is_empty(), "there are {standing:?}");
            Ok(())
        })
        .await
    }

    /// Presses the button with these words.
    ///
    /// # Errors
    ///
    /// When the notification has no such button.
    pub async fn answer(&self, note: &Note, words: &str) -> Result<()> {
        let mut fitting = note.answers.iter().filter(|(_, shown)| shown == words);
        let (name, _) = fitting.next().with_context(|| format!("it has {note:?}"))?;
        let emitter = SignalEmitter::new(&self.connection, PATH)?;
        Ok(Daemon::action_invoked(&emitter, note.number, name).await?)
    }

    /// All text of all notifications that there ever were.
    #[must_use]
    pub fn written(&self) -> String {
        format!("{:?}", self.all.borrow())
    }
}

struct Daemon {
    standing: watch::Sender<Vec<Note>>,
    all: watch::Sender<Vec<Note>>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    #[expect(clippy::too_many_arguments, reason = "the specification has them")]
    fn notify(
        &self,
        _app_name: &str,
        _replaces: u32,
        _icon: &str,
        summary: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expires: i32,
    ) -> u32 {
        let number = u32::try_from(self.all.borrow().len()).unwrap_or_default() + 1;
        let pairs = actions.chunks_exact(2);
        let note = Note {
            number,
            title: summary,
            body,
            answers: pairs.map(|pair| (pair[0].clone(), pair[1].clone())).collect(),
        };
        self.all.send_modify(|all| all.push(note.clone()));
        self.standing.send_modify(|standing| standing.push(note));
        number
    }

    fn close_notification(&self, number: u32) {
        self.standing
            .send_modify(|standing| standing.retain(|note| note.number != number));
    }

    /// A button was pressed.
    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, number: u32, name: &str) -> zbus::Result<()>;
}
