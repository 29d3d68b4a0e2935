//! Everything between an accepted connection and an open WebSocket: the PROXY header, Host and Origin, the pages, the
//! upgrade, and how often somebody may try. Invariant: nothing here has seen a VNC server yet.

pub(crate) mod access;
pub(crate) mod connection;
pub(crate) mod forwarded;
pub(crate) mod pages;
pub(crate) mod pending_connections;
pub(crate) mod plain;
pub(crate) mod proxy_header;
pub(crate) mod rate_limit;
pub(crate) mod refusals;
mod request;
pub(crate) mod trusted_proxies;
pub(crate) mod upgrade;
