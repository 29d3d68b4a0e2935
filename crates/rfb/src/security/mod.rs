//! What a log-in at a VNC server is made of: which security types there are and what they are worth, what the display
//! knows, and the cryptography of each type. [`ServerHandshake`](crate::ServerHandshake) puts it in order.

pub(crate) mod apple;
pub(crate) mod choice;
pub(crate) mod client_key;
pub(crate) mod fault;
pub(crate) mod form;
pub(crate) mod log_in;
pub(crate) mod ms_logon;
pub(crate) mod offer;
mod padded;
pub(crate) mod ra2;
pub(crate) mod records;
pub(crate) mod server_key;
