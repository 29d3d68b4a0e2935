//! Visitors who wait until the owner of the display has answered.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use porthole_gateway::{End, Rights};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

use crate::{AskView, DisplayId, SessionRights};

/// How long a visitor waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2 * 60);

/// So many visitors wait at a time; further ones are turned away.
const MOST: usize = 20;

/// So many of them from one address.
const MOST_OF_ONE: usize = 3;

/// Visitors who wait, and how to let them know. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub(super) struct Asking(Arc<Room>);

struct Room {
    patience: Duration,
    queue: Mutex<Queue>,
    /// Somebody came or went.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Queue {
    waiting: BTreeMap<u64, Waiting>,
    last: u64,
}

struct Waiting {
    display: DisplayId,
    name: String,
    address: IpAddr,
    rights: Rights,
    since: u64,
    answer: oneshot::Sender<Option<Rights>>,
}

/// A visitor about whom the owner is to be asked.
pub(super) struct Asked {
    pub display: DisplayId,
    /// What the display is called.
    pub name: String,
    pub address: IpAddr,
    /// What the link gives.
    pub rights: Rights,
    /// Now, in milliseconds since 1970 (UTC).
    pub since: u64,
}

impl Asking {
    /// `changes` is told when somebody comes or goes.
    pub fn new(changes: watch::Sender<u64>) -> Self {
        Self::with_patience(PATIENCE, changes)
    }

    fn with_patience(patience: Duration, changes: watch::Sender<u64>) -> Self {
        Self(Arc::new(Room {
            patience,
            queue: Mutex::default(),
            changes,
        }))
    }

    /// Waits for the owner's answer: what the visitor may do, which is never more than the link gives.
    ///
    /// # Errors
    /// The owner said no, or nothing for two minutes; or too many wait already.
    pub async fn ask(&self, asked: Asked) -> Result<Rights, End> {
        let most = asked.rights;
        let (place, answered) = self.queue_up(asked).ok_or(End::NotAnswered)?;
        let answer = timeout(self.0.patience, answered).await;
        drop(place);
        match answer {
            Ok(Ok(Some(rights))) => Ok(least(most, rights)),
            Ok(Ok(None)) => Err(End::Denied),
            Ok(Err(_)) | Err(_) => Err(End::NotAnswered),
        }
    }

    /// Answers a visitor; `false` if he has gone.
    pub fn answer(&self, visitor: u64, rights: Option<Rights>) -> bool {
        let waiting = self.queue().waiting.remove(&visitor);
        self.0.changes.send_modify(|count| *count += 1);
        waiting.is_some_and(|waiting| waiting.answer.send(rights).is_ok())
    }

    /// Who waits, the longest first.
    ///
    /// `name` tells what a display is called by now.
    pub fn views(&self, name: impl Fn(&DisplayId) -> Option<String>) -> Vec<AskView> {
        let queue = self.queue();
        let view = |(id, waiting): (&u64, &Waiting)| AskView {
            id: *id,
            display: name(&waiting.display).unwrap_or_else(|| waiting.name.clone()),
            address: waiting.address.to_string(),
            rights: SessionRights::from(waiting.rights),
            since: waiting.since,
        };
        queue.waiting.iter().map(view).collect()
    }

    fn queue_up(&self, asked: Asked) -> Option<(Place, oneshot::Receiver<Option<Rights>>)> {
        let (answer, answered) = oneshot::channel();
        let mut queue = self.queue();
        let of_one = queue.waiting.values();
        let of_one = of_one.filter(|other| other.address == asked.address).count();
        if queue.waiting.len() >= MOST || of_one >= MOST_OF_ONE {
            return None;
        }
        queue.last += 1;
        let id = queue.last;
        let waiting = Waiting {
            display: asked.display,
            name: asked.name,
            address: asked.address,
            rights: asked.rights,
            since: asked.since,
            answer,
        };
        queue.waiting.insert(id, waiting);
        drop(queue);
        self.0.changes.send_modify(|count| *count += 1);
        let asking = self.clone();
        Some((Place { asking, id }, answered))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A visitor's place in the queue; free again when this is dropped, however the waiting ends.
struct Place {
    asking: Asking,
    id: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let left = self.asking.queue().waiting.remove(&self.id);
        if left.is_some() {
            self.asking.0.changes.send_modify(|count| *count += 1);
        }
    }
}

fn least(one: Rights, other: Rights) -> Rights {
    match (one, other) {
        (Rights::Control, Rights::Control) => Rights::Control,
        _ => Rights::View,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_is_not_answered_in_time_goes() {
        let asking = Asking::with_patience(Duration::ZERO, watch::Sender::new(0));
        let asked = Asked {
            display: "alice".parse().unwrap(),
            name: "Alice".into(),
            address: [192, 0, 2, 1].into(),
            rights: Rights::Control,
            since: 0,
        };
        assert_eq!(asking.ask(asked).await, Err(End::NotAnswered));
        assert_eq!(asking.views(|_| None), []);
    }
}
