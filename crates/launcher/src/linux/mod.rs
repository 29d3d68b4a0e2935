//! The launcher where there are X servers to launch.

mod account;
mod desk;
mod environment;
mod folder;
mod gate;
mod installed;
mod kept_spaces;
mod launcher;
mod leader;
mod lifetime;
mod limits;
mod live;
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
mod start;
mod stop;
mod this_screen;
mod tool;
mod watch;
mod x_authority;
mod x_sockets;

pub use launcher::Launcher;
pub use limits::remember_open_files;
pub use search::Search;

pub(crate) use members::memory;
