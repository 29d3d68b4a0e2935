//! What a token gives.

use std::{sync::Arc, time::SystemTime};

use porthole_rfb::{Password, Rights};

use crate::{Door, Target};

/// What a token gives: a way to one target, until its end.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What tells the display from others, whatever it is called: sessions with the same are sessions of one display.
    /// Never the token.
    pub display: String,
    /// The display's name, as its visitor and the log are told it. Never the token.
    pub name: String,
    /// Where the VNC server listens.
    pub target: Target,
    /// How the bytes pass.
    pub route: Route,
    /// From this moment on the token opens nothing, and a session that it opened is cut.
    pub expires: Option<SystemTime>,
    /// What the visitor has still to pass, and who is told of the visit; `None`: the token is enough.
    pub door: Option<Arc<dyn Door>>,
}

/// How the bytes of a session pass through the gateway.
#[derive(Clone, Debug)]
pub enum Route {
    /// As they are, whatever the protocol, as websockify relays them. Rights cannot be enforced.
    Raw,
    /// The gateway ends the RFB handshake on both sides, keeps the password, and reads every client message.
    Vnc {
        /// The VNC server's password; `None` when it asks for none.
        password: Option<Password>,
        /// What the viewer may do.
        rights: Rights,
    },
}
