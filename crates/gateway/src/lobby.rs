//! Connections that have shown no token yet.
//!
//! When there are too many, the oldest goes: whoever opens sockets and says nothing is pushed out by those who come to
//! look at a desktop, and not the other way round.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::task::AbortHandle;

use crate::guesses::neighbourhood;

/// All of them together.
const MOST: usize = 2048;
/// Those of one address.
const MOST_OF_ONE: usize = 256;

/// The connections that have shown no token yet.
#[derive(Clone, Default)]
pub(crate) struct Lobby(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    next: u64,
    total: usize,
    closed: bool,
    of: HashMap<IpAddr, VecDeque<(u64, AbortHandle)>>,
}

/// A connection's place in the lobby. It leaves when this is dropped.
pub(crate) struct Place {
    lobby: Lobby,
    address: IpAddr,
    number: u64,
}

impl Lobby {
    /// Takes in the connection from `address` that `task` serves, and ends the oldest where there are too many.
    pub(crate) fn enter(&self, address: IpAddr, task: AbortHandle) -> Place {
        let address = neighbourhood(address);
        let mut waiting = self.waiting();
        if waiting.closed {
            task.abort();
        }
        let crowded = waiting.total >= MOST;
        let most_of = crowded.then(|| {
            waiting
                .of
                .iter()
                .max_by_key(|(_, those)| those.len())
                .map(|(key, _)| *key)
        });
        let own = waiting.of.get(&address).map_or(0, VecDeque::len) >= MOST_OF_ONE;
        if let Some(from) = if own { Some(address) } else { most_of.flatten() }
            && let Some((number, oldest)) = waiting.of.get(&from).and_then(VecDeque::front).cloned()
        {
            oldest.abort();
            waiting.leave(from, number);
        }
        let number = waiting.next;
        waiting.next += 1;
        waiting.total += 1;
        waiting.of.entry(address).or_default().push_back((number, task));
        drop(waiting);
        Place {
            lobby: self.clone(),
            address,
            number,
        }
    }

    /// Ends all of them, and everyone who still comes.
    pub(crate) fn close(&self) {
        let mut waiting = self.waiting();
        waiting.closed = true;
        let everybody = waiting.of.values().flatten();
        everybody.for_each(|(_, task)| task.abort());
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn leave(&mut self, address: IpAddr, number: u64) {
        let Some(those) = self.of.get_mut(&address) else {
            return;
        };
        if let Some(at) = those.iter().position(|(each, _)| *each == number) {
            those.remove(at);
            self.total -= 1;
        }
        if those.is_empty() {
            self.of.remove(&address);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lobby.waiting().leave(self.address, self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stuck() -> tokio::task::JoinHandle<()> {
        tokio::spawn(std::future::pending())
    }

    #[tokio::test]
    async fn the_oldest_of_an_address_makes_room_and_others_stay() {
        let lobby = Lobby::default();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let quiet = stuck();
        let _quiet = lobby.enter(other, quiet.abort_handle());
        let (first, rest) = (stuck(), stuck());
        let mut places = vec![lobby.enter(one, first.abort_handle())];
        places.extend((1..MOST_OF_ONE).map(|_| lobby.enter(one, rest.abort_handle())));
        places.push(lobby.enter(one, rest.abort_handle()));
        assert!(first.await.unwrap_err().is_cancelled());
        assert!(!rest.is_finished() && !quiet.is_finished());
        drop(places);
        assert_eq!(lobby.waiting().total, 1);
    }

    #[tokio::test]
    async fn nobody_stays_in_a_closed_lobby() {
        let lobby = Lobby::default();
        let (before, after) = (stuck(), stuck());
        let _before = lobby.enter("192.0.2.1".parse().unwrap(), before.abort_handle());
        lobby.close();
        let _after = lobby.enter("192.0.2.1".parse().unwrap(), after.abort_handle());
        assert!(before.await.unwrap_err().is_cancelled());
        assert!(after.await.unwrap_err().is_cancelled());
    }

    #[tokio::test]
    async fn in_a_full_lobby_the_busiest_address_makes_room() {
        let lobby = Lobby::default();
        let of = |n: usize| IpAddr::from([10, 0, (n / 200) as u8, (n % 200) as u8]);
        let (rest, oldest) = (stuck(), stuck());
        let mut places = vec![lobby.enter(of(7), oldest.abort_handle())];
        places.extend((1..MOST).map(|n| lobby.enter(of(n), rest.abort_handle())));
        places.push(lobby.enter(of(MOST), rest.abort_handle()));
        assert!(oldest.await.unwrap_err().is_cancelled());
        assert_eq!(lobby.waiting().total, MOST);
    }
}
