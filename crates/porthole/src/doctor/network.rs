//! The addresses of this machine, and whether a link with each would open.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use super::Case;
use crate::Finding;

const CHECK: &str = "network";

/// How long this machine may take to answer itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a link would open by each address of this machine, as far as can be seen from here.
pub(super) fn addresses(case: &Case) -> Vec<Finding> {
    let addresses = &case.machine.addresses;
    if addresses.is_empty() {
        return vec![Finding::warn(
            CHECK,
            "This machine is in no network: links open on it alone.",
            "Connect it to the network that the other machines are in.",
        )];
    }
    let of = |(interface, ip): &(String, IpAddr)| by(case, interface, *ip);
    missing(case)
        .into_iter()
        .chain(addresses.iter().map(of))
        .collect()
}

/// Others are to come by an interface that is not there.
fn missing(case: &Case) -> Option<Finding> {
    let name = case.config.interface.as_ref()?;
    let there = case
        .machine
        .addresses
        .iter()
        .any(|(interface, _)| interface == name);
    (case.config.listen.is_none() && !there).then(|| {
        Finding::warn(
            CHECK,
            format!("Other machines are to come by {name}, which has no address now: links open on this machine alone."),
            "Connect it, or correct `interface` in the config.",
        )
    })
}

fn by(case: &Case, interface: &str, ip: IpAddr) -> Finding {
    let listens = case
        .listen()
        .into_iter()
        .any(|listen| listen == ip || everywhere(listen, ip));
    if !listens {
        let key = match case.config.listen {
            Some(_) => "listen",
            None => "interface",
        };
        return Finding::ok(
            CHECK,
            format!(
                "{interface} has {ip}. Porthole does not listen there, since `{key}` in the config says otherwise."
            ),
        );
    }
    let opened = match case.running.port() {
        // Without `listen`, other addresses are opened only while a link for others lives.
        Some(port) if case.config.listen.is_some() => connect(SocketAddr::new(ip, port)),
        _ => answers_itself(ip),
    };
    match opened {
        Ok(()) => Finding::ok(
            CHECK,
            format!("{interface}: links with {ip} can be opened, as far as is seen from here."),
        ),
        Err(error) => Finding::fault(
            CHECK,
            format!("{interface} has {ip}, but a connection to it fails from here already: {error}."),
            "Look at this machine's routes and packet filter: ip route get, and as root nft list ruleset.",
        ),
    }
}

fn everywhere(listen: IpAddr, ip: IpAddr) -> bool {
    listen.is_unspecified() && (listen.is_ipv6() || ip.is_ipv4())
}

/// Whether this machine can connect to itself by that address.
fn answers_itself(ip: IpAddr) -> io::Result<()> {
    let listener = TcpListener::bind(SocketAddr::new(ip, 0))?;
    connect(listener.local_addr()?)
}

fn connect(address: SocketAddr) -> io::Result<()> {
    TcpStream::connect_timeout(&address, PATIENCE).map(drop)
}
