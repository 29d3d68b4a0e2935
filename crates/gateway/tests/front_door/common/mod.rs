//! What the gateway's tests share: a gateway whose links are given, targets that do what a test tells them, viewers.

mod gateway;
mod target;
mod time;
pub mod transport;
pub mod viewer;
pub mod vnc;
pub mod wire;
#[path = "../../../../phrase/testing/english.rs"]
mod words;

pub use gateway::{TestGateway, raw};
pub use target::{Server, TestTarget, echo};
pub use time::{hold_clock, skip, until, within};
pub use transport::{SCHEME, Stream, Transport, connect, identity};
pub use viewer::{Closed, Viewer, closed, open, receive, rest, send};
