//! Whether a VNC server is still there, without a connection to it.

use std::collections::BTreeSet;

use porthole_gateway::Target;

use crate::platform::blocking::blocking;

/// What the system tells about a server of this machine. To connect would tell more, but TigerVNC counts a connection
/// that does not log in as an attack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It is on another machine, or the system does not tell.
    Unknown,
    /// The numbers of the sockets that listen there; a server that was started anew has another. None: it is gone.
    Sockets(BTreeSet<u64>),
}

impl Presence {
    /// How it is now.
    pub async fn of(target: &Target) -> Self {
        let target = target.clone();
        blocking(move || sockets(&target).map_or(Self::Unknown, Self::Sockets)).await
    }

    /// Whether it is certain that another server listens there than before, or none any more, or one again.
    pub fn differs_from(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Sockets(now), Self::Sockets(before)) => now != before,
            _ => false,
        }
    }
}

#[cfg(target_os = "linux")]
fn sockets(target: &Target) -> Option<BTreeSet<u64>> {
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

#[cfg(not(target_os = "linux"))]
fn sockets(_: &Target) -> Option<BTreeSet<u64>> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{net::TcpListener, os::unix::net::UnixListener};

    use super::*;

    #[tokio::test]
    async fn a_server_that_goes_or_is_started_anew_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vnc");
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let address = listener.local_addr().unwrap();
        let socket = UnixListener::bind(&path).unwrap();
        let targets: Vec<Target> = [
            format!("127.0.0.1:{}", address.port()),
            format!("localhost:{}", address.port()),
            format!("unix:{}", path.display()),
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        let mut there = Vec::new();
        for target in &targets {
            let now = Presence::of(target).await;
            assert!(
                matches!(&now, Presence::Sockets(sockets) if !sockets.is_empty()),
                "{target}"
            );
            assert!(!Presence::of(target).await.differs_from(&now), "{target}");
            there.push(now);
        }
        drop((listener, socket));
        std::fs::remove_file(&path).unwrap();
        let mut gone = Vec::new();
        for (target, there) in targets.iter().zip(&there) {
            let now = Presence::of(target).await;
            assert!(now.differs_from(there), "{target}");
            gone.push(now);
        }
        let _again = (
            TcpListener::bind(address).unwrap(),
            UnixListener::bind(&path).unwrap(),
        );
        for (target, (there, gone)) in targets.iter().zip(there.iter().zip(&gone)) {
            let now = Presence::of(target).await;
            assert!(now.differs_from(there) && now.differs_from(gone), "{target}");
        }
    }

    #[tokio::test]
    async fn of_another_machine_nothing_is_known() {
        for target in ["192.0.2.1:5900", "desk.example.org:5900"] {
            let now = Presence::of(&target.parse().unwrap()).await;
            assert_eq!(now, Presence::Unknown, "{target}");
            assert!(!now.differs_from(&Presence::Sockets(BTreeSet::new())));
        }
    }
}
