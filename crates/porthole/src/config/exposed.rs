//! Files with secrets that others can read.

use std::path::Path;

/// Whose reading of a file is worth a warning.
#[derive(Clone, Copy)]
pub(super) enum Others {
    /// Everybody but its owner.
    All,
    /// Everybody but its owner and group: keys of certificates have a group of their own on some systems.
    Strangers,
}

/// What to do about a file that others can read, if they can.
#[cfg(unix)]
pub(super) fn exposed(path: &Path, others: Others) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let (bits, wanted) = match others {
        Others::All => (0o077, "600"),
        Others::Strangers => (0o007, "o="),
    };
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let shown = path.display();
    (mode & bits != 0).then(|| format!("Other users can read {shown}. Run: chmod {wanted} {shown}"))
}

/// What to do about a file that others can read, if they can. Here files are private unless they are shared.
#[cfg(not(unix))]
pub(super) fn exposed(_path: &Path, _others: Others) -> Option<String> {
    None
}
