//! The product without a shell: config, displays, links, and the operations on them.
//!
//! Two shells stand on this crate: the desktop program, which draws [`Snapshot`]s and sends [`Intent`]s, and the
//! headless `portholed`. Neither a window nor a tray is known here; what the program asks of them is [`Desktop`].

// What people read is written for them: no debug output in it.
#![cfg_attr(not(test), warn(clippy::use_debug))]

pub mod app;
pub mod config;
#[cfg(unix)]
pub mod control;
mod demo;
mod desktops;
#[cfg(target_os = "linux")]
pub mod doctor;
/// What the fuzz targets in `fuzz/` read of this crate's inside. Not part of the program.
#[cfg(fuzzing)]
pub mod fuzzing {
    pub use crate::sharing::{
        history::fuzzing::read_history_file,
        state::fuzzing::{read_journal_lines, read_state_file},
    };
}
mod model;
mod network;
mod platform;
mod program;
mod reachability;
mod service;
mod sharing;
mod texts;
mod thumbnails;

pub use app::{
    controller::{Controller, Handle},
    desktop::{Desktop, ShellError},
    intent::Intent,
    snapshot::{
        Adding, AddingView, DisplayView, Ending, FoundView, OrphanView, QuestionView, ShareAddress,
        ShareView, Snapshot, TokenFileView, TokenTarget, VisitorView,
    },
};
pub use config::ConfigPlace;
pub use desktops::{Desktops, LaunchView, NoDesktop, stop_left};
#[cfg(target_os = "linux")]
pub use doctor::{Finding, Verdict};
pub use model::{
    display_id::{BadDisplayId, DisplayId},
    notice::{Notice, NoticeKind},
    rights::SessionRights,
    secret::Secret,
    settings::{InterfaceView, Listening, OpenIn, Setting, SettingsView, Theme},
    terms::Terms,
};
pub use network::{ListenError, MachineNames, NetworkView, QrView, Reachability};
pub use platform::interfaces::Interface;
pub use program::{AlreadyRunning, Change, LinkError, Porthole, Reload, StartError};
pub use reachability::DisplayState;
pub use sharing::{AskView, LIFETIME, LinkView, SessionView, VisitView};
pub use texts::{Language, speak};
pub use thumbnails::{ThumbnailView, Thumbnails};

/// Lets this program have as many descriptors as the system allows it. Desktops that it starts are not given that.
pub fn allow_many_descriptors() {
    porthole_launcher::remember_open_files();
    porthole_gateway::allow_many_descriptors();
}
