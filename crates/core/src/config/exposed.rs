//! Files with secrets that others can read.

use std::{fmt, path::Path};

use crate::{platform::private_file::grants, texts::say};

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
pub(super) fn exposed(path: &Path, others: Others) -> Option<Exposed> {
    let (bits, wanted) = match others {
        Others::All => (0o077, "600"),
        Others::Strangers => (0o007, "o="),
    };
    let shown = path.display().to_string();
    grants(path, bits).then(|| Exposed {
        cause: say!("config-exposed", file = shown.as_str()),
        fix: say!("config-exposed-fix", mode = wanted, file = shown.as_str()),
    })
}
