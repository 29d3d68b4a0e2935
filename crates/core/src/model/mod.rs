//! What all rooms speak of: ids, terms, rights, settings, notices. Invariant: imports nothing of the others, and does no I/O.

pub(crate) mod display_id;
pub(crate) mod milliseconds;
pub(crate) mod notice;
pub(crate) mod rights;
pub(crate) mod secret;
pub(crate) mod settings;
pub(crate) mod terms;
