//! `portholed` from outside: its command line, its signals, and what a WebSocket client sees of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[cfg(target_os = "linux")]
mod availability;
mod background;
mod beside;
#[cfg(target_os = "linux")]
mod certificates;
mod client;
mod command_line;
mod config;
mod control;
#[cfg(target_os = "linux")]
mod dead_address;
#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(target_os = "linux")]
mod doctor;
mod encryption;
mod identity;
mod killed;
#[cfg(unix)]
mod many_links;
#[cfg(target_os = "linux")]
mod paths;
mod program;
mod proxies;
mod reload;
mod secrets;
mod sharing;
mod stand_in;
mod target;
mod token_files;
#[cfg(unix)]
mod unsaved;
