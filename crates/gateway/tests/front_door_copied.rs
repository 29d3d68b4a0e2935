//! What `front_door` shows of the byte path, once more with bulk copied, as it is where there is no splice.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "front_door/common/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "what is not about bytes needs more of it"
)]
mod common;
#[path = "front_door/relay_bytes.rs"]
mod relay_bytes;
#[path = "front_door/relay_properties.rs"]
mod relay_properties;
#[path = "front_door/sessions.rs"]
mod sessions;

const TRANSPORT: common::Transport = common::Transport::Copied;
