//! What server and session say: two files of bounded length, written by nobody but us.
//!
//! The programs write to a pipe, and a process of its own, which outlives this program as they do, passes on what they
//! say. So what they say is bounded while they say it, whoever they are; the files are never theirs.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, Read, Seek, SeekFrom},
    os::{
        fd::OwnedFd,
        unix::fs::{OpenOptionsExt, PermissionsExt},
    },
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::time::{interval, timeout};

use super::process::{Identity, Process};
use crate::child_command;

/// A file takes so many pieces of what is said, of so many bytes at most; then it becomes the old one, and another is
/// begun. Both lie in memory.
const LOG_BLOCKS: &str = "count=512";
const LOG_BLOCK_BYTES: &str = "bs=4096";

/// Reads to the end what is said. Where the file cannot be written (the disk is full), nothing is kept, and nobody waits.
/// An empty file is what is begun at the end of all.
const WRITER: &str = r#"umask 077
while dd "$2" "$3" of="$1" 2>/dev/null && [ -s "$1" ]; do mv -f -- "$1" "$1.old"; done
exec cat >/dev/null"#;

/// How long the writer may take to write what was said last, when there is nobody left who could say more.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_millis(500);

/// Between two looks at whether all was read.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// How much of its end is shown: bytes that are read, lines, and characters in a line.
const TAIL_BYTES: u64 = 8 << 10;
const MAX_TAIL_LINES: usize = 20;
const MAX_LINE_CHARS: usize = 300;

/// The log of one process and its children.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    /// Passes on what is said; `None` if it has ended, or is not known.
    writer: Option<Process>,
    /// Where the programs say it, until they have been started.
    speech: Option<OwnedFd>,
}

impl Log {
    /// A new log at `path`, at 0600, and what writes it.
    pub fn start(path: &Path) -> io::Result<Self> {
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        // It is there before anything is said, and nothing else is in its place.
        create(path)?;
        let (listening, speech) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        // Programs may open their standard error once more (`/dev/stderr`), whoever they run as. Who has not inherited
        // it cannot reach it.
        rustix::fs::fchmod(&speech, rustix::fs::Mode::from_raw_mode(0o622))?;
        let mut writer = child_command("setsid");
        writer
            .args(["sh", "-c", WRITER, "sh"])
            .arg(name)
            .args([LOG_BLOCK_BYTES, LOG_BLOCKS]);
        writer.current_dir(folder).stdin(listening);
        let writer = writer.spawn()?;
        Ok(Self {
            path: path.to_owned(),
            writer: Some(Process::of(writer.id().cast_signed())?),
            speech: Some(speech),
        })
    }

    /// The log of a process that was started earlier, and what writes it.
    pub fn find(path: &Path, writer: Option<Identity>) -> Option<Self> {
        path.symlink_metadata().ok()?;
        Some(Self {
            path: path.to_owned(),
            writer: writer.and_then(Process::find),
            speech: None,
        })
    }

    /// What writes it.
    pub fn writer(&self) -> Option<Identity> {
        self.writer.as_ref().map(|writer| writer.identity)
    }

    /// What a process is to write to.
    pub fn file(&self) -> io::Result<OwnedFd> {
        let speech = self.speech.as_ref().ok_or(io::ErrorKind::BrokenPipe)?;
        speech.try_clone()
    }

    /// Nobody else is started who could say something.
    pub fn close(&mut self) {
        self.speech = None;
    }

    /// Its last lines, once what was said is written, if there is nobody left who could say more.
    pub async fn last_lines(&mut self) -> Vec<String> {
        self.settle().await;
        self.tail()
    }

    /// Its last lines, while others may still speak.
    pub async fn recent_lines(&self) -> Vec<String> {
        let mut looks = interval(POLL_INTERVAL);
        // What was read from the pipe before one look is written before the next.
        let mut was_empty = false;
        let written = async {
            while let Some(speech) = &self.speech {
                looks.tick().await;
                let is_empty = rustix::io::ioctl_fionread(speech).is_ok_and(|bytes| bytes == 0);
                if std::mem::replace(&mut was_empty, is_empty) && is_empty {
                    return;
                }
            }
        };
        let _ = timeout(LAST_WORDS_TIMEOUT, written).await;
        self.tail()
    }

    async fn settle(&mut self) {
        self.close();
        if let Some(writer) = &self.writer {
            let _ = timeout(LAST_WORDS_TIMEOUT, writer.over()).await;
        }
    }

    /// Ends what writes it: by now only programs that have left their session could still say something.
    pub async fn end(mut self) {
        self.settle().await;
        let Some(writer) = &self.writer else {
            return;
        };
        // It leads a group of its own, and is ours: its number is its own until it is reaped, or the system's to check.
        if let Some(group) = Process::find(writer.identity).and_then(|it| Pid::from_raw(it.identity.pid)) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = timeout(LAST_WORDS_TIMEOUT, writer.ended()).await;
    }

    fn tail(&self) -> Vec<String> {
        let mut old = self.path.clone().into_os_string();
        old.push(".old");
        let bytes = [Path::new(&old), &self.path].map(|path| read_tail(path).unwrap_or_default());
        lines(&bytes.concat())
    }
}

fn create(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))
}

fn read_tail(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The last lines with something in them, fit to be shown.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines: Vec<String> = text
        .lines()
        .rev()
        .filter_map(shown)
        .take(MAX_TAIL_LINES)
        .collect();
    lines.reverse();
    lines
}

fn shown(line: &str) -> Option<String> {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    let line: String = line
        .trim_end()
        .chars()
        .map(printable)
        .take(MAX_LINE_CHARS)
        .collect();
    Some(line).filter(|line| !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn log() -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::start(&folder.path().join("log")).unwrap();
        (folder, log)
    }

    fn files(folder: &tempfile::TempDir) -> Vec<u64> {
        let files = folder.path().read_dir().unwrap();
        files
            .map(|file| file.unwrap().metadata().unwrap().len())
            .collect()
    }

    #[tokio::test]
    async fn a_tail_is_bounded_and_harmless() {
        let (_folder, mut log) = log();
        let mut speech = File::from(log.file().unwrap());
        for line in 0..1000 {
            writeln!(speech, "\x1b[31mline {line}\x07 {}\n", "x".repeat(line)).unwrap();
        }
        drop(speech);
        let tail = log.last_lines().await;
        assert!(tail.len() <= MAX_TAIL_LINES && tail.len() > 5);
        assert!(tail.iter().all(|line| line.chars().count() <= MAX_LINE_CHARS));
        assert!(tail.last().unwrap().starts_with(" [31mline 999  x"));
        assert!(!tail.concat().contains(char::is_control));
        log.end().await;
    }

    #[tokio::test]
    async fn whoever_says_too_much_is_bounded_while_they_say_it() {
        let (folder, mut log) = log();
        let mut speech = File::from(log.file().unwrap());
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..50 {
            speech.write_all(&piece).unwrap();
            assert!(
                files(&folder).iter().sum::<u64>() <= 4 << 20,
                "{:?}",
                files(&folder)
            );
        }
        speech.write_all(b"\nafter\n").unwrap();
        drop(speech);
        assert_eq!(log.last_lines().await.last().unwrap(), "after");
        assert_eq!(files(&folder).len(), 2);
        log.end().await;
    }

    #[tokio::test]
    async fn nobody_waits_for_a_log_that_cannot_be_written() {
        let (folder, mut log) = log();
        let path = folder.path().join("log");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir_all(path.join("in/the/way")).unwrap();
        let mut speech = File::from(log.file().unwrap());
        speech.write_all(&vec![b'x'; 10 << 20]).unwrap();
        drop(speech);
        assert!(log.last_lines().await.is_empty());
        log.end().await;
    }

    #[tokio::test]
    async fn what_was_said_is_found_while_others_may_still_speak() {
        let (_folder, log) = log();
        let mut speech = File::from(log.file().unwrap());
        speech.write_all(b"su: Authentication failure\n").unwrap();
        assert_eq!(log.recent_lines().await, ["su: Authentication failure"]);
        drop(speech);
        log.end().await;
    }

    /// A daemon that the session leaves behind keeps its standard error.
    #[tokio::test]
    async fn what_writes_a_log_ends_though_somebody_could_still_speak() {
        let (_folder, log) = log();
        let _speech = log.file().unwrap();
        let writer = log.writer().unwrap();
        assert!(Process::find(writer).is_some());
        log.end().await;
        assert!(Process::find(writer).is_none());
    }
}
