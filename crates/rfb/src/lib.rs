//! The RFB protocol without any I/O: handshakes, the reader of client messages, rights.
//!
//! The gateway stands between a viewer and a VNC server and speaks RFB with both (RFC 6143):
//!
//! 1. [`ServerHandshake`] logs in to the VNC server, with the display's [`Password`] where it has one, or with the
//!    [`Credentials`] of a [`LogIn`] by any of the security types that there are.
//! 2. [`ViewerHandshake`] lets the viewer in without a password: its link has already been checked.
//! 3. [`CLIENT_INIT_SHARED`] goes to the server; its answer is read by [`ServerInit`] and passed on as it is.
//!    [`ServerClipboard`] finds out whether the clipboard can be kept from a view-only viewer, and sees to it.
//! 4. From there on the server's bytes pass unread, and every byte of the viewer passes through
//!    [`ClientReader`], which knows where each message ends and lets through what the [`Rights`] allow.
//!
//! Where the gateway itself looks at a screen, to show a small [`Picture`] of it, [`PictureReader`] takes the place of
//! the viewer.
//!
//! Every machine here takes bytes in pieces of any size, holds a bounded number of them, and never panics
//! whatever they are. None of them reads a clock, opens a socket or waits.

mod client_error;
mod client_messages;
mod client_reader;
mod encodings;
mod extended_clipboard;
mod gather;
mod held_input;
mod need;
mod password;
mod picture;
mod picture_reader;
mod policy;
mod printable;
mod progress;
mod rights;
mod secret;
mod security;
mod server_error;
mod server_handshake;
mod server_init;
mod shortened;
mod tight_capabilities;
mod update_budget;
mod viewer_handshake;

pub use client_error::{ClientError, Unit};
pub use client_reader::ClientReader;
pub use extended_clipboard::{LateAnswer, Learnt, ServerClipboard};
pub use need::Need;
pub use password::Password;
pub use picture::Picture;
pub use picture_reader::{PictureReader, UpdateError};
pub use progress::Progress;
pub use rights::Rights;
pub use secret::{Credentials, Secret};
pub use security::{
    choice::{Asks, CredentialsProtection, LogInMethod, Ra2, SecurityChoice, ServerIdentity, TlsKind},
    client_key::ClientKey,
    fault::LogInFault,
    log_in::{LogIn, Policy},
    records::{MAX_RECORD_BYTES, Opened, RecordOpener, RecordSealer, Records},
    server_key::ServerKey,
};
pub use server_error::{CredentialPart, ServerError};
pub use server_handshake::ServerHandshake;
pub use server_init::{ServerInit, ServerInitInfo};
pub use shortened::shortened;
pub use tight_capabilities::TightCapabilities;
pub use update_budget::SharedUpdateBudget;
pub use viewer_handshake::{ViewerError, ViewerHandshake};

/// The ClientInit to send to the VNC server once [`ServerHandshake`] is done: shared (RFC 6143 §7.3.1).
///
/// Always shared, whatever the viewer asked for: 0 makes a server disconnect its other viewers.
pub const CLIENT_INIT_SHARED: [u8; 1] = [1];

/// The longest reason or desktop name that is taken from a VNC server, in bytes.
const MAX_TEXT: usize = 4096;
