//! Real VNC servers, started, adopted, watched and stopped, as oneself, as root for others, and by sudo.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod adoption;
mod again;
mod children;
mod ear;
mod endings;
mod failures;
mod found;
mod full;
mod login;
mod machines;
mod oneself;
mod others;
mod packages;
mod places;
mod screen;
mod stage;
mod stopped;
mod sudo;
mod wire;
mod xstartup;
