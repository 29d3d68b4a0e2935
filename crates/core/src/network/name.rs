//! This machine's name on the network, by multicast DNS (RFC 6762).

use std::{fs, net::IpAddr};

use mdns_sd::{ServiceDaemon, ServiceInfo};

/// The kind of service that goes with the name: mdns-sd makes no name known without one.
const SERVICE: &str = "_http._tcp.local.";

/// What answers for the name already where the system does, and then nothing must be said besides.
const SYSTEM: [&str; 2] = ["/run/avahi-daemon/pid", "/run/avahi-daemon/socket"];

/// This machine's name, and under it the `.local` name and what else a certificate is made for. The first is the one
/// that it knows itself by.
pub(crate) fn names() -> Vec<String> {
    let node = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .to_ascii_lowercase();
    let mut names = vec![node.clone()];
    names.extend(local(&node));
    names.push("localhost".into());
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

/// This machine's `.local` name, if it has one.
pub(crate) fn local_name() -> Option<String> {
    local(
        &rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .to_ascii_lowercase(),
    )
}

fn local(node: &str) -> Option<String> {
    let label = node.split('.').next()?;
    (!label.is_empty() && label != "localhost").then(|| format!("{label}.local"))
}

/// A name that is made known for as long as this lives.
pub(crate) struct Known {
    daemon: Option<ServiceDaemon>,
}

impl Known {
    /// Tells the network that `name` is at these addresses, and that a web server is there at `port`; where the system
    /// tells it already, nothing is sent. `name` ends with `.local`.
    ///
    /// # Errors
    /// What mdns-sd said.
    pub fn make(name: &str, addresses: &[IpAddr], port: u16) -> Result<Self, mdns_sd::Error> {
        if SYSTEM.iter().any(|path| fs::exists(path).unwrap_or(false)) {
            return Ok(Self { daemon: None });
        }
        let daemon = ServiceDaemon::new()?;
        let label = name.trim_end_matches(".local");
        let none: &[(&str, &str)] = &[];
        let service = ServiceInfo::new(
            SERVICE,
            &format!("Porthole on {label}"),
            &format!("{name}."),
            addresses,
            port,
            none,
        )?;
        daemon.register(service)?;
        Ok(Self { daemon: Some(daemon) })
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        if let Some(daemon) = &self.daemon {
            // It says goodbye by itself; one that is gone already has nothing to say.
            let _ = daemon.shutdown();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_name_is_the_first_label() {
        for (node, name) in [
            ("desk", Some("desk.local")),
            ("desk.example.org", Some("desk.local")),
            ("localhost", None),
            ("localhost.localdomain", None),
            ("", None),
        ] {
            assert_eq!(local(node).as_deref(), name, "{node}");
        }
    }
}
