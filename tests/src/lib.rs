//! What the end-to-end tests stand on: real VNC servers of real OS users, a real browser, a desktop of its own with a
//! session bus and a tray, and the programs under test. Each ends, with all that it started, when it is dropped.

pub mod browser;
pub mod cable;
pub mod deadline;
pub mod desks;
pub mod desktop;
pub mod fetch;
pub mod haproxy;
pub mod home;
pub mod lan;
pub mod mini_browser;
pub mod newcomer;
pub mod nginx;
pub mod notes;
mod once_more;
pub mod pad;
pub mod page;
pub mod people;
pub mod phone;
pub mod picture_server;
pub mod pictures;
pub mod portholed;
pub mod ports;
pub mod process;
pub mod programs;
pub mod rfb;
pub mod screen;
pub mod tray;
pub mod vnc;
pub mod watching;
pub mod window;
pub mod wiretap;
