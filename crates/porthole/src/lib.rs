//! The product: config, displays, links and the controller; and the headless binary `portholed`.
//!
//! Two shells stand on this crate: the desktop program, which draws [`Snapshot`]s and sends [`Intent`]s, and the
//! headless `portholed`. Neither a window nor a tray is known here; what the program asks of them is [`Desktop`].

mod desktop;
mod intent;
mod snapshot;
pub mod tray;

pub use desktop::{Desktop, ShellError};
pub use intent::Intent;
pub use snapshot::{DisplayView, Notice, NoticeKind, Reach, SessionRights, SessionView, Snapshot};
