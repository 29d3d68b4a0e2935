//! Under which addresses the gateway is reached, and the links made of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use porthole_gateway::Token;
use url::Url;

/// Under which addresses the gateway is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// From this machine.
    here: SocketAddr,
    /// From others, if it listens to them.
    everywhere: SocketAddr,
}

impl Address {
    /// Of a gateway that listens on `listening`, which is not empty.
    pub fn of(listening: &[SocketAddr]) -> Self {
        Self::with_network(listening, network_address)
    }

    fn with_network(listening: &[SocketAddr], network: impl Fn(IpAddr) -> Option<IpAddr>) -> Self {
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let here = listening
            .iter()
            .copied()
            .find(|address| is_here(address.ip()))
            .or(listening.first().copied());
        let outward = listening
            .iter()
            .copied()
            .find(|address| !address.ip().is_loopback());
        let here = here.unwrap_or(nowhere);
        let everywhere = outward.map_or(here, |address| match network(address.ip()) {
            Some(ip) if address.ip().is_unspecified() => SocketAddr::new(ip, address.port()),
            _ => address,
        });
        Self {
            here: specified(here),
            everywhere: specified(everywhere),
        }
    }

    /// The address of the gateway's pages, from this machine, without a path.
    pub fn origin(self) -> String {
        format!("http://{}", self.here)
    }

    /// A link for this machine, which needs no proxy.
    pub fn local_link(self, token: &Token) -> Result<Url, url::ParseError> {
        link(self.here, "", token)
    }

    /// A link to hand on.
    pub fn link(self, base_path: &str, token: &Token) -> Result<Url, url::ParseError> {
        link(self.everywhere, base_path, token)
    }
}

/// The token is in the fragment, which browsers send to no server.
fn link(address: SocketAddr, base_path: &str, token: &Token) -> Result<Url, url::ParseError> {
    format!("http://{address}{base_path}/v#{}", token.expose()).parse()
}

fn is_here(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified()
}

/// An address that can be connected to: nobody can connect to `0.0.0.0`.
fn specified(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The address of this machine that it would reach the network with; `None` without a network. To connect a UDP socket
/// sends nothing; it asks the system which way it would take to an address (here one kept for documentation, RFC 5737
/// and RFC 3849).
fn network_address(family: IpAddr) -> Option<IpAddr> {
    let (from, to): (SocketAddr, SocketAddr) = match family {
        IpAddr::V4(_) => (
            (Ipv4Addr::UNSPECIFIED, 0).into(),
            (Ipv4Addr::new(192, 0, 2, 1), 9).into(),
        ),
        IpAddr::V6(_) => (
            (Ipv6Addr::UNSPECIFIED, 0).into(),
            (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9).into(),
        ),
    };
    let socket = UdpSocket::bind(from).ok()?;
    socket.connect(to).ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|ip| !is_here(*ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_name_an_address_that_can_be_reached() {
        let network = |ip: IpAddr| match ip {
            IpAddr::V4(_) => "192.168.7.5".parse().ok(),
            IpAddr::V6(_) => "fd00::5".parse().ok(),
        };
        for (listening, here, everywhere) in [
            (vec!["127.0.0.1:6080"], "127.0.0.1:6080", "127.0.0.1:6080"),
            (vec!["0.0.0.0:6080"], "127.0.0.1:6080", "192.168.7.5:6080"),
            (vec!["[::]:6080"], "[::1]:6080", "[fd00::5]:6080"),
            (vec!["[::1]:6080"], "[::1]:6080", "[::1]:6080"),
            (vec!["10.0.0.1:6080"], "10.0.0.1:6080", "10.0.0.1:6080"),
            (
                vec!["10.0.0.1:6080", "127.0.0.1:6080"],
                "127.0.0.1:6080",
                "10.0.0.1:6080",
            ),
        ] {
            let address = Address::with_network(
                &listening
                    .iter()
                    .map(|text| text.parse().unwrap())
                    .collect::<Vec<_>>(),
                network,
            );
            let token = Token::from("abc");
            let local = address.local_link(&token).unwrap();
            assert_eq!(local.as_str(), format!("http://{here}/v#abc"), "{listening:?}");
            let link = address.link("/novnc", &token).unwrap();
            assert_eq!(
                link.as_str(),
                format!("http://{everywhere}/novnc/v#abc"),
                "{listening:?}"
            );
            assert_eq!(address.origin(), format!("http://{here}"));
        }
    }

    #[test]
    fn without_a_network_links_are_for_this_machine() {
        let address = Address::with_network(&["0.0.0.0:80".parse().unwrap()], |_| None);
        assert_eq!(
            address.link("", &Token::from("abc")).unwrap().as_str(),
            "http://127.0.0.1/v#abc"
        );
    }
}
