//! A visit: who is let in, with which rights, for how long, and why it ended. Invariant: a session that is in the registry
//! has a grant, and one that is closed moves no more bytes.

pub(crate) mod admission;
pub(crate) mod close_reason;
pub(crate) mod events;
pub(crate) mod grant;
pub(crate) mod limits;
pub(crate) mod link_updates;
pub(crate) mod live_rights;
pub(crate) mod registry;
pub(crate) mod taken_control;
pub(crate) mod token;
pub(crate) mod visit;
