//! End to end, through the front door, as people use it.

mod alice_and_bob;
mod cable;
mod desks;
mod displays;
mod editing;
mod first_run;
mod german;
mod lan;
mod links;
mod notes;
mod ordinary;
mod phone;
mod pictures;
mod proxies;
mod settings;
mod sharing;
mod shutdown;
mod this_screen;
mod tray;
mod webkit;
mod window;
