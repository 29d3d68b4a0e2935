//! Who listens on a port of this machine.

use std::net::{IpAddr, SocketAddr};

use procfs::{
    net::{TcpState, tcp, tcp6},
    process::{FDTarget, Process, all_processes},
};

/// A program that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listener {
    /// Its process number and name, as far as the system tells us.
    pub program: Option<(u32, String)>,
    /// The user that it runs as.
    pub user: u32,
}

/// Who keeps others from listening on `address`.
pub(super) fn listener(address: SocketAddr) -> Option<Listener> {
    let entries = [tcp(), tcp6()].into_iter().flatten().flatten();
    let entry = entries
        .filter(|entry| entry.state == TcpState::Listen)
        .find(|entry| collide(entry.local_address, address))?;
    Some(Listener {
        program: holder(entry.inode),
        user: entry.uid,
    })
}

/// Whether two programs could not listen on these at once.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let everywhere = |ip: IpAddr| ip.is_unspecified();
    // A socket of IPv6's "everywhere" usually takes IPv4's, too.
    let dual = |ip: IpAddr| ip.is_ipv6() && everywhere(ip);
    let same_kind = one.is_ipv4() == other.is_ipv4() || dual(one.ip()) || dual(other.ip());
    let same_place = one.ip() == other.ip() || everywhere(one.ip()) || everywhere(other.ip());
    one.port() == other.port() && same_kind && same_place
}

/// The process that has the socket open, as far as we may know.
fn holder(inode: u64) -> Option<(u32, String)> {
    let holds = |process: &Process| {
        let descriptors = process.fd().into_iter().flatten().flatten();
        descriptors
            .into_iter()
            .any(|descriptor| descriptor.target == FDTarget::Socket(inode))
    };
    let process = all_processes().ok()?.flatten().find(holds)?;
    let name = process.stat().ok()?.comm;
    Some((u32::try_from(process.pid).ok()?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_in_whose_way() {
        for (one, other, collision) in [
            ("127.0.0.1:1", "127.0.0.1:1", true),
            ("127.0.0.1:1", "127.0.0.1:2", false),
            ("127.0.0.1:1", "127.0.0.2:1", false),
            ("0.0.0.0:1", "127.0.0.1:1", true),
            ("[::]:1", "127.0.0.1:1", true),
            ("[::1]:1", "127.0.0.1:1", false),
            ("[::1]:1", "[::]:1", true),
            ("0.0.0.0:1", "[::1]:1", false),
        ] {
            let (a, b) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(
                (collide(a, b), collide(b, a)),
                (collision, collision),
                "{one} {other}"
            );
        }
    }
}
