//! The protocol without I/O, as its users see it. One program, so that it is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say where"
)]

#[path = "../harness/client.rs"]
#[cfg(unix)]
#[allow(dead_code, reason = "other programs need more of it")]
mod client;
mod client_messages;
mod clipboard;
mod common;
#[path = "../harness/mod.rs"]
#[allow(dead_code, reason = "other programs need more of it")]
mod harness;
#[cfg(unix)]
mod log_ins;
mod pictures;
mod rights;
mod server_handshake;
#[path = "../harness/stand_in.rs"]
#[cfg(unix)]
mod stand_in;
mod view_only;
mod viewer_handshake;
