//! The reverse proxies whose word about a visitor's address is taken.

use std::{fmt, net::IpAddr, str::FromStr};

/// The reverse proxies that may say for whom they connect, in `X-Forwarded-For`, `Forwarded` or a PROXY header. None by
/// default: whoever can connect from one of these addresses can name any address as its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<ProxyNetwork>);

/// An address, `127.0.0.1`, or the network that begins with it, `10.0.0.0/8`; behind a space perhaps the one header that
/// proxies there set, `127.0.0.1 X-Forwarded-For` or `127.0.0.1 Forwarded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxyNetwork {
    address: IpAddr,
    /// How many leading bits of the address count: 1 to 32, or to 128.
    prefix: u8,
    header: Option<ForwardHeader>,
}

/// A header by which a proxy says for whom it connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ForwardHeader {
    XForwardedFor,
    Forwarded,
}

/// A text that names no address and no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProxyNetwork {
    /// It is no address, or its prefix is no number or too long, or no header of proxies stands behind it.
    #[error(
        "write an address or a network, like 127.0.0.1 or 10.0.0.0/8; behind it may stand X-Forwarded-For or Forwarded"
    )]
    Malformed,
    /// It is every address there is.
    #[error("this would trust everybody; name the addresses of your proxies, like 127.0.0.1 or 10.0.0.0/8")]
    Everybody,
}

impl TrustedProxies {
    /// Whether somebody who connects from `address` may say for whom.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }

    /// The one header that the proxy at `address` sets, where that is known: a visitor may send the other one. Of several
    /// networks that name one, the smallest counts.
    pub(crate) fn header_of(&self, address: IpAddr) -> Option<ForwardHeader> {
        let address = address.to_canonical();
        let networks = self.0.iter().filter(|network| network.contains(address));
        let naming = networks.filter(|network| network.header.is_some());
        naming.max_by_key(|network| network.prefix)?.header
    }
}

impl FromIterator<ProxyNetwork> for TrustedProxies {
    fn from_iter<T: IntoIterator<Item = ProxyNetwork>>(networks: T) -> Self {
        Self(networks.into_iter().collect())
    }
}

impl ProxyNetwork {
    fn contains(self, address: IpAddr) -> bool {
        let same = |one: u128, other: u128, bits: u8| (one ^ other) >> (bits - self.prefix) == 0;
        match (self.address, address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => same(one.to_bits().into(), other.to_bits().into(), 32),
            (IpAddr::V6(one), IpAddr::V6(other)) => same(one.to_bits(), other.to_bits(), 128),
            _ => false,
        }
    }
}

impl FromStr for ProxyNetwork {
    type Err = BadProxyNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (text, header) = match text.split_once(' ') {
            None => (text, None),
            Some((text, header)) => (text, Some(header.parse()?)),
        };
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let written: IpAddr = address.parse().map_err(|_| BadProxyNetwork::Malformed)?;
        let most = |address: IpAddr| if address.is_ipv4() { 32 } else { 128 };
        let prefix: u8 = match prefix {
            None => most(written),
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| BadProxyNetwork::Malformed)?
            }
            Some(_) => return Err(BadProxyNetwork::Malformed),
        };
        if prefix > most(written) {
            return Err(BadProxyNetwork::Malformed);
        }
        // An IPv4 address in IPv6's clothes is compared as what it is.
        let address = written.to_canonical();
        let prefix = match (written, address) {
            (IpAddr::V6(_), IpAddr::V4(_)) => prefix.saturating_sub(96),
            _ => prefix,
        };
        match prefix {
            0 => Err(BadProxyNetwork::Everybody),
            prefix => Ok(Self {
                address,
                prefix,
                header,
            }),
        }
    }
}

impl fmt::Display for ProxyNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)?;
        match self.header {
            None => Ok(()),
            Some(ForwardHeader::XForwardedFor) => f.write_str(" X-Forwarded-For"),
            Some(ForwardHeader::Forwarded) => f.write_str(" Forwarded"),
        }
    }
}

impl FromStr for ForwardHeader {
    type Err = BadProxyNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            name if name.eq_ignore_ascii_case("x-forwarded-for") => Ok(Self::XForwardedFor),
            name if name.eq_ignore_ascii_case("forwarded") => Ok(Self::Forwarded),
            _ => Err(BadProxyNetwork::Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_itself_and_a_network_is_all_that_begins_with_it() {
        for (network, inside, outside) in [
            (
                "127.0.0.1",
                &["127.0.0.1", "::ffff:127.0.0.1"][..],
                &["127.0.0.2", "::1"][..],
            ),
            (
                "10.0.0.0/8",
                &["10.0.0.1", "10.255.255.255"],
                &["11.0.0.1", "::a00:1"],
            ),
            ("10.1.2.3/8", &["10.0.0.1"], &["11.1.2.3"]),
            ("192.0.2.128/25", &["192.0.2.200"], &["192.0.2.127"]),
            (
                "2001:db8::/32",
                &["2001:db8:ffff::1"],
                &["2001:db9::1", "32.1.13.184"],
            ),
            ("::1", &["::1"], &["::2", "127.0.0.1"]),
            ("::ffff:10.0.0.0/104", &["10.9.9.9"], &["11.0.0.0"]),
        ] {
            let trusted: TrustedProxies = [network.parse().unwrap()].into_iter().collect();
            for address in inside {
                assert!(
                    trusted.contains(address.parse().unwrap()),
                    "{address} in {network}"
                );
            }
            for address in outside {
                assert!(
                    !trusted.contains(address.parse().unwrap()),
                    "{address} in {network}"
                );
            }
        }
        assert!(!TrustedProxies::default().contains(IpAddr::from([127, 0, 0, 1])));
    }

    #[test]
    fn the_header_that_a_proxy_sets_may_stand_behind_its_address() {
        let networks = [
            "127.0.0.1  x-forwarded-for",
            "10.0.0.0/8",
            "10.0.0.1 Forwarded",
            // Whatever their order, what names fewest addresses counts.
            "192.0.2.0/24 Forwarded",
            "192.0.2.7 X-Forwarded-For",
            "192.0.0.0/16 X-Forwarded-For",
        ]
        .map(|text| text.parse());
        let trusted: TrustedProxies = networks.into_iter().map(Result::unwrap).collect();
        for (address, header) in [
            ("127.0.0.1", Some(ForwardHeader::XForwardedFor)),
            ("::ffff:10.0.0.1", Some(ForwardHeader::Forwarded)),
            ("10.0.0.2", None),
            ("192.0.2.1", Some(ForwardHeader::Forwarded)),
            ("192.0.2.7", Some(ForwardHeader::XForwardedFor)),
            ("192.0.3.1", Some(ForwardHeader::XForwardedFor)),
            ("198.51.100.1", None),
        ] {
            assert_eq!(trusted.header_of(address.parse().unwrap()), header, "{address}");
        }
        assert_eq!(trusted.0[0].to_string(), "127.0.0.1/32 X-Forwarded-For");
        assert_eq!(trusted.0[0].to_string().parse(), Ok(trusted.0[0]));
    }

    #[test]
    fn what_is_no_network_and_what_is_everybody_is_refused() {
        for text in [
            "",
            "localhost",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "::/129",
            "10.0.0.0/8/8",
            "[::1]",
            "127.0.0.1 ",
            "127.0.0.1 X-Real-IP",
            "127.0.0.1 Forwarded Forwarded",
            " Forwarded",
        ] {
            assert_eq!(
                text.parse::<ProxyNetwork>(),
                Err(BadProxyNetwork::Malformed),
                "{text}"
            );
        }
        for text in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"] {
            assert_eq!(
                text.parse::<ProxyNetwork>(),
                Err(BadProxyNetwork::Everybody),
                "{text}"
            );
        }
    }
}
