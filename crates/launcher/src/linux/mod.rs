//! The launcher where there are X servers to launch.

mod account;
mod command;
mod desk;
mod environment;
mod folder;
mod installed;
mod instance;
mod kept_spaces;
mod launcher;
mod lifetime;
mod limits;
mod log;
mod login;
mod login_shell;
mod members;
mod own_space;
mod passwords;
mod process;
mod record;
mod search;
mod server;
mod session_command;
mod session_leader;
mod spawn;
mod start;
mod stop;
mod this_screen;
mod watch;
mod x_authority;
mod x_sockets;

pub use launcher::Launcher;
pub use limits::remember_open_files;
pub use search::Search;

pub(crate) use members::memory;
