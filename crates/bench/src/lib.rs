//! What the benchmarks of `src/bin` share: what running programs cost, and figures side by side. Those that need a browser or a
//! window use the end-to-end tests' VNC servers, people and screens.

pub mod account;
pub mod figures;
