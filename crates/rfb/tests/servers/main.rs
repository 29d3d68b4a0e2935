//! Log-ins over real sockets: at the Xtigervnc that is installed, at newer servers from a folder that debootstrap made, and
//! at stand-ins for servers that are not to be had, for which noVNC's core vouches.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say where"
)]

#[path = "../harness/client.rs"]
mod client;
#[path = "../harness/stand_in.rs"]
mod stand_in;
mod stand_ins;
mod tigervnc;
mod weston;
