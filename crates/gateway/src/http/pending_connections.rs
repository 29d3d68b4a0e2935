//! Connections that have shown no good token: those that have shown none yet, and those that wait for their refusal.
//!
//! When there are too many, the oldest goes: whoever opens sockets and says nothing is pushed out by those who come to
//! look at a desktop, and not the other way round.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use tokio::sync::oneshot;

use crate::http::rate_limit::neighbourhood;

/// Those that have shown no token, all together.
const MAX_PENDING: usize = 2048;
/// Those of one address.
const MAX_PENDING_PER_ADDRESS: usize = 256;

/// Those whose token was wrong and who wait for the answer, all together.
const MAX_WRONG: usize = 2048;
/// Those of one address: fewer than have shown none, for they must not push out the visitors who come beside them.
const MAX_WRONG_PER_ADDRESS: usize = 64;

/// Connections that have shown no good token.
#[derive(Clone)]
pub(crate) struct Queue {
    waiting: Arc<Mutex<Waiting>>,
    most: usize,
    most_of_one: usize,
}

/// All who have shown no good token.
pub(crate) struct PendingConnections {
    /// Those who have shown none yet.
    pub(crate) lobby: Queue,
    /// Those whose token was wrong, and who wait for the answer.
    pub(crate) wrong: Queue,
}

impl PendingConnections {
    pub(crate) fn new() -> Self {
        Self {
            lobby: Queue::with_room(MAX_PENDING, MAX_PENDING_PER_ADDRESS),
            wrong: Queue::with_room(MAX_WRONG, MAX_WRONG_PER_ADDRESS),
        }
    }

    /// A third of them has to go, the wrong ones first; `false` if nobody is there. (So many, because the oldest go and
    /// leave low numbers of descriptors: with one for one the highest would climb with each who comes.)
    pub(crate) fn push_out_some(&self) -> bool {
        let there = self.wrong.waiting().total + self.lobby.waiting().total;
        for _ in 0..there.div_ceil(3) {
            let _ = self.wrong.push_out_one() || self.lobby.push_out_one();
        }
        there > 0
    }

    /// Nobody has a place any more, nor who still comes.
    pub(crate) fn close(&self) {
        self.lobby.close();
        self.wrong.close();
    }
}

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
pub(crate) struct PendingSlot {
    lobby: Queue,
    number: u64,
    /// Whom it counts for. A trusted proxy's place comes to count for the visitor, once the proxy says who that is.
    address: Mutex<IpAddr>,
}

/// Is done when a connection has lost its place.
pub(crate) struct Evicted(oneshot::Receiver<()>);

impl Queue {
    fn with_room(most: usize, most_of_one: usize) -> Self {
        Self {
            waiting: Arc::default(),
            most,
            most_of_one,
        }
    }

    /// Takes in a connection from `address`; where there are too many, the oldest loses its place. Of a trusted proxy
    /// there may be as many as there is room for, until it says for whom they are.
    pub(crate) fn enter(&self, address: IpAddr, is_proxy: bool) -> (PendingSlot, Evicted) {
        let address = neighbourhood(address);
        let (tell, loss) = oneshot::channel();
        let mut waiting = self.waiting();
        if !is_proxy && waiting.count(address) >= self.most_of_one {
            waiting.push_out(address);
        } else if waiting.total >= self.most {
            waiting.push_out_of_the_busiest();
        }
        let number = waiting.next;
        waiting.next += 1;
        if !waiting.closed {
            waiting.total += 1;
            waiting.of.entry(address).or_default().push_back((number, tell));
        }
        drop(waiting);
        let place = PendingSlot {
            lobby: self.clone(),
            number,
            address: Mutex::new(address),
        };
        (place, Evicted(loss))
    }

    /// Takes the place of whoever came first from the busiest address; `false` if nobody is there.
    fn push_out_one(&self) -> bool {
        self.waiting().push_out_of_the_busiest()
    }

    fn close(&self) {
        let mut waiting = self.waiting();
        waiting.closed = true;
        waiting.total = 0;
        waiting.of.clear();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PendingSlot {
    /// Counts the connection for `address` from now on; where that has too many, the oldest of them loses its place.
    pub(crate) fn count_for(&self, address: IpAddr) {
        let address = neighbourhood(address);
        let mut counted = self.address.lock().unwrap_or_else(PoisonError::into_inner);
        if *counted == address {
            return;
        }
        let mut waiting = self.lobby.waiting();
        if let Some(loss) = waiting.leave(*counted, self.number) {
            if waiting.count(address) >= self.lobby.most_of_one {
                waiting.push_out(address);
            }
            waiting.total += 1;
            waiting
                .of
                .entry(address)
                .or_default()
                .push_back((self.number, loss));
        }
        *counted = address;
    }
}

impl Future for Evicted {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Nobody sends anything: the other end is dropped.
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}

impl Waiting {
    fn count(&self, address: IpAddr) -> usize {
        self.of.get(&address).map_or(0, VecDeque::len)
    }

    fn push_out_of_the_busiest(&mut self) -> bool {
        let busiest = self.of.iter().max_by_key(|(_, those)| those.len());
        let Some(address) = busiest.map(|(address, _)| *address) else {
            return false;
        };
        self.push_out(address);
        true
    }

    /// The oldest of an address loses its place.
    fn push_out(&mut self, address: IpAddr) {
        if let Some(&(oldest, _)) = self.of.get(&address).and_then(VecDeque::front) {
            self.leave(address, oldest);
        }
    }

    fn leave(&mut self, address: IpAddr, number: u64) -> Option<Loss> {
        let those = self.of.get_mut(&address)?;
        let at = those.iter().position(|(each, _)| *each == number);
        let left = at.and_then(|at| those.remove(at)).map(|(_, loss)| loss);
        self.total -= usize::from(left.is_some());
        if those.is_empty() {
            self.of.remove(&address);
        }
        left
    }
}

impl Drop for PendingSlot {
    fn drop(&mut self) {
        let address = *self.address.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.lobby.waiting().leave(address, self.number);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    type Both = (PendingSlot, Evicted);

    fn is_lost((_, lost): &mut Both) -> bool {
        lost.now_or_never().is_some()
    }

    #[test]
    fn the_oldest_of_an_address_makes_room_and_others_stay() {
        let lobby = PendingConnections::new().lobby;
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut quiet = lobby.enter(other, false);
        let mut places: Vec<_> = (0..=MAX_PENDING_PER_ADDRESS)
            .map(|_| lobby.enter(one, false))
            .collect();
        let lost: Vec<_> = places.iter_mut().map(is_lost).collect();
        assert!(lost[0] && !lost[1..].contains(&true));
        assert!(!is_lost(&mut quiet));
        drop(places);
        assert_eq!(lobby.waiting().total, 1);
    }

    #[test]
    fn nobody_stays_in_a_closed_lobby() {
        let lobby = PendingConnections::new().lobby;
        let mut before = lobby.enter("192.0.2.1".parse().unwrap(), false);
        lobby.close();
        let mut after = lobby.enter("192.0.2.1".parse().unwrap(), false);
        before.0.count_for("192.0.2.2".parse().unwrap());
        assert!(is_lost(&mut before) && is_lost(&mut after));
        drop((before, after));
        assert_eq!(lobby.waiting().total, 0);
    }

    #[test]
    fn in_a_full_lobby_the_busiest_address_makes_room() {
        let lobby = PendingConnections::new().lobby;
        let of = |n: usize| IpAddr::from([10, 0, (n / 200) as u8, (n % 200) as u8]);
        let mut oldest = lobby.enter(of(7), false);
        let mut places: Vec<_> = (1..=MAX_PENDING).map(|n| lobby.enter(of(n), false)).collect();
        assert!(is_lost(&mut oldest) && !places.iter_mut().any(is_lost));
        assert_eq!(lobby.waiting().total, MAX_PENDING);
    }

    #[test]
    fn behind_a_proxy_each_visitor_has_a_share_of_their_own() {
        let lobby = PendingConnections::new().lobby;
        let proxy = "127.0.0.1".parse().unwrap();
        let (greedy, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut quiet = lobby.enter(proxy, true);
        quiet.0.count_for(other);
        let mut places: Vec<_> = (0..MAX_PENDING_PER_ADDRESS + 10)
            .map(|_| lobby.enter(proxy, true))
            .collect();
        assert!(!places.iter_mut().any(is_lost));
        for (place, _) in &places {
            place.count_for(greedy);
            place.count_for(greedy);
        }
        let lost: Vec<_> = places.iter_mut().map(is_lost).collect();
        assert!(!lost[..10].contains(&false) && !lost[10..].contains(&true));
        assert!(!is_lost(&mut quiet));
        assert_eq!(lobby.waiting().total, MAX_PENDING_PER_ADDRESS + 1);
        drop((places, quiet));
        assert_eq!(lobby.waiting().total, 0);
        assert!(lobby.waiting().of.is_empty());
    }
}
