//! The gateway through its front door: what viewers, targets and strangers see of it. One program, so that it is linked
//! once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod access;
mod clipboard;
mod common;
mod conformance;
mod doors;
mod flooding;
mod framing;
mod limits;
mod listening;
mod on_demand;
mod onlooker;
mod proxies;
mod refused;
mod relay_bytes;
mod relay_properties;
mod rights;
mod secrets;
mod sessions;
mod taken_control;
mod tls;
mod view_links;
mod vnc_route;
mod what_a_client_sees;

const TRANSPORT: common::Transport = common::Transport::Plain;
