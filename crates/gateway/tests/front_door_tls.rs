//! What `front_door` shows, once more over TLS.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "front_door/access.rs"]
mod access;
#[path = "front_door/common/mod.rs"]
#[allow(dead_code, reason = "what is about TLS itself needs more of it")]
mod common;
#[path = "front_door/conformance.rs"]
mod conformance;
#[path = "front_door/doors.rs"]
mod doors;
#[path = "front_door/limits.rs"]
mod limits;
#[path = "front_door/proxies.rs"]
mod proxies;
#[path = "front_door/refused.rs"]
mod refused;
#[path = "front_door/relay_bytes.rs"]
mod relay_bytes;
#[path = "front_door/relay_properties.rs"]
mod relay_properties;
#[path = "front_door/rights.rs"]
mod rights;
#[path = "front_door/secrets.rs"]
mod secrets;
#[path = "front_door/sessions.rs"]
mod sessions;
#[path = "front_door/taken_control.rs"]
mod taken_control;
#[path = "front_door/vnc_route.rs"]
mod vnc_route;
#[path = "front_door/what_a_client_sees.rs"]
mod what_a_client_sees;

const TRANSPORT: common::Transport = common::Transport::Tls;
