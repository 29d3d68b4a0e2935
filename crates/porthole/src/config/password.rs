//! Password files.

use std::path::Path;

use porthole_gateway::Password;

use super::load::read_bounded;

/// A VNC password has 8 bytes; the rest of the file may be notes.
const LARGEST: u64 = 4096;

/// The password in a file: its first line.
///
/// # Errors
/// What is wrong with the file, and what to do.
pub(super) fn read(path: &Path) -> Result<Password, String> {
    let bytes = read_bounded(path, LARGEST).map_err(|error| format!("cannot be read: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        "is not text. Put the password itself into its first line; a file made by vncpasswd does not work here"
    })?;
    match text.lines().next() {
        None | Some("") => Err("is empty. Its first line is the password".into()),
        Some(line) => Ok(Password::from(line)),
    }
}
