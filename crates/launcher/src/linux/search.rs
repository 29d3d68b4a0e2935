//! VNC servers that run on this machine already.

use std::{
    collections::{BTreeSet, HashMap},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::unix::fs::MetadataExt,
    path::PathBuf,
    time::Duration,
};

use procfs::{
    net::{TcpState, UnixState},
    process::FDTarget,
};
use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};

use super::folder;
use crate::FoundServer;

/// The ports that VNC displays have by custom.
const PORTS: std::ops::RangeInclusive<u16> = 5900..=5999;

/// How long a VNC server may take to say who it is.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Programs that speak RFB, and nothing else, on these ports and on Unix sockets, by the names that the system gives
/// their processes (15 characters at most).
const SERVERS: [&str; 8] = [
    "Xtigervnc",
    "X0tigervnc",
    "Xvnc",
    "x0vncserver",
    "Xtightvnc",
    "Xvnc-core",
    "vncserver-x11-c",
    "x11vnc",
];

/// What has RFB's banner for its first bytes (RFC 6143 §7.1.1).
const BANNER: &[u8; 4] = b"RFB ";

/// Looks for VNC servers, and remembers what it has learnt: TigerVNC counts a connection that does not log in as an
/// attack, and the sixth locks everybody out, so nobody is asked twice who they are.
#[derive(Debug, Default)]
pub struct Search {
    /// By the number of the listening socket: whether it speaks RFB.
    asked: HashMap<u64, bool>,
}

/// A socket that listens.
#[derive(Debug)]
struct Listener {
    inode: u64,
    at: At,
}

#[derive(Debug)]
enum At {
    Port(SocketAddr),
    Path(PathBuf),
}

impl Search {
    /// The VNC servers that listen on ports 5900 to 5999 of `127.0.0.1` or `[::1]`, and on Unix sockets of our own
    /// user. A program that the system tells us the name of, and that is known to be a VNC server, is not touched;
    /// anything else on such a port is asked, once. Nothing else is. Launched displays are left out, whoever launched
    /// them.
    pub async fn look(&mut self) -> Vec<FoundServer> {
        let looked = tokio::task::spawn_blocking(|| {
            let listeners = listeners();
            let programs = programs(&listeners.iter().map(|listener| listener.inode).collect());
            (listeners, programs)
        });
        let Ok((listeners, programs)) = looked.await else {
            return Vec::new();
        };
        self.asked
            .retain(|inode, _| listeners.iter().any(|listener| listener.inode == *inode));
        let mut found = Vec::new();
        for Listener { inode, at } in listeners {
            let program = programs.get(&inode).cloned();
            let known = program
                .as_deref()
                .is_some_and(|program| SERVERS.contains(&program));
            let speaks = match &at {
                At::Port(address) => known || self.ask(inode, *address).await,
                At::Path(_) => known,
            };
            if speaks {
                let target = match at {
                    At::Port(address) => address.to_string(),
                    At::Path(path) => format!("unix:{}", path.display()),
                };
                found.push(FoundServer { target, program });
            }
        }
        found.sort();
        found.dedup();
        found
    }

    async fn ask(&mut self, inode: u64, address: SocketAddr) -> bool {
        if let Some(known) = self.asked.get(&inode) {
            return *known;
        }
        let banner = timeout(PROBE_TIMEOUT, async {
            let mut banner = [0; BANNER.len()];
            let mut stream = TcpStream::connect(address).await?;
            stream.read_exact(&mut banner).await.map(|_| banner)
        });
        let speaks = banner
            .await
            .is_ok_and(|read| read.is_ok_and(|banner| banner == *BANNER));
        self.asked.insert(inode, speaks);
        speaks
    }
}

fn listeners() -> Vec<Listener> {
    let ports = [procfs::net::tcp(), procfs::net::tcp6()]
        .into_iter()
        .flatten()
        .flatten();
    let ports = ports
        .filter(|entry| entry.state == TcpState::Listen)
        .filter_map(|entry| {
            let at = At::Port(reached_at(entry.local_address)?);
            Some(Listener {
                inode: entry.inode,
                at,
            })
        });
    let us = rustix::process::geteuid().as_raw();
    let sockets = procfs::net::unix().into_iter().flatten();
    let sockets = sockets
        .filter(|entry| entry.state == UnixState::UNCONNECTED)
        .filter_map(|entry| {
            let path = entry
                .path
                .filter(|path| path.is_absolute() && !path.starts_with("/tmp/.X11-unix"))
                .filter(|path| !folder::is_display(path))?;
            let ours = path.symlink_metadata().is_ok_and(|data| data.uid() == us);
            ours.then_some(Listener {
                inode: entry.inode,
                at: At::Path(path),
            })
        });
    ports.chain(sockets).collect()
}

/// How we reach from here what listens on that address, if it is a display's port of this machine.
fn reached_at(address: SocketAddr) -> Option<SocketAddr> {
    let ip: IpAddr = match address.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => ip.into(),
        IpAddr::V6(ip) if ip.is_loopback() => ip.into(),
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        _ => return None,
    };
    PORTS
        .contains(&address.port())
        .then(|| SocketAddr::new(ip, address.port()))
}

/// The names of the programs that hold these sockets, as far as we may know.
fn programs(inodes: &BTreeSet<u64>) -> HashMap<u64, String> {
    let mut programs = HashMap::new();
    for process in procfs::process::all_processes().into_iter().flatten().flatten() {
        let Ok(descriptors) = process.fd() else { continue };
        for descriptor in descriptors.flatten() {
            let FDTarget::Socket(inode) = descriptor.target else {
                continue;
            };
            if inodes.contains(&inode)
                && let Ok(stat) = process.stat()
            {
                programs.insert(inode, stat.comm);
            }
        }
    }
    programs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_displays_of_this_machine_are_looked_at() {
        for (address, reached) in [
            ("127.0.0.1:5900", Some("127.0.0.1:5900")),
            ("0.0.0.0:5999", Some("127.0.0.1:5999")),
            ("[::]:5901", Some("[::1]:5901")),
            ("[::1]:5901", Some("[::1]:5901")),
            ("127.0.0.1:6000", None),
            ("127.0.0.1:22", None),
            ("192.0.2.1:5900", None),
        ] {
            let expected = reached.map(|reached| reached.parse().unwrap());
            assert_eq!(reached_at(address.parse().unwrap()), expected);
        }
    }
}
