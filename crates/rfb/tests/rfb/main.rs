//! The protocol without I/O, as its users see it. One program, so that it is linked once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod client_messages;
mod clipboard;
mod common;
#[path = "../harness/mod.rs"]
#[allow(dead_code, reason = "other programs need more of it")]
mod harness;
mod pictures;
mod rights;
mod server_handshake;
mod view_only;
mod viewer_handshake;
