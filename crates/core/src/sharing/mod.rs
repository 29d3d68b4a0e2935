//! Links, who may come in by them, who came, and the file that remembers it. Invariant: a link opens the display it was
//! made for, or nothing.

pub(crate) mod history;
pub(crate) mod links;
pub(crate) mod raw_visits;
pub(crate) mod state;
pub(crate) mod token_file;
mod views;

pub use links::LIFETIME;
pub use views::{AskView, LinkView, SessionView, VisitView};
