//! Notifications, which draw [`porthole_core::app::notifications`]: over the session bus, as the Desktop Notifications Specification 1.3
//! has it. Where nothing shows notifications there are none.

use std::{collections::HashMap, future::pending, sync::Arc, time::Duration};

use futures_util::StreamExt;
use porthole_core::{
    Handle, Intent, Snapshot,
    app::notifications::{Notification, Subject, notes},
};
use tauri::{AppHandle, Manager, Runtime};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};
use tracing::debug;
use zbus::{Connection, zvariant::Value};

use crate::ipc;

/// Who has not answered by then is taken not to be there.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// After something was shown: who came and went meanwhile is not announced any more.
const NOTIFICATION_INTERVAL: Duration = Duration::from_secs(1);

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Notifications {
    #[expect(clippy::too_many_arguments, reason = "the specification has them")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    fn close_notification(&self, id: u32) -> zbus::Result<()>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;

    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
}

/// Shows each snapshot's notes, and asks for what people answer, until the program ends.
pub async fn draw<R: Runtime>(app: AppHandle<R>) {
    let mut snapshots = app.state::<Handle>().snapshots.clone();
    let mut board = Board::default();
    let mut rested = Instant::now();
    loop {
        tokio::select! {
            changed = change(&mut snapshots, rested) => {
                if changed.is_err() {
                    return;
                }
                let snapshot = snapshots.borrow_and_update().clone();
                if board.show(&snapshot).await {
                    rested = Instant::now() + NOTIFICATION_INTERVAL;
                }
            }
            intent = board.answered() => ipc::ask(&app, intent),
        }
    }
}

async fn change(
    snapshots: &mut watch::Receiver<Arc<Snapshot>>,
    rested: Instant,
) -> Result<(), watch::error::RecvError> {
    sleep_until(rested).await;
    snapshots.changed().await
}

/// The notifications that stand.
#[derive(Default)]
struct Board {
    /// Connected when there is first something to say.
    line: Option<Line>,
    /// What a person was told, and as long as it stands, its number and the answers to it. A subject is forgotten when
    /// the notes have it no more; until then nobody is told again.
    told: HashMap<Subject, Option<(u32, Vec<Intent>)>>,
}

/// The connection to what shows notifications.
struct Line {
    notifications: NotificationsProxy<'static>,
    answers: ActionInvokedStream,
    ends: NotificationClosedStream,
}

impl Board {
    /// Brings the notifications up to date; whether one was added.
    async fn show(&mut self, snapshot: &Snapshot) -> bool {
        let notes = notes(snapshot);
        let gone: Vec<_> = self.told.keys().copied().collect();
        for about in gone {
            if notes.iter().all(|note| note.about != about) {
                self.take_down(about).await;
            }
        }
        let mut added = false;
        for note in notes {
            if !self.told.contains_key(&note.about) {
                self.put_up(note).await;
                added = true;
            }
        }
        added
    }

    async fn put_up(&mut self, note: Notification) {
        let about = note.about;
        let shown = match timeout(CALL_TIMEOUT, self.send(&note)).await {
            Ok(Ok(number)) => Some((
                number,
                note.answers.into_iter().map(|(_, intent)| intent).collect(),
            )),
            Ok(Err(error)) => {
                debug!(%error, "a notification could not be shown");
                None
            }
            Err(_) => None,
        };
        if let Some((number, _)) = shown {
            // Who shows notifications may have been started anew, and numbers them from the beginning.
            self.forget(number);
        }
        self.told.insert(about, shown);
    }

    async fn send(&mut self, note: &Notification) -> zbus::Result<u32> {
        let line = match &mut self.line {
            Some(line) => line,
            none => none.insert(Line::connect().await?),
        };
        // An answer goes by its place among the answers.
        let keys: Vec<_> = (0..note.answers.len()).map(|at| at.to_string()).collect();
        let actions: Vec<_> = keys
            .iter()
            .zip(&note.answers)
            .flat_map(|(key, (words, _))| [key.as_str(), words.as_str()])
            .collect();
        let (urgency, expires) = match note.urgent {
            true => (2_u8, 0),
            false => (1_u8, -1),
        };
        let hints = HashMap::from([("urgency", Value::from(urgency))]);
        let notifications = &line.notifications;
        notifications
            .notify(
                "Porthole",
                0,
                "porthole",
                &note.title,
                &note.body,
                &actions,
                hints,
                expires,
            )
            .await
    }

    async fn take_down(&mut self, about: Subject) {
        let (Some(Some((number, _))), Some(line)) = (self.told.remove(&about), &self.line) else {
            return;
        };
        // It may have been put away in this moment.
        let _ = timeout(CALL_TIMEOUT, line.notifications.close_notification(number)).await;
    }

    /// The next answer that somebody gives; none while nothing was shown yet.
    async fn answered(&mut self) -> Intent {
        loop {
            let Some(line) = &mut self.line else {
                return pending().await;
            };
            tokio::select! {
                answer = line.answers.next() => match answer.as_ref().map(ActionInvoked::args) {
                    Some(Ok(answer)) => {
                        if let Some(intent) = self.answer(answer.id, &answer.action_key) {
                            return intent;
                        }
                    }
                    Some(Err(_)) => {}
                    None => self.hang_up(),
                },
                end = line.ends.next() => match end.as_ref().map(NotificationClosed::args) {
                    Some(Ok(end)) => self.forget(end.id),
                    Some(Err(_)) => {}
                    None => self.hang_up(),
                },
            }
        }
    }

    /// What the answer `key` to a notification asks for, if it is one of ours.
    fn answer(&self, number: u32, key: &str) -> Option<Intent> {
        let mut standing = self.told.values().flatten();
        let (_, answers) = standing.find(|(shown, _)| *shown == number)?;
        answers.get(key.parse::<usize>().ok()?).cloned()
    }

    /// The bus is gone, and what stood there with it.
    fn hang_up(&mut self) {
        self.line = None;
        self.told.values_mut().for_each(|shown| *shown = None);
    }

    fn forget(&mut self, number: u32) {
        for shown in self.told.values_mut() {
            shown.take_if(|(shown, _)| *shown == number);
        }
    }
}

impl Line {
    async fn connect() -> zbus::Result<Self> {
        let notifications = NotificationsProxy::new(&Connection::session().await?).await?;
        Ok(Self {
            answers: notifications.receive_action_invoked().await?,
            ends: notifications.receive_notification_closed().await?,
            notifications,
        })
    }
}
