//! The product: config, displays, links and the controller; and the headless binary `portholed`.
//!
//! Two shells stand on this crate: the desktop program, which draws [`Snapshot`]s and sends [`Intent`]s, and the
//! headless `portholed`. Neither a window nor a tray is known here; what the program asks of them is [`Desktop`].

// What people read is written for them: no debug output in it.
#![cfg_attr(not(test), warn(clippy::use_debug))]

mod blocking;
pub mod config;
#[cfg(unix)]
pub mod control;
mod controller;
mod demo;
mod desks;
mod desktop;
mod display_id;
#[cfg(target_os = "linux")]
pub mod doctor;
/// What the fuzz targets in `fuzz/` read of this crate's inside. Not part of the program.
#[cfg(fuzzing)]
pub mod fuzzing {
    pub use crate::{
        history::fuzzing::read_history_file,
        state::fuzzing::{read_journal_lines, read_state_file},
    };
}
mod history;
mod intent;
mod leaving;
mod links;
mod listen;
mod milliseconds;
mod network;
pub mod notes;
mod pictures;
mod porthole;
mod presence;
mod private_file;
mod reaches;
mod secret;
mod sentence;
mod snapshot;
mod state;
mod terms;
mod texts;
mod token_file;
pub mod tray;
mod unreachable;

pub use config::ConfigPlace;
pub use controller::{Controller, Handle};
pub use desks::{Desks, NoDesk};
pub use desktop::{Desktop, ShellError};
pub use display_id::{BadDisplayId, DisplayId};
pub use intent::Intent;
pub use leaving::stop_left;
pub use links::LIFETIME;
pub use listen::ListenError;
pub use network::{Interface, MachineNames};
pub use pictures::Pictures;
pub use porthole::{Change, LinkError, Porthole, StartError};
pub use secret::Secret;
pub use snapshot::{
    Adding, AddingView, AskView, DisplayView, Ending, Finding, FoundView, InterfaceView, LaunchView,
    LinkView, Listening, NetworkView, Notice, NoticeKind, OpenIn, Opens, OrphanView, PictureView, QrView,
    QuestionView, Reach, SessionRights, SessionView, Setting, SettingsView, ShareAddress, ShareView,
    Snapshot, Theme, TokenFileView, TokenTarget, Verdict, VisitView, VisitorView,
};
pub use terms::Terms;
pub use texts::{Language, speak};

/// Lets this program have as many descriptors as the system allows it. Desktops that it starts are not given that.
pub fn allow_many_descriptors() {
    porthole_launcher::remember_open_files();
    porthole_gateway::allow_many_descriptors();
}
