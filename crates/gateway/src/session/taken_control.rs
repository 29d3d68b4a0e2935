//! The visitors from whom control was taken, so that neither loading the page anew nor another tab gives it back.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use porthole_rfb::Rights;

use crate::{TokenHash, neighbourhood};

/// More decisions are not remembered; the earliest is forgotten first. Only whoever decides about visitors adds one.
const MAX_DECISIONS: usize = 1024;

/// A visitor as far as they can be told apart: by their link and their address (a /64 of IPv6), since nothing else of
/// them is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VisitorKey {
    link: TokenHash,
    /// `None`: a proxy does not tell for whom it connects, so it may be anybody who has the link.
    address: Option<IpAddr>,
}

impl VisitorKey {
    /// `address` is that of a trusted proxy if nothing better is known.
    pub(crate) fn new(link: TokenHash, address: IpAddr, is_proxy: bool) -> Self {
        let address = (!is_proxy).then(|| neighbourhood(address));
        Self { link, address }
    }

    /// Whether both may be the same visitor.
    pub(crate) fn may_be(self, other: Self) -> bool {
        let unknown = self.address.is_none() || other.address.is_none();
        self.link == other.link && (unknown || self.address == other.address)
    }

    /// Whether it may be any visitor of the link.
    fn is_anybody_of(self, link: TokenHash) -> bool {
        self.link == link && self.address.is_none()
    }
}

/// What was decided about visitors, the earliest first, as long as the program runs: that they may only view; or that
/// they have control although it was taken from somebody who might be them.
#[derive(Default)]
pub(crate) struct TakenControl(Mutex<VecDeque<(VisitorKey, Rights)>>);

impl TakenControl {
    /// Somebody has decided what this visitor may do.
    pub(crate) fn decide(&self, visitor: VisitorKey, rights: Rights) {
        let mut decisions = self.decisions();
        decisions.retain(|(known, _)| *known != visitor);
        let (link, named) = (visitor.link, visitor.address.is_some());
        let anybody = decisions.iter().any(|(known, _)| known.is_anybody_of(link));
        if rights == Rights::View || named && anybody {
            if decisions.len() >= MAX_DECISIONS {
                // What was taken is kept longer than exceptions from it.
                let given = decisions
                    .iter()
                    .position(|(_, rights)| *rights == Rights::Control);
                decisions.remove(given.unwrap_or(0));
            }
            decisions.push_back((visitor, rights));
        }
    }

    /// What is left to this visitor of the rights that the link gives. For whoever cannot be told from others of the
    /// link, what was taken from any of them is taken; for others the last decision that may be about them holds.
    pub(crate) fn left_of(&self, rights: Rights, visitor: VisitorKey) -> Rights {
        let decisions = self.decisions();
        let mut about = decisions.iter().rev().filter(|(known, _)| known.may_be(visitor));
        let taken = match visitor.address {
            Some(_) => about.next().is_some_and(|(_, rights)| *rights == Rights::View),
            None => about.any(|(_, rights)| *rights == Rights::View),
        };
        if taken { Rights::View } else { rights }
    }

    fn decisions(&self) -> MutexGuard<'_, VecDeque<(VisitorKey, Rights)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Token;

    fn link(text: &str) -> TokenHash {
        Token::from(text).hash()
    }

    fn at(of: &str, address: &str) -> VisitorKey {
        VisitorKey::new(link(of), address.parse().unwrap(), false)
    }

    fn hidden(of: &str) -> VisitorKey {
        VisitorKey::new(link(of), IpAddr::from([127, 0, 0, 1]), true)
    }

    #[test]
    fn it_concerns_one_link_and_one_neighbourhood_until_it_is_given_back() {
        let taken = TakenControl::default();
        let left = |of: &str, address: &str| taken.left_of(Rights::Control, at(of, address));
        taken.decide(at("one", "2001:db8::1"), Rights::View);
        taken.decide(at("one", "192.0.2.1"), Rights::View);
        assert_eq!(left("one", "2001:db8::2"), Rights::View);
        assert_eq!(left("one", "::ffff:192.0.2.1"), Rights::View);
        assert_eq!(left("one", "192.0.2.2"), Rights::Control);
        assert_eq!(left("two", "192.0.2.1"), Rights::Control);
        taken.decide(at("one", "192.0.2.1"), Rights::Control);
        assert_eq!(left("one", "192.0.2.1"), Rights::Control);
        assert_eq!(left("one", "2001:db8::1"), Rights::View);
    }

    #[test]
    fn whoever_is_not_told_apart_has_no_more_than_any_other_of_the_link() {
        let taken = TakenControl::default();
        let left = |visitor| taken.left_of(Rights::Control, visitor);
        taken.decide(at("one", "192.0.2.1"), Rights::View);
        assert_eq!(left(hidden("one")), Rights::View);
        assert_eq!(left(hidden("two")), Rights::Control);
        // What is given to them at the moment does not give it back to the others.
        taken.decide(hidden("one"), Rights::Control);
        assert_eq!(left(hidden("one")), Rights::View);
        taken.decide(at("one", "192.0.2.1"), Rights::Control);
        assert_eq!(left(hidden("one")), Rights::Control);

        taken.decide(hidden("one"), Rights::View);
        assert_eq!(left(at("one", "192.0.2.1")), Rights::View);
        taken.decide(at("one", "192.0.2.1"), Rights::Control);
        assert_eq!(left(at("one", "192.0.2.1")), Rights::Control);
        assert_eq!(left(at("one", "192.0.2.2")), Rights::View);
        // Taken from somebody unknown once more, it may be they.
        taken.decide(hidden("one"), Rights::View);
        assert_eq!(left(at("one", "192.0.2.1")), Rights::View);
        taken.decide(hidden("one"), Rights::Control);
        assert_eq!(left(at("one", "192.0.2.2")), Rights::Control);
    }

    #[test]
    fn the_earliest_of_too_many_is_forgotten_and_nobody_counts_twice() {
        let taken = TakenControl::default();
        let visitor = |number: usize| at(&number.to_string(), "192.0.2.1");
        for number in 0..=MAX_DECISIONS {
            taken.decide(visitor(number), Rights::View);
            taken.decide(visitor(number), Rights::View);
        }
        assert_eq!(taken.left_of(Rights::Control, visitor(0)), Rights::Control);
        assert_eq!(taken.left_of(Rights::Control, visitor(1)), Rights::View);
        assert_eq!(taken.decisions().len(), MAX_DECISIONS);
    }

    #[test]
    fn whom_control_is_given_push_out_nobody_from_whom_it_was_taken() {
        let taken = TakenControl::default();
        taken.decide(at("one", "192.0.2.1"), Rights::View);
        taken.decide(hidden("one"), Rights::View);
        for number in 0..2 * MAX_DECISIONS as u32 {
            let address = IpAddr::from((0x0a00_0000 + number).to_be_bytes());
            taken.decide(VisitorKey::new(link("one"), address, false), Rights::Control);
        }
        assert_eq!(
            taken.left_of(Rights::Control, at("one", "192.0.2.1")),
            Rights::View
        );
        assert_eq!(
            taken.left_of(Rights::Control, at("one", "192.0.2.2")),
            Rights::View
        );
        assert_eq!(taken.decisions().len(), MAX_DECISIONS);
    }
}
