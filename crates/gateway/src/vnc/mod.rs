//! The gateway's own part of RFB: the handshake with a VNC server on a visitor's behalf, and the gateway as a viewer of its
//! own. The protocol itself is in `porthole-rfb`.

pub(crate) mod log_in;
pub(crate) mod monitor;
pub(crate) mod on_demand;
