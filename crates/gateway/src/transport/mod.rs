//! Sockets: what is listened on, TLS and whose certificate it is, and how a target is reached. Invariant: knows nothing of
//! tokens, rights or RFB.

pub(crate) mod descriptors;
mod happy_eyeballs;
pub(crate) mod identity;
pub(crate) mod listening;
pub(crate) mod socket;
pub(crate) mod target;
pub(crate) mod tls;
