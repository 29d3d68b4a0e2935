//! A brake for those who guess tokens and PINs.
//!
//! Right ones are never counted and never wait, so no stranger can keep an honest visitor out, whatever address they
//! share. The other side of that: whoever does not wait for an answer learns nothing but that it does not come at once.
//! What protects a link in the end is the length of its token.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// So many wrong tokens an address has free …
const FREE_GUESSES: u32 = 20;
/// … and then one in this time.
const GUESS_INTERVAL: Duration = Duration::from_secs(1);
/// The longest that anybody waits for an answer.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(30);
/// More addresses than this are not told apart: those that were not known before count as one.
const MAX_ADDRESSES: usize = 4096;

/// Counts the wrong tokens of each address. Right ones are never counted.
#[derive(Default)]
pub(crate) struct RateLimiter(Mutex<HashMap<IpAddr, Instant>>);

/// How an address is answered that was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RateLimit {
    /// At once.
    Off,
    /// After this time.
    Wait(Duration),
    /// After this time, with the news that it was wrong too often.
    TooMany(Duration),
}

impl RateLimiter {
    /// Takes note of a wrong token.
    pub(crate) fn one_more(&self, address: IpAddr) -> RateLimit {
        let now = Instant::now();
        let mut paid_until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut address = neighbourhood(address);
        if paid_until.len() >= MAX_ADDRESSES && !paid_until.contains_key(&address) {
            paid_until.retain(|_, until| *until > now);
            paid_until.shrink_to(MAX_ADDRESSES / 4);
            if paid_until.len() >= MAX_ADDRESSES {
                address = Ipv6Addr::UNSPECIFIED.into();
            }
        }
        // Each guess costs the address a second; what it has not spent for a while is its own again.
        let until = paid_until.entry(address).or_insert(now);
        let next = (*until).max(now) + GUESS_INTERVAL;
        let wait = (next - now).saturating_sub(FREE_GUESSES * GUESS_INTERVAL);
        if wait > MAX_WAIT {
            return RateLimit::TooMany(MAX_WAIT);
        }
        *until = next;
        if wait.is_zero() {
            RateLimit::Off
        } else {
            RateLimit::Wait(wait)
        }
    }
}

/// Whom an address counts for where visitors are counted by their addresses: one household has one IPv4 address, or a /64
/// of IPv6 to choose from.
pub fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn beyond_twenty_guesses_wait_for_their_turn_and_only_those_of_their_address() {
        let guesses = RateLimiter::default();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert!((0..20).all(|_| guesses.one_more(one) == RateLimit::Off));
        for turn in 1..=30 {
            assert_eq!(guesses.one_more(one), RateLimit::Wait(turn * SECOND));
        }
        assert!((0..1000).all(|_| guesses.one_more(one) == RateLimit::TooMany(MAX_WAIT)));
        assert_eq!(guesses.one_more(other), RateLimit::Off);
        tokio::time::advance(10 * SECOND).await;
        assert_eq!(guesses.one_more(one), RateLimit::Wait(21 * SECOND));
        tokio::time::advance(60 * SECOND).await;
        assert!((0..20).all(|_| guesses.one_more(one) == RateLimit::Off));
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_from_everywhere_takes_no_more_room_and_gives_it_back() {
        let guesses = RateLimiter::default();
        let from = |n: usize| IpAddr::from(Ipv6Addr::from_bits((1 + n as u128) << 64));
        let at_once = (0..MAX_ADDRESSES + 500).filter(|n| guesses.one_more(from(*n)) == RateLimit::Off);
        assert_eq!(at_once.count(), MAX_ADDRESSES + 20);
        let known = |guesses: &RateLimiter| guesses.0.lock().unwrap().len();
        assert_eq!(known(&guesses), MAX_ADDRESSES + 1);
        tokio::time::advance(60 * SECOND).await;
        assert_eq!(guesses.one_more(from(MAX_ADDRESSES + 501)), RateLimit::Off);
        assert_eq!(known(&guesses), 1);
    }

    #[test]
    fn a_net_of_64_bits_counts_as_one_address() {
        let at = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }
}
