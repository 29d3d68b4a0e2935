//! The token sources that come with Porthole.

mod faults;
mod fixed;
mod guessable;
mod token_file;
mod token_files;
mod token_lines;
pub(crate) mod token_source;
mod websockify_target;

pub use faults::{Cause, Fault, Faults};
pub use fixed::Fixed;
pub use token_file::TokenFile;
pub use token_files::{check_token_file, read_token_file};
pub use token_lines::{TokenLine, parse};
pub use websockify_target::{TargetFault, websockify_target};
