//! The machine's own firewall.

use super::Subject;
use crate::{
    Finding,
    platform::firewall::{Barrier, barrier},
    texts::say,
};

const CHECK: &str = "firewall";

/// Whether a firewall keeps other machines out.
pub(super) async fn firewall(subject: &Subject) -> Vec<Finding> {
    let outside = subject.listen().iter().any(|ip| !ip.is_loopback());
    if !outside {
        return vec![Finding::ok(CHECK, say!("doctor-firewall-alone"))];
    }
    let Some(port) = subject.port() else {
        return vec![Finding::ok(CHECK, say!("doctor-firewall-later"))];
    };
    vec![match barrier(&subject.machine, port).await {
        None => Finding::ok(CHECK, say!("doctor-firewall-well", port = port)),
        Some(Barrier {
            name,
            certain: true,
            open,
        }) => Finding::fault(
            CHECK,
            say!("doctor-firewall-closed", firewall = name, port = port),
            say!("doctor-firewall-closed-fix", command = open),
        ),
        Some(Barrier {
            name,
            certain: false,
            open,
        }) => Finding::warn(
            CHECK,
            say!("doctor-firewall-maybe", firewall = name, port = port),
            say!("doctor-firewall-maybe-fix", command = open),
        ),
    }]
}
