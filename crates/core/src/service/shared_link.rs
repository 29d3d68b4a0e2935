//! A link that was just made, and the addresses that it can be handed out with.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    Reachability,
    network::{NetworkStatus, ProbeTarget, ShareHost, self_test},
    sharing::links::Made,
};

/// A link that was just made: its token is known only as long as this lives.
pub(crate) struct SharedLink {
    pub made: Made,
    /// What the addresses are of.
    pub status: Arc<NetworkStatus>,
    /// The likeliest first.
    pub addresses: Vec<LinkAddress>,
    share_hosts: Vec<ShareHost>,
}

/// One address of a link.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkAddress {
    /// The host as the link names it.
    pub host: String,
    /// Where that is, for people.
    pub label: String,
    /// The whole link. A secret.
    pub url: String,
    /// Whether it opens: it is tried before it is handed out.
    pub opens: Reachability,
}

impl SharedLink {
    /// `host`: one of the config's `hosts` that is to be among the addresses, whether or not it is this machine's.
    pub(super) fn new(made: Made, status: Arc<NetworkStatus>, host: Option<&str>, hosts: &[String]) -> Self {
        let named = host.and_then(|host| named(&status, hosts, host));
        let mut link = Self {
            made,
            status: Arc::clone(&status),
            addresses: Vec::new(),
            share_hosts: Vec::new(),
        };
        link.take_addresses(&status, named);
        link
    }

    /// Takes the addresses that this machine has now; whether they are others than before. None of them is tested then.
    pub fn follow(&mut self, status: Arc<NetworkStatus>) -> bool {
        let changed = *self.status != *status;
        if changed {
            self.take_addresses(&status, None);
            self.status = status;
        }
        changed
    }

    /// How each address is tested, in their order.
    pub fn tests(&self) -> Vec<ProbeTarget> {
        self.share_hosts
            .iter()
            .map(|share_host| self.status.way(share_host))
            .collect()
    }

    /// What the [tests](Self::tests) showed.
    pub fn learn(&mut self, tested: Vec<Reachability>) {
        for (address, opens) in self.addresses.iter_mut().zip(tested) {
            address.opens = opens;
        }
    }

    /// Tests every address as a visitor would.
    pub async fn test(&mut self) {
        self.learn(self_test(self.tests()).await);
    }

    /// The address to hand out: the likeliest that opens, else the likeliest.
    pub fn best(&self) -> Option<&LinkAddress> {
        best(&self.addresses)
    }

    /// The address that names `host`, with or without the brackets of an IPv6 address.
    pub fn by_host(&self, host: &str) -> Option<&LinkAddress> {
        let bare = |host: &str| host.trim_matches(['[', ']']).to_ascii_lowercase();
        self.addresses
            .iter()
            .find(|address| bare(&address.host) == bare(host))
    }

    /// One that no URL can name is left out.
    fn take_addresses(&mut self, status: &NetworkStatus, named: Option<ShareHost>) {
        let address = |share_host: ShareHost| {
            let address = LinkAddress {
                host: share_host.host.clone(),
                label: share_host.label.clone(),
                url: status.addresses.link(&share_host, &self.made.token).ok()?.into(),
                opens: Reachability::Checking,
            };
            Some((address, share_host))
        };
        let share_hosts = status.addresses.share_hosts().into_iter().chain(named);
        (self.addresses, self.share_hosts) = share_hosts.filter_map(address).unzip();
    }
}

fn best(addresses: &[LinkAddress]) -> Option<&LinkAddress> {
    let opens = |address: &&LinkAddress| matches!(address.opens, Reachability::Yes { .. });
    addresses.iter().find(opens).or(addresses.first())
}

/// The way in by a host that the config names and that is none of this machine's addresses.
fn named(status: &NetworkStatus, hosts: &[String], wanted: &str) -> Option<ShareHost> {
    let mut share_hosts = status.addresses.share_hosts().into_iter();
    let known = share_hosts.any(|share_host| share_host.host.eq_ignore_ascii_case(wanted));
    let host = hosts.iter().find(|host| host.eq_ignore_ascii_case(wanted))?;
    (!known).then(|| status.addresses.by_name(host))
}

impl fmt::Debug for LinkAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkAddress({})", self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_address_that_opens_is_handed_out() {
        let address = |(host, opens): (&str, Reachability)| LinkAddress {
            host: host.into(),
            label: String::new(),
            url: String::new(),
            opens,
        };
        let yes = || Reachability::Yes { doubt: None };
        let no = || Reachability::No {
            reason: String::new(),
            fix: String::new(),
        };
        let best_of = |opens: [Reachability; 3]| {
            let addresses: Vec<_> = ["a", "b", "c"].into_iter().zip(opens).map(address).collect();
            best(&addresses).map(|address| address.host.clone())
        };
        assert_eq!(best_of([no(), yes(), yes()]).as_deref(), Some("b"));
        assert_eq!(best_of([no(), no(), no()]).as_deref(), Some("a"));
        assert_eq!(best(&[]), None);
    }
}
