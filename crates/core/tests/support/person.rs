//! A controller at work, with a desktop that only notes what it is asked, and the person in front of it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use porthole_core::{
    ConfigPlace, Controller, Desktop, DisplayId, DisplayState, DisplayView, Handle, Intent, Notice,
    ShellError, Snapshot,
};
use tokio::sync::mpsc;
use url::Url;

use super::{Home, soon};

/// What the desktop was asked.
#[derive(Debug, PartialEq)]
pub enum Asked {
    Window(String, Url),
    Browser(Url),
    Copy(String),
    File(PathBuf),
    Show,
    StartAtLogin(bool),
    Quit,
}

/// Notes what it is asked, and answers as it is told to.
struct Fake {
    asked: mpsc::UnboundedSender<Asked>,
    answers: mpsc::UnboundedReceiver<Result<(), ShellError>>,
    starts_at_login: Arc<Mutex<bool>>,
}

impl Fake {
    fn ask(&mut self, asked: Asked) -> Result<(), ShellError> {
        self.asked.send(asked).unwrap();
        self.answers.blocking_recv().unwrap_or(Ok(()))
    }
}

impl Desktop for Fake {
    fn open_window(&mut self, _: &DisplayId, name: &str, url: &Url) -> Result<(), ShellError> {
        self.ask(Asked::Window(name.into(), url.clone()))
    }

    fn open_browser(&mut self, url: &Url) -> Result<(), ShellError> {
        self.ask(Asked::Browser(url.clone()))
    }

    fn copy(&mut self, text: &str) -> Result<(), ShellError> {
        self.ask(Asked::Copy(text.into()))
    }

    fn open_file(&mut self, path: &Path) -> Result<(), ShellError> {
        self.ask(Asked::File(path.into()))
    }

    fn show_window(&mut self) -> Result<(), ShellError> {
        self.ask(Asked::Show)
    }

    fn start_at_login(&mut self, on: bool) -> Result<(), ShellError> {
        self.ask(Asked::StartAtLogin(on))?;
        *self.starts_at_login.lock().unwrap() = on;
        Ok(())
    }

    fn starts_at_login(&mut self) -> Result<bool, ShellError> {
        Ok(*self.starts_at_login.lock().unwrap())
    }

    fn quit(&mut self) {
        self.asked.send(Asked::Quit).unwrap();
    }
}

/// A controller at work, and the person in front of it.
pub struct Person {
    pub handle: Handle,
    pub asked: mpsc::UnboundedReceiver<Asked>,
    pub answers: mpsc::UnboundedSender<Result<(), ShellError>>,
    /// What the system has; anybody may change it.
    pub starts_at_login: Arc<Mutex<bool>>,
}

impl Person {
    pub async fn start(home: &Home) -> Self {
        Self::start_at(home.place()).await
    }

    pub async fn start_at(place: ConfigPlace) -> Self {
        let (asking, asked) = mpsc::unbounded_channel();
        let (answers, answered) = mpsc::unbounded_channel();
        let starts_at_login = Arc::default();
        let fake = Fake {
            asked: asking,
            answers: answered,
            starts_at_login: Arc::clone(&starts_at_login),
        };
        let handle = Controller::start(place, fake).await.unwrap();
        Self {
            handle,
            asked,
            answers,
            starts_at_login,
        }
    }

    pub async fn click(&self, intent: Intent) {
        self.handle.intents.send(intent).await.unwrap();
    }

    /// What the desktop is asked next; it succeeds.
    pub async fn asked(&mut self) -> Asked {
        let asked = soon(self.asked.recv()).await.unwrap();
        let _ = self.answers.send(Ok(()));
        asked
    }

    /// The first snapshot that is as wanted.
    pub async fn sees(&mut self, wanted: impl FnMut(&Arc<Snapshot>) -> bool) -> Arc<Snapshot> {
        soon(self.handle.snapshots.wait_for(wanted))
            .await
            .unwrap()
            .clone()
    }

    pub async fn sees_notice(&mut self) -> Notice {
        self.sees(|now| now.notice.is_some())
            .await
            .notice
            .clone()
            .unwrap()
    }

    pub async fn sees_first(&mut self, mut wanted: impl FnMut(&DisplayView) -> bool) -> DisplayView {
        self.sees(|now| now.displays.first().is_some_and(&mut wanted))
            .await
            .displays[0]
            .clone()
    }

    pub async fn sees_unreachable(&mut self) -> (String, String) {
        match self
            .sees_first(|display| matches!(display.state, DisplayState::Unreachable { .. }))
            .await
            .state
        {
            DisplayState::Unreachable { reason, fix } => (reason, fix),
            other => panic!("{other:?}"),
        }
    }
}
