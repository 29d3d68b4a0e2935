//! The gateway through its front door: what viewers, targets and strangers see of it. One program, so that it is linked
//! once.

mod common;
mod relay_bytes;
mod relay_properties;
mod what_a_client_sees;
