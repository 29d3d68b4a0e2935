//! The addresses of this machine, and whether a link with each would open.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use super::Subject;
use crate::{Finding, texts::say};

const CHECK: &str = "network";

/// How long this machine may take to answer itself.
const NAME_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether a link would open by each address of this machine, as far as can be seen from here.
pub(super) fn addresses(subject: &Subject) -> Vec<Finding> {
    let addresses = &subject.machine.addresses;
    if addresses.is_empty() {
        return vec![Finding::warn(
            CHECK,
            say!("doctor-network-none"),
            say!("doctor-network-none-fix"),
        )];
    }
    let of = |(interface, ip): &(String, IpAddr)| by(subject, interface, *ip);
    missing(subject)
        .into_iter()
        .chain(addresses.iter().map(of))
        .collect()
}

/// Others are to come by an interface that is not there.
fn missing(subject: &Subject) -> Option<Finding> {
    let name = subject.config.interface.as_ref()?;
    let there = subject
        .machine
        .addresses
        .iter()
        .any(|(interface, _)| interface == name);
    (subject.config.listen.is_none() && !there).then(|| {
        Finding::warn(
            CHECK,
            say!("doctor-network-missing", interface = name.as_str()),
            say!("doctor-network-missing-fix"),
        )
    })
}

fn by(subject: &Subject, interface: &str, ip: IpAddr) -> Finding {
    let shown = ip.to_string();
    let listens = subject
        .listen()
        .into_iter()
        .any(|listen| listen == ip || everywhere(listen, ip));
    if !listens {
        if subject.running.arguments().is_some() {
            let text = say!("doctor-network-not-told", interface = interface, ip = shown);
            return Finding::ok(CHECK, text);
        }
        let key = match subject.config.listen {
            Some(_) => "listen",
            None => "interface",
        };
        return Finding::ok(
            CHECK,
            say!(
                "doctor-network-not-listened",
                interface = interface,
                ip = shown,
                key = key
            ),
        );
    }
    let opened = match subject.running.port() {
        // Without `listen`, other addresses are opened only while a link for others lives.
        Some(port) if subject.config.listen.is_some() => connect(SocketAddr::new(ip, port)),
        _ => answers_itself(ip),
    };
    match opened {
        Ok(()) => Finding::ok(
            CHECK,
            say!("doctor-network-well", interface = interface, ip = shown),
        ),
        Err(error) => Finding::fault(
            CHECK,
            say!(
                "doctor-network-closed",
                interface = interface,
                ip = shown,
                error = error.to_string()
            ),
            say!("doctor-network-closed-fix"),
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
    TcpStream::connect_timeout(&address, NAME_TIMEOUT).map(drop)
}
