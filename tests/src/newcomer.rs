//! Somebody who has never run the program: an account with nothing in it, on a network that nobody else sees. Desktops
//! that are launched there end with it.

use std::env;

use anyhow::Result;

/// This machine's address on that network.
pub use crate::lan::ADDRESS;
use crate::{
    lan::INTERFACE,
    once_more::{Place, own_home},
};

const MARK: &str = "PORTHOLE_TESTS_AS_A_NEWCOMER";

/// The account's own session is a plain blue, since a machine for tests may have no desktop installed.
const PLACE: &str = "
    mkdir /mnt/home/.vnc
    printf '#!/bin/sh\\nxsetroot -solid \"#2850c8\"; exec sleep 100000\\n' > /mnt/home/.vnc/xstartup
    chmod 755 /mnt/home/.vnc/xstartup
    chown -R \"$account\" /mnt/home
    mkdir -p -m 700 /run/porthole
    mount -t tmpfs -o mode=700 none /run/porthole
    export PORTHOLE_TESTS_AS_A_NEWCOMER=1
    # Not by exec: whoever is first here has to bury orphans, which a shell does.
    \"$@\"";

/// Whether this process is the newcomer's.
#[must_use]
pub fn is_here() -> bool {
    env::var_os(MARK).is_some()
}

/// Runs the test of that name (`module::function`) once more, as the newcomer.
///
/// # Errors
///
/// When it fails there, or there is no such test, or this test may not make namespaces: it must run as root, or be
/// allowed sudo without a password.
pub fn run_there(test: &str) -> Result<()> {
    let place = Place {
        namespaces: &[
            "--net",
            "--mount",
            "--pid",
            "--fork",
            "--mount-proc",
            "--kill-child",
        ],
        script: &format!("{INTERFACE}\n{}{PLACE}", own_home()),
        arguments: &[ADDRESS],
    };
    place.run(test)
}
