//! What the tests of view-only rights share, here, in the gateway's tests and in the fuzz target: a viewer's traffic, and
//! the server that must not hear the forbidden part of it.

pub mod server;
pub mod session;
pub mod traffic;
