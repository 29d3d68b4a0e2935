//! Visitors who wait until the owner of the display has answered.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use porthole_gateway::{CloseReason, Rights, TokenHash, neighbourhood};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

use crate::{AskView, DisplayId, SessionRights};

/// How long a visitor waits for an answer.
const APPROVAL_TIMEOUT: Duration = Duration::from_secs(2 * 60);

/// So many visitors of one link wait at a time: the owner is asked about each of them.
const MAX_WAITING_PER_LINK: usize = 8;

/// So many of all links.
const MAX_WAITING: usize = 64;

/// Visitors who wait, and how to let them know. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub(super) struct ApprovalQueue(Arc<Room>);

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
    asked: Asked,
    answer: oneshot::Sender<Result<Rights, CloseReason>>,
}

/// A visitor about whom the owner is to be asked.
pub(super) struct Asked {
    pub link: TokenHash,
    pub display: DisplayId,
    /// What the display is called.
    pub name: String,
    pub address: IpAddr,
    /// What the link gives.
    pub rights: Rights,
    /// Now, in milliseconds since 1970 (UTC).
    pub since: u64,
}

impl ApprovalQueue {
    /// `changes` is told when somebody comes or goes.
    pub fn new(changes: watch::Sender<u64>) -> Self {
        Self::with_patience(APPROVAL_TIMEOUT, changes)
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
    /// The owner said no, or nothing for two minutes; or too many visitors of the link wait already. Where many of them
    /// come from one address, its latest makes room for one from another.
    pub async fn ask(&self, asked: Asked) -> Result<Rights, CloseReason> {
        let most = asked.rights;
        let (place, answered) = self.queue_up(asked).ok_or(CloseReason::TooManyWaiting)?;
        let answer = timeout(self.0.patience, answered).await;
        drop(place);
        match answer {
            Ok(Ok(Ok(rights))) => Ok(least(most, rights)),
            Ok(Ok(Err(end))) => Err(end),
            Ok(Err(_)) | Err(_) => Err(CloseReason::NotAnswered),
        }
    }

    /// Answers a visitor; `false` if they have gone.
    pub fn answer(&self, visitor: u64, rights: Option<Rights>) -> bool {
        let waiting = self.queue().waiting.remove(&visitor);
        self.0.changes.send_modify(|count| *count += 1);
        let answer = rights.ok_or(CloseReason::Denied);
        waiting.is_some_and(|waiting| waiting.answer.send(answer).is_ok())
    }

    /// Who waits, the longest first.
    ///
    /// `name` tells what a display is called by now.
    pub fn views(&self, name: impl Fn(&DisplayId) -> Option<String>) -> Vec<AskView> {
        let queue = self.queue();
        let view = |(id, Waiting { asked, .. }): (&u64, &Waiting)| AskView {
            id: *id,
            display: name(&asked.display).unwrap_or_else(|| asked.name.clone()),
            address: asked.address.to_string(),
            rights: SessionRights::from(asked.rights),
            since: asked.since,
        };
        queue.waiting.iter().map(view).collect()
    }

    fn queue_up(&self, asked: Asked) -> Option<(Place, oneshot::Receiver<Result<Rights, CloseReason>>)> {
        let (answer, answered) = oneshot::channel();
        let mut queue = self.queue();
        if !queue.make_room(&asked) {
            return None;
        }
        queue.last += 1;
        let id = queue.last;
        queue.waiting.insert(id, Waiting { asked, answer });
        drop(queue);
        self.0.changes.send_modify(|count| *count += 1);
        let asking = self.clone();
        Some((Place { asking, id }, answered))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Whether there is room for a visitor, if need be at the cost of the address or the link that has far more.
    fn make_room(&mut self, asked: &Asked) -> bool {
        let of_link = |other: &Asked| other.link == asked.link;
        if self.count(of_link) >= MAX_WAITING_PER_LINK {
            let key = |other: &Asked| of_link(other).then(|| neighbourhood(other.address));
            return self.push_out(key, neighbourhood(asked.address));
        }
        if self.waiting.len() >= MAX_WAITING {
            return self.push_out(|other| Some(other.link), asked.link);
        }
        true
    }

    /// Of the group with the most visitors the latest has to go, unless it is hardly larger than the `own` group of who
    /// comes.
    fn push_out<K: PartialEq>(&mut self, group: impl Fn(&Asked) -> Option<K>, own: K) -> bool {
        let in_group = |key: &K| self.count(|other| group(other).as_ref() == Some(key));
        let sizes = self
            .waiting
            .iter()
            .filter_map(|(id, waiting)| Some((in_group(&group(&waiting.asked)?), *id)));
        // Of the same size, the id counts: the latest.
        let Some((most, latest)) = sizes.max() else {
            return false;
        };
        if most <= in_group(&own) + 1 {
            return false;
        }
        if let Some(waiting) = self.waiting.remove(&latest) {
            // They may have gone.
            let _ = waiting.answer.send(Err(CloseReason::TooManyWaiting));
        }
        true
    }

    fn count(&self, which: impl Fn(&Asked) -> bool) -> usize {
        self.waiting
            .values()
            .filter(|waiting| which(&waiting.asked))
            .count()
    }
}

/// A visitor's place in the queue; free again when this is dropped, however the waiting ends.
struct Place {
    asking: ApprovalQueue,
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
    use futures_util::{FutureExt, future::BoxFuture};
    use porthole_gateway::Token;

    use super::*;

    type Answer = BoxFuture<'static, Result<Rights, CloseReason>>;

    /// Somebody who has begun to wait, or was turned away.
    fn ask(
        asking: &ApprovalQueue,
        link: &str,
        address: &str,
    ) -> (Answer, Option<Result<Rights, CloseReason>>) {
        let asked = Asked {
            link: Token::from(link).hash(),
            display: "alice".parse().unwrap(),
            name: "Alice".into(),
            address: address.parse().unwrap(),
            rights: Rights::Control,
            since: 0,
        };
        let asking = asking.clone();
        let mut answer = async move { asking.ask(asked).await }.boxed();
        let at_once = (&mut answer).now_or_never();
        (answer, at_once)
    }

    #[tokio::test]
    async fn who_is_not_answered_in_time_goes() {
        let asking = ApprovalQueue::with_patience(Duration::ZERO, watch::Sender::new(0));
        let (answer, at_once) = ask(&asking, "link", "192.0.2.1");
        let answer = match at_once {
            Some(answer) => answer,
            None => answer.await,
        };
        assert_eq!(answer, Err(CloseReason::NotAnswered));
        assert_eq!(asking.views(|_| None), []);
    }

    #[tokio::test]
    async fn many_of_one_address_keep_nobody_else_from_asking() {
        let asking = ApprovalQueue::new(watch::Sender::new(0));
        let full = Some(Err(CloseReason::TooManyWaiting));
        let mut greedy: Vec<_> = (0..MAX_WAITING_PER_LINK)
            .map(|_| ask(&asking, "link", "2001:db8::1").0)
            .collect();
        // Another of the same network has no better right.
        assert_eq!(ask(&asking, "link", "2001:db8::2").1, full);
        // Whoever comes from elsewhere has; and the neighbours have other links.
        let (_honest, at_once) = ask(&asking, "link", "192.0.2.1");
        assert_eq!(at_once, None);
        assert_eq!((&mut greedy[MAX_WAITING_PER_LINK - 1]).now_or_never(), full);
        let (_neighbour, at_once) = ask(&asking, "other", "2001:db8::1");
        assert_eq!(at_once, None);
        assert_eq!(asking.views(|_| None).len(), MAX_WAITING_PER_LINK + 1);
        // Where all come from different addresses, nobody has to go.
        let addresses = (1..=MAX_WAITING_PER_LINK).map(|n| format!("198.51.100.{n}"));
        let fair: Vec<_> = addresses.map(|address| ask(&asking, "fair", &address)).collect();
        assert!(fair.iter().all(|(_, at_once)| at_once.is_none()));
        assert_eq!(ask(&asking, "fair", "198.51.100.99").1, full);
    }

    #[tokio::test]
    async fn many_links_keep_no_other_link_from_asking() {
        let asking = ApprovalQueue::new(watch::Sender::new(0));
        let links = MAX_WAITING / MAX_WAITING_PER_LINK;
        let _crowd: Vec<_> = (0..MAX_WAITING)
            .map(|n| ask(&asking, &(n % links).to_string(), &format!("192.0.2.{n}")).0)
            .collect();
        assert_eq!(asking.views(|_| None).len(), MAX_WAITING);
        let (_other, at_once) = ask(&asking, "other", "198.51.100.1");
        assert_eq!((at_once, asking.views(|_| None).len()), (None, MAX_WAITING));
    }
}
