//! VNC servers as processes of their own: started, adopted, watched and stopped, one per display. On Linux.
//!
//! A [`Launcher`] turns a [`Launch`] (what the configuration says of a display) into a [`Launched`]: a VNC server
//! that listens on a Unix socket in a private folder and nowhere else, with passwords that only this program
//! knows, and a session (a desktop, or any command) that runs in it as the user it is for. What becomes of it is
//! told by a watch channel of [`State`].
//!
//! - **Whose it is.** Server and session run as the display's user: directly when that is oneself, by `setpriv`
//!   when we are root, by `sudo -n -u` otherwise. As root, what runs in it has a session of PAM's, by `su`. The
//!   environment is made anew for each, and the session's begins with the user's login shell.
//! - **How long it lives.** A display outlives this program. What is needed to find it again lies beside its
//!   socket, and [`Launcher::adopt`] takes it over: only if process number, start time and the socket's owner agree.
//! - **What remains.** Nothing: when server or session ends, however, the rest of the display is ended, awaited,
//!   and its folder removed.
//!
//! ```text
//! $XDG_RUNTIME_DIR/porthole/     or /run/porthole as root, or /tmp/porthole-UID towards other users
//!   alice-3f9c0a21b7d4e865/      ours: others may pass through it, at most
//!     record                     processes, passwords: for the next start of the program, at 0600
//!     server.log, session.log    bounded while they are written, by processes of ours
//!     desk/                      the display's user's, as root in a file system of its own; only the gateway's group may pass through it
//!       rfb.sock                 0600, or 0660 towards the gateway's group
//!       Xauthority, passwd, run/
//! ```
//!
//! Elsewhere than on Linux every launch ends at once with [`LaunchError::NotHere`].

#[cfg(unix)]
mod child;
mod error;
mod found;
mod launch;
#[cfg(unix)]
mod private;
mod restarts;
mod state;

#[cfg(unix)]
pub use child::child_command;
pub use error::{FolderFault, LaunchError, XstartupFault};
pub use found::FoundServer;
pub use launch::{BadLaunch, Depth, Desktop, Geometry, Launch, What};
#[cfg(unix)]
pub use private::is_runtime_folder;
pub use restarts::Restarts;
pub use state::{Ended, Exit, LaunchStep, Launched, Reason, Running, State};

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;

pub use system::{Launcher, Search, remember_open_files};
