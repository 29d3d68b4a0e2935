//! A token source's files on disk: one file, or all files of a folder.

use std::{
    fs::{self, Metadata},
    io::{self, BufRead, BufReader, Read},
    ops::ControlFlow,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    faults::{Cause, Fault, Faults},
    token_lines::{Line, TokenLine, for_each_line},
};
use crate::open_regular_file;

/// The most that the files of a source may hold altogether, in bytes.
const MAX_SOURCE_BYTES: u64 = 512 << 20;

/// The most lines with a token that the files of a source may have altogether. Each takes 36 bytes of memory,
/// its target some 70, and both twice while a changed source is read.
const MAX_TOKENS_PER_SOURCE: usize = 4_000_000;

/// So much is read at once, in bytes; whether a file is binary is seen by its first piece.
const READ_BYTES: usize = 64 << 10;

/// What the files of a source hold, besides the tokens themselves.
#[derive(Default)]
pub(super) struct Content {
    /// The files that were read, by name.
    pub(super) files: Vec<(PathBuf, Holds)>,
    /// What lies in the folder and is no token file, and why.
    pub(super) skipped: Vec<(PathBuf, &'static str)>,
    pub(super) faults: Faults,
}

/// What a token file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    /// White space at most.
    Nothing,
    /// Comments, and no token: it is meant to have none.
    Comments,
    /// Tokens.
    Tokens,
}

/// The lines of a token file, or of all files in a folder, as [`TokenFile`](super::TokenFile) takes them up. Blocks.
///
/// # Errors
/// Anything that is wrong with the files.
pub fn read_token_file(source: &Path) -> Result<Vec<TokenLine>, Faults> {
    let mut lines = Vec::new();
    let content = read(source, |line| lines.push(line));
    match content.faults.is_empty() {
        true => Ok(lines),
        false => Err(content.faults),
    }
}

/// Whether a token file, or all files in a folder, can be taken up; keeps nothing of them in memory. Blocks.
///
/// # Errors
/// Anything that is wrong with the files.
pub fn check_token_file(source: &Path) -> Result<(), Faults> {
    let content = read(source, |_| {});
    match content.faults.is_empty() {
        true => Ok(()),
        false => Err(content.faults),
    }
}

/// Reads a source; `each` gets the lines that are good, file after file by name, in each file's own order. Blocks.
pub(super) fn read(source: &Path, each: impl FnMut(TokenLine)) -> Content {
    let mut reader = Reader {
        content: Content::default(),
        bytes_left: MAX_SOURCE_BYTES,
        tokens_left: MAX_TOKENS_PER_SOURCE,
        each,
    };
    match list(source) {
        Ok(Listing::File(metadata)) if metadata.is_file() => reader.add(source, false),
        Ok(Listing::File(_)) => reader.fault(source, None, Cause::NotAFile),
        Ok(Listing::Folder(entries)) => {
            for (path, metadata) in entries {
                match metadata {
                    Ok(metadata) if metadata.is_file() => reader.add(&path, true),
                    Ok(metadata) if metadata.is_dir() => reader.skip(path, "a folder in the folder"),
                    Ok(_) => reader.skip(path, "not a file"),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        reader.skip(path, "a link to nothing");
                    }
                    Err(error) => reader.fault(&path, None, Cause::Unreadable(error)),
                }
            }
        }
        Err(error) => reader.fault(source, None, Cause::Unreadable(error)),
    }
    reader.content
}

struct Reader<F> {
    content: Content,
    bytes_left: u64,
    tokens_left: usize,
    each: F,
}

impl<F: FnMut(TokenLine)> Reader<F> {
    fn add(&mut self, path: &Path, in_folder: bool) {
        if let Err(error) = self.read(path, in_folder) {
            self.fault(path, None, Cause::Unreadable(error));
        }
    }

    fn read(&mut self, path: &Path, in_folder: bool) -> io::Result<()> {
        // One byte more tells that there is more.
        let file = open_regular_file(path)?.take(self.bytes_left + 1);
        let mut file = BufReader::with_capacity(READ_BYTES, file);
        if in_folder && is_binary(file.fill_buf()?) {
            self.skip(path.to_owned(), "a binary file");
            return Ok(());
        }
        let mut holds = Holds::Nothing;
        for_each_line(&mut file, |number, line| {
            match line {
                Ok(Line::Token(_)) if self.tokens_left == 0 => {
                    self.fault(path, None, Cause::TooMany(MAX_TOKENS_PER_SOURCE));
                    return ControlFlow::Break(());
                }
                Ok(Line::Token(line)) => {
                    holds = Holds::Tokens;
                    self.tokens_left -= 1;
                    (self.each)(line);
                }
                Ok(Line::Comment) => holds = holds.max(Holds::Comments),
                Ok(Line::Blank) => {}
                Err(cause) => self.fault(path, Some(number), cause),
            }
            ControlFlow::Continue(())
        })?;
        match file.get_ref().limit().checked_sub(1) {
            Some(left) => self.bytes_left = left,
            None => self.fault(path, None, Cause::TooBig(MAX_SOURCE_BYTES)),
        }
        self.content.files.push((path.to_owned(), holds));
        Ok(())
    }

    fn skip(&mut self, path: PathBuf, why: &'static str) {
        self.content.skipped.push((path, why));
    }

    fn fault(&mut self, path: &Path, line: Option<usize>, cause: Cause) {
        self.content.faults.push(Fault {
            file: path.to_owned(),
            line,
            cause,
        });
    }
}

/// Whether a file that begins so is no text. Comments may hold anything.
fn is_binary(piece: &[u8]) -> bool {
    let is_comment = |line: &[u8]| line.trim_ascii_start().starts_with(b"#");
    piece
        .split(|byte| *byte == b'\n')
        .any(|line| line.contains(&0) && !is_comment(line))
}

enum Listing {
    File(Metadata),
    Folder(Vec<(PathBuf, io::Result<Metadata>)>),
}

/// Links are followed: an orchestrator changes mounted files by turning a link.
fn list(source: &Path) -> io::Result<Listing> {
    let metadata = fs::metadata(source)?;
    if !metadata.is_dir() {
        return Ok(Listing::File(metadata));
    }
    let mut paths = fs::read_dir(source)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(Listing::Folder(
        paths
            .into_iter()
            .map(|path| (path.clone(), fs::metadata(path)))
            .collect(),
    ))
}

/// How a source's files look from outside. It differs once a file was written, replaced, added or taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp(Result<Vec<(PathBuf, Identity, Version)>, io::ErrorKind>);

/// Which file it is: device, inode and, since inodes are used again, its birth where the file system notes it; `None`
/// for what is not a file.
type Identity = Option<(u64, u64, Option<SystemTime>)>;

/// Size, and the times of the last change to its content and to its inode, in seconds and nanoseconds.
type Version = Option<(u64, [i64; 4])>;

impl Stamp {
    /// Looks at the files of `source`. Blocks.
    pub(super) fn of(source: &Path) -> Self {
        let stamp = |path: PathBuf, metadata: Option<Metadata>| {
            let file = metadata.filter(Metadata::is_file);
            let identity = file
                .as_ref()
                .map(|file| (file.dev(), file.ino(), file.created().ok()));
            let version = file.map(|file| {
                (
                    file.size(),
                    [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()],
                )
            });
            (path, identity, version)
        };
        Self(match list(source) {
            Ok(Listing::File(metadata)) => Ok(vec![stamp(source.to_owned(), Some(metadata))]),
            Ok(Listing::Folder(entries)) => Ok(entries
                .into_iter()
                .map(|(path, metadata)| stamp(path, metadata.ok()))
                .collect()),
            Err(error) => Err(error.kind()),
        })
    }

    /// How much the files hold altogether, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        let sizes = |(_, _, version): &(_, _, Version)| version.map_or(0, |(size, _)| size);
        self.0.iter().flatten().map(sizes).sum()
    }

    /// Whether the source is a file, and no folder.
    pub(super) fn is_of_a_file(&self, source: &Path) -> bool {
        matches!(self.0.as_deref(), Ok([(path, Some(_), _)]) if path == source)
    }

    /// Whether these are the same files under the same names, whatever they hold.
    pub(super) fn same_files(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Ok(one), Ok(other)) => one
                .iter()
                .map(|file| (&file.0, file.1))
                .eq(other.iter().map(|file| (&file.0, file.1))),
            (one, other) => one == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn every_file_of_a_folder_is_read_and_the_rest_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("b"), "bob: h:2\nalice: h:3\n").unwrap();
        fs::write(at("a"), "alice: h:1\n").unwrap();
        fs::write(at("image"), b"\x7fELF\0\0").unwrap();
        fs::create_dir(at("sub")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        symlink(at("a"), at("z")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();

        let mut tokens = Vec::new();
        let content = read(folder.path(), |line| tokens.push(line.token.expose().to_owned()));
        assert!(content.faults.is_empty(), "{}", content.faults);
        assert_eq!(tokens, ["alice", "bob", "alice", "alice"]);
        let skipped: Vec<_> = content
            .skipped
            .iter()
            .map(|(path, why)| (path.clone(), *why))
            .collect();
        assert_eq!(
            skipped,
            [
                (at("dangling"), "a link to nothing"),
                (at("image"), "a binary file"),
                (at("socket"), "not a file"),
                (at("sub"), "a folder in the folder"),
            ]
        );
    }

    #[test]
    fn a_source_that_is_no_file_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _socket = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for (path, cause) in [
            (folder.path().join("missing"), "cannot be read"),
            (socket, "neither a file nor"),
        ] {
            let text = read(&path, |_| {}).faults.to_string();
            assert!(
                text.starts_with(&format!("{}: ", path.display())) && text.contains(cause),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_without_end_is_not_read_to_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(MAX_SOURCE_BYTES * 1000).unwrap();
        let faults = read(file.path(), |_| {}).faults.to_string();
        assert!(faults.contains("more than 512 MiB altogether"), "{faults}");
    }

    #[test]
    fn what_each_file_holds() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [
            ("a", &b"# \xe4\nalice: h:1"[..]),
            ("b", b"\n# \0none\n"),
            ("c", b""),
            ("d", b" \n\t"),
        ] {
            fs::write(folder.path().join(name), content).unwrap();
        }
        let content = read(folder.path(), |_| {});
        assert!(content.faults.is_empty() && content.skipped.is_empty());
        let holds: Vec<_> = content.files.into_iter().map(|(_, holds)| holds).collect();
        assert_eq!(
            holds,
            [Holds::Tokens, Holds::Comments, Holds::Nothing, Holds::Nothing]
        );
    }

    #[test]
    fn a_stamp_differs_after_each_kind_of_change() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut stamps = vec![Stamp::of(folder.path())];
        let mut changed = |what: &str| {
            let stamp = Stamp::of(folder.path());
            assert!(!stamps.contains(&stamp), "{what}");
            stamps.push(stamp);
        };
        fs::write(at("a"), "1").unwrap();
        changed("added");
        fs::write(at("a"), "22").unwrap();
        changed("written");
        fs::write(at("b"), "33").unwrap();
        fs::rename(at("b"), at("a")).unwrap();
        changed("replaced");
        fs::remove_file(at("a")).unwrap();
        symlink("nowhere", at("c")).unwrap();
        changed("a link in its place");
    }

    #[test]
    fn a_file_that_is_written_is_the_same_and_one_that_is_replaced_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "1").unwrap();
        let first = Stamp::of(&at("a"));
        fs::write(at("a"), "22").unwrap();
        let written = Stamp::of(&at("a"));
        assert!(written != first && written.same_files(&first));
        // Two replacements in a row: the second may get the first file's inode again.
        for content in ["333", "4444"] {
            fs::write(at("b"), content).unwrap();
            fs::rename(at("b"), at("a")).unwrap();
            assert!(!Stamp::of(&at("a")).same_files(&written), "{content}");
        }
    }
}
