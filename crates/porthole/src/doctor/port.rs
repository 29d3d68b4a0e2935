//! The port that Porthole listens on.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener},
};

use super::{Case, sockets::listener};
use crate::Finding;

const CHECK: &str = "port";

/// Whether Porthole listens, or could.
pub(super) fn port(case: &Case) -> Vec<Finding> {
    let Some(port) = case.port() else {
        return vec![Finding::ok(
            CHECK,
            "A free port is chosen at the first start, and kept.",
        )];
    };
    let addresses = case.listen().into_iter().map(|ip| SocketAddr::new(ip, port));
    let mut findings: Vec<_> = addresses.filter_map(|address| obstacle(case, address)).collect();
    // Who listens everywhere is in the way at every address.
    findings.dedup();
    match (findings.is_empty(), case.running.port()) {
        (false, _) => findings,
        (true, Some(_)) => vec![Finding::ok(CHECK, format!("Porthole listens on port {port}."))],
        (true, None) => vec![Finding::ok(CHECK, format!("Port {port} is free."))],
    }
}

fn obstacle(case: &Case, address: SocketAddr) -> Option<Finding> {
    let config = case.place.file().display();
    let (ip, port) = (address.ip(), address.port());
    // To listen for a moment says most; nobody can be connected by then.
    let error = TcpListener::bind(address).err()?;
    let (text, fix) = match error.kind() {
        io::ErrorKind::AddrInUse => return taken(case, address),
        io::ErrorKind::PermissionDenied => (
            format!("Only the administrator may listen on port {port}."),
            format!(
                "Set a `port` from 1024 on in {config}; a reverse proxy can have {port}. Or allow it: sudo sysctl \
                 net.ipv4.ip_unprivileged_port_start={port}"
            ),
        ),
        io::ErrorKind::AddrNotAvailable => (
            format!("This machine does not have the address {ip}."),
            format!("Change `listen` in {config}{}", had(case)),
        ),
        _ => (
            format!("{address} cannot be listened on: {error}."),
            format!("Check `listen` and `port` in {config}."),
        ),
    };
    Some(Finding::fault(CHECK, text, fix))
}

fn taken(case: &Case, address: SocketAddr) -> Option<Finding> {
    let listener = listener(address);
    let program = listener.as_ref().and_then(|listener| listener.program.as_ref());
    if program.is_some_and(|(process, _)| Some(*process) == case.running.process()) {
        return None;
    }
    let who = match (&listener, program) {
        (_, Some((process, name))) => format!("{name} (process {process})"),
        (Some(listener), None) => format!("a program of another user (user id {})", listener.user),
        (None, None) => "another program".to_owned(),
    };
    Some(Finding::fault(
        CHECK,
        format!("Port {} is taken by {who}.", address.port()),
        format!(
            "Stop that program, or set another `port` in {}. With another port, links that were copied before name \
             the wrong one.",
            case.place.file().display()
        ),
    ))
}

/// The addresses that the machine has, as the end of a sentence.
fn had(case: &Case) -> String {
    let addresses: Vec<_> = case
        .machine
        .addresses
        .iter()
        .map(|(_, ip)| IpAddr::to_string(ip))
        .collect();
    match addresses.is_empty() {
        true => ". It has no other address than 127.0.0.1 now.".into(),
        false => format!(". It has: {}.", addresses.join(", ")),
    }
}
