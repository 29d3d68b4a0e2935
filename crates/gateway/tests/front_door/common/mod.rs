//! What the gateway's tests share: a gateway whose links are given, targets that do what a test tells them, viewers.

// Each test file is a program of its own and uses a part of this.
#![allow(dead_code, reason = "no test file uses all of it")]

mod gateway;
mod target;
mod time;
mod viewer;
pub mod vnc;
pub mod wire;

pub use gateway::{TestGateway, raw};
pub use target::{TestTarget, echo};
pub use time::{skip, within};
pub use viewer::{Closed, Viewer, closed, open, receive, rest, send};
