//! Whether a display's VNC server can be reached, and why not. Invariant: a VNC server is not asked more often than a person
//! or a change gives cause for.

pub(crate) mod display_states;
mod presence;
mod reach;
pub(crate) mod unreachable;

pub use reach::DisplayState;
