//! Whether a VNC server is still there, without a connection to it.

use std::collections::BTreeSet;

use porthole_gateway::Target;

use crate::platform::{blocking::blocking, servers::listening_sockets};

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
        blocking(move || listening_sockets(&target).map_or(Self::Unknown, Self::Sockets)).await
    }

    /// Whether it is certain that another server listens there than before, or none any more, or one again.
    pub fn differs_from(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Sockets(now), Self::Sockets(before)) => now != before,
            _ => false,
        }
    }
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
