//! What is wrong with a token source's files, told to the person who wrote them.

use std::{fmt, io, path::PathBuf};

use super::TargetFault;

/// Something wrong with a token file. The text names file and line and what to do; it repeats nothing of the line, since
/// a token may stand anywhere in a broken one.
#[derive(Debug)]
pub struct Fault {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; `None` when the file as a whole is at fault.
    pub line: Option<usize>,
    /// What is wrong.
    pub cause: Cause,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// Bytes that are no text.
    #[error("this line is not UTF-8; save the file as UTF-8 text")]
    NotUtf8,
    /// No token and target.
    #[error("no colon followed by a space; write `token: host:port`")]
    NoColon,
    /// Or a comment behind it.
    #[error(
        "more than one colon followed by a space; write `token: host:port`, and a comment on a line of its own"
    )]
    TwoColons,
    /// Nothing stands before the colon.
    #[error("no token before the colon; write `token: host:port`")]
    NoToken,
    /// What stands behind it is no target.
    #[error(transparent)]
    Target(#[from] TargetFault),
    /// The system does not let us.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// A device, or a socket.
    #[error("is neither a file nor a folder")]
    NotAFile,
    /// All files together have more than so many bytes.
    #[error("is too big for token files: more than {} MiB altogether", .0 >> 20)]
    TooBig(u64),
    /// All files together have more than so many tokens.
    #[error("has too many tokens: more than {0} altogether")]
    TooMany(usize),
    /// A line of more than so many bytes.
    #[error("this line is too long: more than {} KiB", .0 >> 10)]
    LongLine(u64),
    /// It had tokens, and now there is nothing in it. That happens to files whose disk is full, or whose writer failed.
    #[error("is empty but had tokens before; to remove them all, write a comment into it, such as `# none`")]
    Emptied,
    /// The folder's files had tokens, and now there is none that says anything.
    #[error(
        "no longer has a token file; to remove all tokens, put a file into it with a comment, such as `# none`"
    )]
    EmptiedFolder,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file.display(), self.cause),
            None => write!(f, "{}: {}", self.file.display(), self.cause),
        }
    }
}

/// All that is wrong with a token source: one line of text for each fault. The first 20 are kept, the others counted.
#[derive(Debug, Default)]
pub struct Faults {
    first: Vec<Fault>,
    others: usize,
}

impl Faults {
    const MAX_FAULTS: usize = 20;

    /// The faults that are kept, in the order of the files and lines.
    pub fn first(&self) -> &[Fault] {
        &self.first
    }

    /// How many more there are.
    pub fn others(&self) -> usize {
        self.others
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Whether all that is wrong is that there are no tokens any more where there were some.
    pub fn are_of_emptying(&self) -> bool {
        let emptied = |fault: &Fault| matches!(fault.cause, Cause::Emptied | Cause::EmptiedFolder);
        !self.is_empty() && self.others == 0 && self.first.iter().all(emptied)
    }

    pub(super) fn push(&mut self, fault: Fault) {
        if self.first.len() < Self::MAX_FAULTS {
            self.first.push(fault);
        } else {
            self.others += 1;
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.first.iter().enumerate() {
            write!(f, "{}{fault}", if index > 0 { "\n" } else { "" })?;
        }
        match self.others {
            0 => Ok(()),
            others => write!(f, "\n… and {others} more"),
        }
    }
}

impl std::error::Error for Faults {}
