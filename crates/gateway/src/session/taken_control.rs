//! The visitors from whom control was taken, so that loading the page anew does not give it back.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use porthole_rfb::Rights;

use crate::{TokenHash, neighbourhood};

/// More visitors are not remembered; the earliest is forgotten first. Only whoever takes control away adds one.
const MAX_VISITORS: usize = 1024;

/// Visitors are told apart by their link and their address (a /64 of IPv6), since nothing else of them is known. They are
/// remembered until control is given back, as long as the program runs.
#[derive(Default)]
pub(crate) struct TakenControl(Mutex<VecDeque<(TokenHash, IpAddr)>>);

impl TakenControl {
    /// Somebody has decided what this visitor may do.
    pub(crate) fn decide(&self, link: TokenHash, address: IpAddr, rights: Rights) {
        let visitor = (link, neighbourhood(address));
        let mut taken = self.taken();
        taken.retain(|known| *known != visitor);
        if rights == Rights::View {
            if taken.len() >= MAX_VISITORS {
                taken.pop_front();
            }
            taken.push_back(visitor);
        }
    }

    /// What is left to this visitor of the rights that the link gives.
    pub(crate) fn left_of(&self, rights: Rights, link: TokenHash, address: IpAddr) -> Rights {
        if self.taken().contains(&(link, neighbourhood(address))) {
            Rights::View
        } else {
            rights
        }
    }

    fn taken(&self) -> MutexGuard<'_, VecDeque<(TokenHash, IpAddr)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Token;

    #[test]
    fn it_concerns_one_link_and_one_neighbourhood_until_it_is_taken_back() {
        let taken = TakenControl::default();
        let link = |text: &str| Token::from(text).hash();
        let left = |of: &str, at: &str| taken.left_of(Rights::Control, link(of), at.parse().unwrap());
        taken.decide(link("one"), "2001:db8::1".parse().unwrap(), Rights::View);
        taken.decide(link("one"), "192.0.2.1".parse().unwrap(), Rights::View);
        assert_eq!(left("one", "2001:db8::2"), Rights::View);
        assert_eq!(left("one", "::ffff:192.0.2.1"), Rights::View);
        assert_eq!(left("one", "192.0.2.2"), Rights::Control);
        assert_eq!(left("two", "192.0.2.1"), Rights::Control);
        taken.decide(link("one"), "192.0.2.1".parse().unwrap(), Rights::Control);
        assert_eq!(left("one", "192.0.2.1"), Rights::Control);
        assert_eq!(left("one", "2001:db8::1"), Rights::View);
    }

    #[test]
    fn the_earliest_of_too_many_is_forgotten_and_nobody_counts_twice() {
        let taken = TakenControl::default();
        let address = IpAddr::from([192, 0, 2, 1]);
        let link = |number: usize| Token::from(number.to_string().as_str()).hash();
        for number in 0..=MAX_VISITORS {
            taken.decide(link(number), address, Rights::View);
            taken.decide(link(number), address, Rights::View);
        }
        assert_eq!(taken.left_of(Rights::Control, link(0), address), Rights::Control);
        assert_eq!(taken.left_of(Rights::Control, link(1), address), Rights::View);
        assert_eq!(taken.taken().len(), MAX_VISITORS);
    }
}
