//! A token source's files on disk: one file, or all files of a folder.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    faults::{Cause, Fault, Faults},
    token_lines::{TokenLine, parse},
};

/// The most that the files of a source may hold altogether, in bytes: about a million tokens.
const MAX_BYTES: u64 = 64 << 20;

/// What the files of a source say.
pub(super) struct Content {
    /// The lines that are good: file after file by name, in each file's own order.
    pub(super) lines: Vec<TokenLine>,
    /// What lies in the folder and is no token file, and why.
    pub(super) skipped: Vec<(PathBuf, &'static str)>,
    pub(super) faults: Faults,
}

/// The lines of a token file, or of all files in a folder, as [`TokenFile`](super::TokenFile) takes them up. Blocks.
///
/// # Errors
/// Anything that is wrong with the files.
pub fn read_token_file(source: &Path) -> Result<Vec<TokenLine>, Faults> {
    let content = read(source);
    match content.faults.is_empty() {
        true => Ok(content.lines),
        false => Err(content.faults),
    }
}

/// Reads a source. Blocks.
pub(super) fn read(source: &Path) -> Content {
    let mut content = Content {
        lines: Vec::new(),
        skipped: Vec::new(),
        faults: Faults::default(),
    };
    let mut room = MAX_BYTES;
    match list(source) {
        Ok(Listing::File(metadata)) if metadata.is_file() => content.add(source, &mut room, false),
        Ok(Listing::File(_)) => content.fault(source, Cause::NotAFile),
        Ok(Listing::Folder(entries)) => {
            for (path, metadata) in entries {
                match metadata {
                    Ok(metadata) if metadata.is_file() => content.add(&path, &mut room, true),
                    Ok(metadata) if metadata.is_dir() => {
                        content.skipped.push((path, "a folder in the folder"))
                    }
                    Ok(_) => content.skipped.push((path, "not a file")),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        content.skipped.push((path, "a link to nothing"));
                    }
                    Err(error) => content.fault(&path, Cause::Unreadable(error)),
                }
            }
        }
        Err(error) => content.fault(source, Cause::Unreadable(error)),
    }
    content
}

impl Content {
    fn add(&mut self, path: &Path, room: &mut u64, in_folder: bool) {
        let bytes = match read_at_most(path, *room) {
            Ok(bytes) => bytes,
            Err(error) => return self.fault(path, Cause::Unreadable(error)),
        };
        let Some(rest) = room.checked_sub(bytes.len() as u64) else {
            return self.fault(path, Cause::TooBig(MAX_BYTES));
        };
        *room = rest;
        if in_folder && bytes.contains(&0) {
            return self.skipped.push((path.to_owned(), "a binary file"));
        }
        let (lines, faults) = parse(path, &bytes);
        self.lines.extend(lines);
        self.faults.append(faults);
    }

    fn fault(&mut self, path: &Path, cause: Cause) {
        self.faults.push(Fault {
            file: path.to_owned(),
            line: None,
            cause,
        });
    }
}

/// One byte more than `limit` when there is more.
fn read_at_most(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
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

/// Whether a path lies on a disk of this machine, as far as is known: a network's file system may keep us waiting for
/// ever. Blocks.
#[cfg(target_os = "linux")]
pub(super) fn is_local(path: &Path) -> bool {
    /// The numbers of linux/magic.h: ext, XFS, Btrfs, F2FS, tmpfs, overlayfs.
    const LOCAL: [u32; 6] = [
        0xEF53,
        0x5846_5342,
        0x9123_683E,
        0xF2F5_2010,
        0x0102_1994,
        0x794C_7630,
    ];
    rustix::fs::statfs(path).is_ok_and(|found| LOCAL.contains(&(found.f_type as u32)))
}

/// Whether a path lies on a disk of this machine: unknown.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_local(_: &Path) -> bool {
    false
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

        let content = read(folder.path());
        assert!(content.faults.is_empty(), "{}", content.faults);
        let tokens: Vec<_> = content.lines.iter().map(|line| line.token.expose()).collect();
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
            let text = read(&path).faults.to_string();
            assert!(
                text.starts_with(&format!("{}: ", path.display())) && text.contains(cause),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_without_end_is_not_read_to_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(MAX_BYTES + 1).unwrap();
        assert!(read(file.path()).faults.to_string().contains("too big"));
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
