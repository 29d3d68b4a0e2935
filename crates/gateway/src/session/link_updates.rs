//! What the view-only sessions of one link may together ask of its VNC server: a full update makes it encode its whole
//! screen, and asked for without end that costs everybody.

use std::{sync::Arc, time::Duration};

use porthole_rfb::SharedUpdateBudget;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// Each session has its first full update, and a server sends all of its screen to a new client whatever that asks for. So
/// sessions wait for their turn: as many begin at once as the link may have, but at least this many …
const MIN_FIRSTS_AT_ONCE: u32 = 64;
/// … and then one in this time.
const FIRSTS_INTERVAL: Duration = Duration::from_millis(250);

/// The full updates of a link: those of new sessions, and those that sessions ask for later.
pub(crate) struct LinkUpdates {
    made: Instant,
    /// Of later ones.
    pub(crate) budget: Arc<SharedUpdateBudget>,
    /// When all firsts are saved up again. It is held by whoever is next, so that they come in their order.
    firsts: Mutex<Instant>,
}

impl LinkUpdates {
    pub(crate) fn new() -> Self {
        let made = Instant::now();
        Self {
            made,
            budget: Arc::default(),
            firsts: Mutex::new(made),
        }
    }

    /// Tells the budget of later ones the time.
    pub(crate) fn tell_time(&self, now: Instant) {
        self.budget.elapse_until(now.saturating_duration_since(self.made));
    }

    /// Waits until one more session of the link may begin, of which there may be `sessions` at a time. Whoever stops waiting
    /// has taken nothing.
    pub(crate) async fn first(&self, sessions: usize) {
        let at_once = u32::try_from(sessions)
            .unwrap_or(u32::MAX)
            .max(MIN_FIRSTS_AT_ONCE);
        let mut full_again = self.firsts.lock().await;
        let next = (*full_again).max(Instant::now()) + FIRSTS_INTERVAL;
        // No such time: the machine has not run for so long, and all of them are free.
        if let Some(turn) = next.checked_sub(FIRSTS_INTERVAL.saturating_mul(at_once)) {
            sleep_until(turn).await;
        }
        *full_again = next;
    }

    /// Whether all firsts are saved up.
    pub(crate) fn has_all_firsts(&self, now: Instant) -> bool {
        self.firsts.try_lock().is_ok_and(|full_again| *full_again <= now)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::{FutureExt, future::join_all};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_crowd_that_comes_back_does_not_wait_and_who_always_comes_back_does() {
        let updates = LinkUpdates::new();
        let begun = Instant::now();
        for _ in 0..3 {
            join_all((0..50).map(|_| updates.first(64))).await;
            tokio::time::advance(Duration::from_secs(13)).await;
        }
        assert_eq!(begun.elapsed(), Duration::from_secs(39), "somebody waited");
        tokio::time::advance(Duration::from_secs(100)).await;
        assert!(updates.has_all_firsts(Instant::now()));
        let begun = Instant::now();
        for _ in 0..64 + 40 {
            updates.first(64).await;
        }
        assert_eq!(begun.elapsed(), Duration::from_secs(10));
        assert!(!updates.has_all_firsts(Instant::now()));
        // As many as the owner allows, at once.
        let large = LinkUpdates::new();
        let begun = Instant::now();
        for _ in 0..300 {
            large.first(300).await;
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
        assert!(large.first(300).now_or_never().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_has_taken_nothing_and_the_others_keep_their_order() {
        let updates = LinkUpdates::new();
        for _ in 0..64 {
            updates.first(1).await;
        }
        for _ in 0..1000 {
            assert!(updates.first(1).now_or_never().is_none());
        }
        let begun = Instant::now();
        {
            let mut leaving = pin!(updates.first(1));
            assert!(leaving.as_mut().now_or_never().is_none());
            let mut second = pin!(updates.first(1));
            assert!(second.as_mut().now_or_never().is_none());
            tokio::time::advance(Duration::from_millis(125)).await;
        }
        updates.first(1).await;
        assert_eq!(begun.elapsed(), FIRSTS_INTERVAL);
        let (mut first, mut second) = (pin!(updates.first(1)), pin!(updates.first(1)));
        assert!(first.as_mut().now_or_never().is_none());
        tokio::select! {
            biased;
            () = &mut second => panic!("out of order"),
            () = &mut first => {}
        }
        second.await;
        assert_eq!(begun.elapsed(), 3 * FIRSTS_INTERVAL);
    }
}
