//! The addresses under which other machines may reach this one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use if_addrs::IfOperStatus;

/// An address of this machine, and the interface that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The interface's name, as `wlan0`.
    pub name: String,
    /// One of its addresses.
    pub ip: IpAddr,
}

/// Interfaces that lead to machines within this one, by how their names begin.
const WITHIN: [&str; 12] = [
    "br-", "cali", "cni", "docker", "flannel", "incusbr", "lxc", "lxdbr", "podman", "vboxnet", "veth",
    "virbr",
];

/// Where interfaces are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Interfaces {
    /// By the system.
    #[default]
    System,
    /// Here, for tests.
    Listed(Vec<Interface>),
}

impl Interfaces {
    /// Those that others may use, the likeliest first. Does not block for long: it asks the system alone.
    pub fn list(&self) -> Vec<Interface> {
        match self {
            Self::Listed(interfaces) => interfaces.clone(),
            Self::System => ordered(of_the_system(), [default_route_v4(), default_route_v6()]),
        }
    }
}

fn of_the_system() -> Vec<Interface> {
    let all = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        tracing::warn!(%error, "the system does not list its interfaces");
        Vec::new()
    });
    // What says neither up nor down, such as a tunnel, may be up.
    let works = |status| matches!(status, IfOperStatus::Up | IfOperStatus::Unknown);
    all.into_iter()
        .filter(|interface| works(interface.oper_status.clone()))
        .map(|interface| Interface {
            ip: interface.ip(),
            name: interface.name,
        })
        .collect()
}

/// Without those that others cannot use: with the addresses of the default routes first, and last what leads to
/// machines within this one.
fn ordered(mut found: Vec<Interface>, default_routes: [Option<IpAddr>; 2]) -> Vec<Interface> {
    found.retain(|interface| is_of_use(interface.ip));
    let rank = |Interface { name, ip }: &Interface| {
        let route = default_routes.iter().position(|route| *route == Some(*ip));
        let within = WITHIN.iter().any(|beginning| name.starts_with(beginning));
        let self_given = matches!(ip, IpAddr::V4(ip) if ip.is_link_local());
        (
            route.unwrap_or(default_routes.len()),
            within,
            self_given,
            ip.is_ipv6(),
        )
    };
    found.sort_by_key(rank);
    found.dedup_by(|one, other| one.ip == other.ip);
    found
}

/// Whether a browser elsewhere can name it: link-local addresses of IPv6 need a zone, which URLs of browsers do not have.
fn is_of_use(ip: IpAddr) -> bool {
    let link_local = matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local());
    !(link_local || ip.is_loopback() || ip.is_unspecified() || ip.is_multicast())
}

fn default_route_v4() -> Option<IpAddr> {
    let anywhere = (Ipv4Addr::new(192, 0, 2, 1), 9).into();
    way_to((Ipv4Addr::UNSPECIFIED, 0).into(), anywhere)
}

fn default_route_v6() -> Option<IpAddr> {
    let anywhere = (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9).into();
    way_to((Ipv6Addr::UNSPECIFIED, 0).into(), anywhere)
}

/// The address of this machine that it would reach `to` with; `None` without a way. To connect a UDP socket sends
/// nothing; it asks the system which way it would take to an address (here ones kept for documentation, RFC 5737 and
/// RFC 3849).
fn way_to(from: SocketAddr, to: SocketAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind(from).ok()?;
    socket.connect(to).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_comes_first_and_what_others_cannot_use_not_at_all() {
        let found = [
            ("lo", "127.0.0.1"),
            ("lo", "::1"),
            ("docker0", "172.17.0.1"),
            ("br-3f2a", "172.18.0.1"),
            ("eth1", "169.254.7.7"),
            ("tun0", "10.8.0.2"),
            ("eth0", "fe80::1"),
            ("eth0", "2001:db8::5"),
            ("eth0", "fd00::5"),
            ("br0", "192.168.9.1"),
            ("wlan0", "192.168.7.5"),
            ("wlan0:1", "192.168.7.5"),
            ("virbr0", "fd00:122::1"),
            ("eth9", "0.0.0.0"),
            ("eth9", "224.0.0.1"),
        ];
        let interface = |(name, ip): (&str, &str)| Interface {
            name: name.into(),
            ip: ip.parse().unwrap(),
        };
        let cases = [
            (
                [Some("192.168.7.5"), Some("fd00::5")],
                [
                    "wlan0 192.168.7.5",
                    "eth0 fd00::5",
                    "tun0 10.8.0.2",
                    "br0 192.168.9.1",
                    "eth0 2001:db8::5",
                    "eth1 169.254.7.7",
                    "docker0 172.17.0.1",
                    "br-3f2a 172.18.0.1",
                    "virbr0 fd00:122::1",
                ],
            ),
            (
                [Some("172.17.0.1"), None],
                [
                    "docker0 172.17.0.1",
                    "tun0 10.8.0.2",
                    "br0 192.168.9.1",
                    "wlan0 192.168.7.5",
                    "eth0 2001:db8::5",
                    "eth0 fd00::5",
                    "eth1 169.254.7.7",
                    "br-3f2a 172.18.0.1",
                    "virbr0 fd00:122::1",
                ],
            ),
        ];
        for (routes, wanted) in cases {
            let routes = routes.map(|route| route.map(|ip| ip.parse().unwrap()));
            let ordered = ordered(found.map(interface).to_vec(), routes);
            let named = ordered
                .iter()
                .map(|Interface { name, ip }| format!("{name} {ip}"));
            assert_eq!(named.collect::<Vec<_>>(), wanted);
        }
    }

    #[test]
    fn the_system_lists_addresses_that_others_can_use() {
        for interface in Interfaces::System.list() {
            assert!(is_of_use(interface.ip), "{interface:?}");
        }
    }
}
