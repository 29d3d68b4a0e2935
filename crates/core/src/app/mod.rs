//! What the desktop program shows and is asked: intents in, snapshots out. Invariant: knows no window system; what a shell
//! draws is a value.

pub(crate) mod controller;
pub(crate) mod desktop;
pub(crate) mod intent;
pub mod notifications;
pub(crate) mod snapshot;
pub mod tray;
