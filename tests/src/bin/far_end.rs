//! Says of every frame that arrives in its network namespace, in a line each, what it is and where it was going.
//! `cable.rs` runs it, as root.

use std::{
    io::{Write, stdout},
    net::Ipv4Addr,
};

use anyhow::{Context, Result};
use rustix::net::{AddressFamily, RecvFlags, SocketType, eth, recv, socket};

fn main() -> Result<()> {
    let socket = socket(AddressFamily::PACKET, SocketType::RAW, Some(eth::ALL))
        .context("what arrives can be seen by root only")?;
    let mut out = stdout().lock();
    writeln!(out, "listening")?;
    out.flush()?;
    let mut frame = [0; 2048];
    loop {
        let (length, _) = recv(&socket, &mut frame[..], RecvFlags::empty())?;
        writeln!(out, "{}", describe(&frame[..length]))?;
        out.flush()?;
    }
}

/// Ethernet II, and in it IPv4 (RFC 791).
fn describe(frame: &[u8]) -> String {
    match frame.get(12..14) {
        Some([0x08, 0x00]) => ipv4(&frame[14..]).unwrap_or_else(|| "half an IPv4 packet".to_owned()),
        Some([0x08, 0x06]) => "ARP".to_owned(),
        Some([high, low]) => format!("EtherType {high:02x}{low:02x}"),
        _ => "half a frame".to_owned(),
    }
}

fn ipv4(packet: &[u8]) -> Option<String> {
    let to = Ipv4Addr::from(<[u8; 4]>::try_from(packet.get(16..20)?).ok()?);
    let content = packet.get(usize::from(packet[0] & 0x0f) * 4..)?;
    let name = match packet[9] {
        2 => return Some(format!("IGMP to {to}")),
        6 => "TCP",
        17 => "UDP",
        other => return Some(format!("IP protocol {other} to {to}")),
    };
    let port = |at: usize| Some(u16::from_be_bytes([*content.get(at)?, *content.get(at + 1)?]));
    let (to_port, from) = (port(2)?, port(0)?);
    let asked = match (name, to_port) {
        ("UDP", 53) => format!(" for {}", name_asked_for(content.get(8..)?)?),
        _ => String::new(),
    };
    Some(format!("{name} to {to}:{to_port} from port {from}{asked}"))
}

/// The name in a question (RFC 1035 §4.1.2).
fn name_asked_for(message: &[u8]) -> Option<String> {
    let mut name = String::new();
    let mut rest = message.get(12..)?;
    while let [length @ 1..=63, after @ ..] = rest {
        let (label, next) = after.split_at_checked(usize::from(*length))?;
        name += &String::from_utf8_lossy(label);
        name.push('.');
        rest = next;
    }
    Some(name)
}
