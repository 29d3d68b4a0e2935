//! The network: HTTP and WebSocket in, VNC targets out.
//!
//! A [`Gateway`] listens, serves the viewer's pages, and turns each WebSocket that shows a good token into a
//! [session](Sessions): one viewer relayed to one target, with the rights of its [`Grant`], until something
//! [ends](End) it. What tokens exist is asked of a [`TokenSource`]; this crate knows neither config nor window.

mod access;
mod attend;
mod buffers;
mod connection;
mod descriptors;
mod door;
mod end;
mod events;
mod forwarded;
mod frame;
mod full_speed;
#[cfg(fuzzing)]
pub mod fuzzing;
mod grant;
mod guesses;
mod happy_eyeballs;
mod identity;
mod limits;
mod link_updates;
mod listening;
mod live_rights;
mod lobby;
mod on_demand;
mod onlooker;
mod outgoing;
mod pages;
mod plain;
mod proxy_header;
mod refusals;
mod regular_file;
mod relay;
mod request;
mod server;
mod session;
mod socket;
mod source;
pub mod sources;
mod splice;
mod taken_control;
mod target;
mod tls;
mod token;
mod trusted_proxies;
mod upgrade;
mod viewer;
mod vnc;

pub use access::{Access, OwnName, OwnNames, SettingsPlace};
pub use descriptors::allow_many_descriptors;
pub use door::{Door, Entry, Opening, Pin, Visit, Visitor};
pub use end::End;
pub use grant::{Grant, Route};
pub use guesses::neighbourhood;
pub use identity::{Identity, IdentityError, IdentityFault, KeyFault, NEW_PAIR};
pub use limits::Limits;
pub use listening::BindError;
pub use live_rights::RightsError;
pub use on_demand::{Awaited, OnDemand, Ready};
pub use onlooker::{LookError, Onlooker};
pub use pages::{Index, IndexEntry, Pages};
pub use plain::Plain;
pub use porthole_rfb::{Password, Picture, Rights, ServerError, UpdateError, security_types};
pub use refusals::{Refusal, RefusalCause, Refusals};
pub use regular_file::open_regular_file;
pub use server::{Gateway, HEARTBEAT, NO_HEARTBEAT, Settings, probe};
pub use session::{SessionId, SessionInfo, Sessions};
pub use source::{Lookup, TokenSource};
pub use target::{BadTarget, BadTargetReason, Dial, NoWay, Target, TargetError};
pub use token::{Token, TokenHash};
pub use trusted_proxies::{BadProxyNetwork, ProxyNetwork, TrustedProxies};
