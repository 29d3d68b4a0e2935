//! What server and session say: a file that lives as long as they do.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::{OpenOptionsExt, fchown},
    path::Path,
};

use super::account::Account;

/// A log that grew beyond this starts anew: it lies in memory.
const LIMIT: u64 = 4 << 20;

/// How much of its end is shown: bytes that are read, lines, and characters in a line.
const TAIL: u64 = 8 << 10;
const LINES: usize = 20;
const LINE: usize = 300;

/// The log of one process and its children, who append to it.
#[derive(Debug)]
pub(super) struct Log(File);

impl Log {
    /// A new log at 0600. It belongs to `account` where we can give it away, so that its programs can open
    /// `/dev/stderr`; the folder it is in is ours, so nothing else can be put in its place.
    pub fn create(path: &Path, account: &Account) -> io::Result<Self> {
        let file = options().create_new(true).mode(0o600).open(path)?;
        if account.is_in_our_power() {
            fchown(&file, Some(account.uid), None)?;
        }
        Ok(Self(file))
    }

    /// The log of a process that was started earlier.
    pub fn open(path: &Path) -> io::Result<Self> {
        options().open(path).map(Self)
    }

    /// The file, for a process to write to.
    pub fn file(&self) -> io::Result<File> {
        self.0.try_clone()
    }

    /// Cuts a log that has become too long.
    pub fn bound(&self) -> io::Result<()> {
        if self.0.metadata()?.len() > LIMIT {
            self.0.set_len(0)?;
        }
        Ok(())
    }

    /// Its last lines.
    pub fn tail(&self) -> Vec<String> {
        self.read_tail().map(|bytes| lines(&bytes)).unwrap_or_default()
    }

    fn read_tail(&self) -> io::Result<Vec<u8>> {
        let mut file = &self.0;
        let start = file.metadata()?.len().saturating_sub(TAIL);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(TAIL).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Both ends append, so that cutting the file leaves no hole. (rustix's NOFOLLOW: a link is never what we made.)
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .append(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32);
    options
}

/// The last lines with something in them, fit to be shown.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines: Vec<String> = text.lines().rev().filter_map(shown).take(LINES).collect();
    lines.reverse();
    lines
}

fn shown(line: &str) -> Option<String> {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    let line: String = line.trim_end().chars().map(printable).take(LINE).collect();
    Some(line).filter(|line| !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn log() -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::create(&folder.path().join("log"), &Account::find(None).unwrap()).unwrap();
        (folder, log)
    }

    #[test]
    fn a_tail_is_bounded_and_harmless() {
        let (_folder, log) = log();
        for line in 0..1000 {
            writeln!(
                log.file().unwrap(),
                "\x1b[31mline {line}\x07 {}\n",
                "x".repeat(line)
            )
            .unwrap();
        }
        let tail = log.tail();
        assert!(tail.len() <= LINES && tail.len() > 5);
        assert!(tail.iter().all(|line| line.chars().count() <= LINE));
        assert!(tail.last().unwrap().starts_with(" [31mline 999  x"));
        assert!(!tail.concat().contains(char::is_control));
    }

    #[test]
    fn a_log_that_grows_too_long_starts_anew() {
        let (_folder, log) = log();
        let mut writer = log.file().unwrap();
        writer.write_all(&vec![b'x'; LIMIT as usize]).unwrap();
        log.bound().unwrap();
        assert_eq!(log.0.metadata().unwrap().len(), LIMIT);
        writer.write_all(b"x").unwrap();
        log.bound().unwrap();
        writer.write_all(b"after\n").unwrap();
        assert_eq!(log.tail(), ["after"]);
    }
}
