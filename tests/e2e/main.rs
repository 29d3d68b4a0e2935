//! End to end, through the front door, as people use it.

mod alice_and_bob;
mod desks;
mod displays;
mod lan;
mod links;
mod shutdown;
mod tray;
mod webkit;
mod window;
