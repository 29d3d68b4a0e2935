//! Files with secrets that others can read.

use std::{fmt, path::Path};

#[cfg(unix)]
use crate::texts::say;

/// Whose reading of a file is worth a warning.
#[derive(Clone, Copy)]
pub(super) enum Others {
    /// Everybody but its owner.
    All,
    /// Everybody but its owner and group: keys of certificates have a group of their own on some systems.
    Strangers,
}

/// A file with a secret that others can read: a sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exposed {
    /// What is so.
    pub cause: String,
    /// What to do about it.
    pub fix: String,
}

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.cause, self.fix)
    }
}

/// What to do about a file that others can read, if they can.
#[cfg(unix)]
pub(super) fn exposed(path: &Path, others: Others) -> Option<Exposed> {
    use std::os::unix::fs::PermissionsExt;
    let (bits, wanted) = match others {
        Others::All => (0o077, "600"),
        Others::Strangers => (0o007, "o="),
    };
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let shown = path.display().to_string();
    (mode & bits != 0).then(|| Exposed {
        cause: say!("config-exposed", file = shown.as_str()),
        fix: say!("config-exposed-fix", mode = wanted, file = shown.as_str()),
    })
}

/// What to do about a file that others can read, if they can. Here files are private unless they are shared.
#[cfg(not(unix))]
pub(super) fn exposed(_path: &Path, _others: Others) -> Option<Exposed> {
    None
}
