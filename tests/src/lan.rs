//! A network of its own, where a server may have another address than 127.0.0.1 and nobody else sees it.

use std::env;

use anyhow::Result;

use crate::once_more::Place;

/// This machine's address on that network.
pub const ADDRESS: &str = "192.168.213.7";

/// Shell words, as root in a network namespace of its own: an interface with the address `$0`, at whose other end nobody
/// is.
pub const INTERFACE: &str = "
    ip link set lo up
    ip link add lan0 type veth peer name lan1
    ip address add \"$0/24\" dev lan0
    ip link set lan0 up
    ip link set lan1 up";

const MARK: &str = "PORTHOLE_TESTS_ON_A_LAN";

const NETWORK: &str = "
    ip link set lo up
    ip address add \"$0/32\" dev lo
    export PORTHOLE_TESTS_ON_A_LAN=1
    exec \"$@\"";

/// Whether this process is on that network.
#[must_use]
pub fn is_here() -> bool {
    env::var_os(MARK).is_some()
}

/// Runs the test of that name (`module::function`) once more, in a process on that network.
///
/// # Errors
///
/// When it fails there, or there is no such test, or this test may not make a network: it must run as root, or be
/// allowed sudo without a password.
pub fn run_there(test: &str) -> Result<()> {
    let network = Place {
        namespaces: &["--net"],
        script: NETWORK,
        arguments: &[ADDRESS],
    };
    network.run(test)
}
