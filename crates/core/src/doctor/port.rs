//! The port that Porthole listens on.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener},
};

use super::{Case, sockets::listener};
use crate::{Finding, texts::say};

const CHECK: &str = "port";

/// Whether Porthole listens, or could.
pub(super) fn port(case: &Case) -> Vec<Finding> {
    let Some(port) = case.subject.port() else {
        return vec![Finding::ok(CHECK, say!("doctor-port-unchosen"))];
    };
    let addresses = case
        .subject
        .listen()
        .into_iter()
        .map(|ip| SocketAddr::new(ip, port));
    let mut findings: Vec<_> = addresses.filter_map(|address| obstacle(case, address)).collect();
    // Who listens everywhere is in the way at every address.
    findings.dedup();
    match (findings.is_empty(), case.subject.running.port()) {
        (false, _) => findings,
        (true, Some(_)) => vec![Finding::ok(CHECK, say!("doctor-port-listened", port = port))],
        (true, None) => vec![Finding::ok(CHECK, say!("doctor-port-free", port = port))],
    }
}

fn obstacle(case: &Case, address: SocketAddr) -> Option<Finding> {
    let file = case.place.file().display().to_string();
    let file = file.as_str();
    let (ip, port) = (address.ip(), address.port());
    // To listen for a moment says most; nobody can be connected by then.
    let error = TcpListener::bind(address).err()?;
    let (text, fix) = match error.kind() {
        io::ErrorKind::AddrInUse => return taken(case, address),
        io::ErrorKind::PermissionDenied => (
            say!("doctor-port-administrator", port = port),
            say!("doctor-port-administrator-fix", port = port, file = file),
        ),
        io::ErrorKind::AddrNotAvailable => (
            say!("doctor-port-no-address", ip = ip.to_string()),
            had(case, file),
        ),
        _ => (
            say!(
                "doctor-port-other",
                address = address.to_string(),
                error = error.to_string()
            ),
            say!("doctor-port-other-fix", file = file),
        ),
    };
    Some(Finding::fault(CHECK, text, fix))
}

fn taken(case: &Case, address: SocketAddr) -> Option<Finding> {
    let listener = listener(address);
    let program = listener.as_ref().and_then(|listener| listener.program.as_ref());
    if program.is_some_and(|(process, _)| Some(*process) == case.subject.running.process()) {
        return None;
    }
    let port = address.port();
    let text = match (&listener, program) {
        (_, Some((process, name))) => {
            say!(
                "doctor-port-taken",
                port = port,
                program = name.as_str(),
                process = *process
            )
        }
        (Some(listener), None) => say!("doctor-port-taken-by-user", port = port, user = listener.user),
        (None, None) => say!("doctor-port-taken-by-other", port = port),
    };
    let file = case.place.file().display().to_string();
    Some(Finding::fault(
        CHECK,
        text,
        say!("doctor-port-taken-fix", file = file),
    ))
}

/// To have Porthole listen on an address that the machine has.
fn had(case: &Case, file: &str) -> String {
    let addresses: Vec<_> = case
        .subject
        .machine
        .addresses
        .iter()
        .map(|(_, ip)| IpAddr::to_string(ip))
        .collect();
    match addresses.is_empty() {
        true => say!("doctor-port-no-address-none-fix", file = file),
        false => say!(
            "doctor-port-no-address-fix",
            file = file,
            addresses = addresses.join(", ")
        ),
    }
}
