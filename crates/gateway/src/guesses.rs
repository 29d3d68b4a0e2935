//! A brake for those who guess tokens.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// So many wrong tokens an address has free; then one a second.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// More addresses than this are not told apart: those that were quiet are forgotten first, then everybody.
const MOST_ADDRESSES: usize = 10_000;

/// Counts the wrong tokens of each address. Right ones are never counted.
pub(crate) struct Guesses(DefaultKeyedRateLimiter<IpAddr>);

impl Guesses {
    pub(crate) fn new() -> Self {
        Self(RateLimiter::keyed(
            Quota::per_second(NonZeroU32::MIN).allow_burst(AT_ONCE),
        ))
    }

    /// Takes note of a wrong token; `false` when that was one too many.
    pub(crate) fn one_more(&self, address: IpAddr) -> bool {
        if self.0.len() >= MOST_ADDRESSES {
            self.0.retain_recent();
            if self.0.len() >= MOST_ADDRESSES {
                return false;
            }
        }
        self.0.check_key(&neighbourhood(address)).is_ok()
    }
}

/// One household has one IPv4 address, or a /64 of IPv6 to choose from.
pub(crate) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_21st_guess_is_one_too_many_and_only_for_its_own_address() {
        let guesses = Guesses::new();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert!((0..20).all(|_| guesses.one_more(one)));
        assert!(!guesses.one_more(one));
        assert!(guesses.one_more(other));
    }

    #[test]
    fn a_flood_from_everywhere_takes_no_more_room() {
        let guesses = Guesses::new();
        let from = |n: usize| IpAddr::from(Ipv6Addr::from_bits((n as u128) << 64));
        let told_apart = (0..MOST_ADDRESSES + 500).filter(|n| guesses.one_more(from(*n)));
        assert_eq!(told_apart.count(), MOST_ADDRESSES);
        assert_eq!(guesses.0.len(), MOST_ADDRESSES);
    }

    #[test]
    fn a_net_of_64_bits_counts_as_one_address() {
        let at = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }
}
