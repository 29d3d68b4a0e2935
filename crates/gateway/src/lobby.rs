//! Connections that have shown no token yet.
//!
//! When there are too many, the oldest goes: whoever opens sockets and says nothing is pushed out by those who come to
//! look at a desktop, and not the other way round.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::guesses::neighbourhood;

/// All of them together.
const MOST: usize = 2048;
/// Those of one address.
const MOST_OF_ONE: usize = 256;

/// The connections that have shown no token yet.
#[derive(Clone, Default)]
pub(crate) struct Lobby(Arc<Mutex<Waiting>>);

/// Dropping it tells a connection that its place is lost.
type Loss = oneshot::Sender<()>;

#[derive(Default)]
struct Waiting {
    next: u64,
    total: usize,
    closed: bool,
    of: HashMap<IpAddr, VecDeque<(u64, Loss)>>,
}

/// A connection's place in the lobby. It leaves when this is dropped.
pub(crate) struct Place {
    lobby: Lobby,
    address: IpAddr,
    number: u64,
    loss: oneshot::Receiver<()>,
}

impl Lobby {
    /// Takes in a connection from `address`; where there are too many, the oldest loses its place.
    pub(crate) fn enter(&self, address: IpAddr) -> Place {
        let address = neighbourhood(address);
        let (tell, loss) = oneshot::channel();
        let mut waiting = self.waiting();
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
            && let Some(&(oldest, _)) = waiting.of.get(&from).and_then(VecDeque::front)
        {
            waiting.leave(from, oldest);
        }
        let number = waiting.next;
        waiting.next += 1;
        if !waiting.closed {
            waiting.total += 1;
            waiting.of.entry(address).or_default().push_back((number, tell));
        }
        drop(waiting);
        Place {
            lobby: self.clone(),
            address,
            number,
            loss,
        }
    }

    /// Nobody has a place any more, nor who still comes.
    pub(crate) fn close(&self) {
        let mut waiting = self.waiting();
        waiting.closed = true;
        waiting.total = 0;
        waiting.of.clear();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits until the place is lost.
    pub(crate) async fn lost(&mut self) {
        // Nobody sends anything: the other end is dropped.
        let _ = (&mut self.loss).await;
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
    use futures_util::FutureExt;

    use super::*;

    fn is_lost(place: &mut Place) -> bool {
        place.lost().now_or_never().is_some()
    }

    #[test]
    fn the_oldest_of_an_address_makes_room_and_others_stay() {
        let lobby = Lobby::default();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut quiet = lobby.enter(other);
        let mut places: Vec<_> = (0..=MOST_OF_ONE).map(|_| lobby.enter(one)).collect();
        let lost: Vec<_> = places.iter_mut().map(is_lost).collect();
        assert!(lost[0] && !lost[1..].contains(&true));
        assert!(!is_lost(&mut quiet));
        drop(places);
        assert_eq!(lobby.waiting().total, 1);
    }

    #[test]
    fn nobody_stays_in_a_closed_lobby() {
        let lobby = Lobby::default();
        let mut before = lobby.enter("192.0.2.1".parse().unwrap());
        lobby.close();
        let mut after = lobby.enter("192.0.2.1".parse().unwrap());
        assert!(is_lost(&mut before) && is_lost(&mut after));
        drop((before, after));
        assert_eq!(lobby.waiting().total, 0);
    }

    #[test]
    fn in_a_full_lobby_the_busiest_address_makes_room() {
        let lobby = Lobby::default();
        let of = |n: usize| IpAddr::from([10, 0, (n / 200) as u8, (n % 200) as u8]);
        let mut oldest = lobby.enter(of(7));
        let mut places: Vec<_> = (1..=MOST).map(|n| lobby.enter(of(n))).collect();
        assert!(is_lost(&mut oldest) && !places.iter_mut().any(is_lost));
        assert_eq!(lobby.waiting().total, MOST);
    }
}
