//! Servers of this machine, without a connection to them.

use std::collections::BTreeSet;

use porthole_gateway::Target;

/// The numbers of the sockets that listen at `target`; `None`: it is on another machine, or the system does not tell. Blocks.
#[cfg(target_os = "linux")]
pub(crate) fn listening_sockets(target: &Target) -> Option<BTreeSet<u64>> {
    use procfs::net::{TcpState, UnixState};
    match target {
        Target::Tcp { host, port } => {
            let reached = addresses(host)?;
            let is_it = |listens: std::net::SocketAddr| {
                let ip = listens.ip().to_canonical();
                listens.port() == *port && (ip.is_unspecified() || reached.contains(&ip))
            };
            let entries = procfs::net::tcp()
                .ok()?
                .into_iter()
                .chain(procfs::net::tcp6().ok()?);
            let listening = entries.filter(|entry| entry.state == TcpState::Listen);
            Some(
                listening
                    .filter(|entry| is_it(entry.local_address))
                    .map(|entry| entry.inode)
                    .collect(),
            )
        }
        Target::Unix(path) | Target::UnixOf { path, .. } => {
            let entries = procfs::net::unix().ok()?.into_iter();
            // That is how those that listen are told (unix(7)).
            let listening = entries.filter(|entry| entry.state == UnixState::UNCONNECTED);
            Some(
                listening
                    .filter(|entry| entry.path.as_ref() == Some(path))
                    .map(|entry| entry.inode)
                    .collect(),
            )
        }
        Target::InProcess(_) | Target::OnDemand(_) => None,
    }
}

/// The addresses of this machine that a host stands for; `None` if it is another one, or a name that only a name server
/// knows.
#[cfg(target_os = "linux")]
fn addresses(host: &str) -> Option<Vec<std::net::IpAddr>> {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    if host.eq_ignore_ascii_case("localhost") {
        return Some(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    }
    let ip = host.parse::<IpAddr>().ok()?.to_canonical();
    let is_ours = || {
        let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
        interfaces.iter().any(|interface| interface.ip() == ip)
    };
    (ip.is_loopback() || is_ours()).then(|| vec![ip])
}

/// Here the system does not tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn listening_sockets(_: &Target) -> Option<BTreeSet<u64>> {
    None
}
