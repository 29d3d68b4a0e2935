//! What differs by operating system, and is asked for by one name on all of them.

pub(crate) mod descriptors;
pub(crate) mod file_system;
pub(crate) mod sockets;
pub(crate) mod splice;
