//! The network: HTTP and WebSocket in, VNC targets out.
//!
//! A [`Gateway`] listens, serves the viewer's pages, and turns each WebSocket that shows a good token into a
//! [session](Sessions): one viewer relayed to one target, with the rights of its [`Grant`], until something
//! [ends](CloseReason) it. What tokens exist is asked of a [`TokenSource`]; this crate knows neither config nor window.

#[cfg(fuzzing)]
pub mod fuzzing;
mod http;
mod platform;
mod regular_file;
mod relay;
mod server;
mod session;
pub mod sources;
mod transport;
mod vnc;

pub use http::access::{Access, OwnName, OwnNames, SettingsPlace};
pub use http::pages::{Index, IndexEntry, Pages};
pub use http::plain::Plain;
pub use http::rate_limit::neighbourhood;
pub use http::refusals::{Refusal, RefusalCause, Refusals};
pub use http::trusted_proxies::{BadProxyNetwork, ProxyNetwork, TrustedProxies};
pub use porthole_rfb::{CredentialPart, LogInFault, Password, Picture, Rights, ServerError, UpdateError};
pub use regular_file::open_regular_file;
pub use server::{Gateway, HEARTBEAT, NO_HEARTBEAT, Settings, probe};
pub use session::admission::{Door, Entry, Opening, Pin, Visit, Visitor};
pub use session::close_reason::CloseReason;
pub use session::grant::{Grant, Route};
pub use session::limits::Limits;
pub use session::live_rights::RightsError;
pub use session::registry::{SessionId, SessionInfo, Sessions};
pub use session::token::{Token, TokenHash};
pub use sources::token_source::{Lookup, TokenSource};
pub use transport::descriptors::allow_many_descriptors;
pub use transport::identity::{Identity, IdentityError, IdentityFault, KeyFault, NEW_PAIR};
pub use transport::listening::BindError;
pub use transport::target::{
    BadTarget, BadTargetReason, Dial, NoWay, Target, TargetError, what_is_no_socket,
};
pub use vnc::monitor::{Monitor, MonitorError};
pub use vnc::on_demand::{Awaited, OnDemand, Ready};
