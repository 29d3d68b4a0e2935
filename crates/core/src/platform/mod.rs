//! What differs by operating system, and what is asked of it. Invariant: knows no display and no config.

pub(crate) mod blocking;
pub(crate) mod clock;
pub(crate) mod disk;
#[cfg(target_os = "linux")]
pub(crate) mod firewall;
pub(crate) mod interfaces;
#[cfg(target_os = "linux")]
pub(crate) mod machine;
pub(crate) mod private_file;
pub(crate) mod program_lock;
pub(crate) mod servers;
