//! A lock that one program holds for its whole life.

use std::{
    fmt,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use super::private_file::{create_folder, private};
use crate::texts::say;

/// The longest that a lock's file says of its holder, in bytes.
const MAX_HOLDER_BYTES: u64 = 256;

/// A lock file that this program has locked. The kernel frees the lock when this is dropped or the program ends, however
/// it ends; no program that it starts inherits it.
#[derive(Debug)]
pub(crate) struct ProgramLock {
    _file: File,
}

/// A program that holds a lock, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub process: u32,
    /// The machine that it runs on, if that is another: homes can be shared by a network.
    pub machine: Option<String>,
}

/// Why a lock was not taken.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another program holds it; `None`: it cannot be read which.
    Taken(Option<Holder>),
    /// The system does not let us.
    Io { path: PathBuf, source: io::Error },
}

impl ProgramLock {
    /// Takes a lock if nobody holds it, and creates its file, which stays. Blocks for no longer than the disk does.
    ///
    /// # Errors
    /// Another program holds it, or the system does not let us.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let wrong = |source| LockError::Io {
            path: path.to_owned(),
            source,
        };
        let mut file = open(path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Taken(read(&mut file))),
            Err(TryLockError::Error(source)) => return Err(wrong(source)),
        }
        // It is for those who are refused. That a full disk does not take it keeps nobody from starting.
        let _ = write(&mut file);
        Ok(Self { _file: file })
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // Whoever can open it can lock it.
    private(&mut options);
    // On a disk that cannot be written to, one that is there can be locked all the same.
    let file = options.open(path).or_else(|error| {
        let file = File::open(path);
        file.map_err(|_| error)
    })?;
    let data = file.metadata()?;
    if !data.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    // Those of earlier versions were open to others.
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&data.permissions()) & 0o77 != 0 {
        let _ = file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600));
    }
    Ok(file)
}

fn write(file: &mut File) -> io::Result<()> {
    let line = format!("{} {}\n", std::process::id(), machine());
    // Over what stands there, which a full disk takes, too.
    file.rewind()?;
    file.write_all(line.as_bytes())?;
    file.set_len(line.len() as u64)
}

/// `None` if it says nothing: it may be written just now, or by an earlier version.
fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.take(MAX_HOLDER_BYTES).read_to_string(&mut text).ok()?;
    let (process, machine_of_it) = text.trim_end().split_once(' ')?;
    Some(Holder {
        process: process.parse().ok()?,
        machine: (machine_of_it != machine()).then(|| machine_of_it.to_owned()),
    })
}

#[cfg(unix)]
fn machine() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn machine() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let process = self.process.to_string();
        f.write_str(&match &self.machine {
            None => say!("lock-holder-here", process = process),
            Some(machine) => say!("lock-holder-there", process = process, machine = machine.as_str()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn of_two_the_first_has_it_and_is_named_until_it_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/state.lock");
        let first = ProgramLock::take(&path).unwrap();
        let us = Holder {
            process: std::process::id(),
            machine: None,
        };
        match ProgramLock::take(&path) {
            Err(LockError::Taken(holder)) => assert_eq!(holder, Some(us)),
            other => panic!("{other:?}"),
        }
        drop(first);
        ProgramLock::take(&path).unwrap();
    }

    #[test]
    fn what_the_file_says_is_read_as_far_as_it_makes_sense() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.lock");
        let _first = ProgramLock::take(&path).unwrap();
        let elsewhere = || {
            Some(Holder {
                process: 7,
                machine: Some("another machine".into()),
            })
        };
        let long = "7".repeat(1 << 20);
        for (text, holder) in [
            ("7 another machine\n", elsewhere()),
            ("", None),
            ("7", None),
            ("-7 desk\n", None),
            (&*long, None),
        ] {
            fs::write(&path, text).unwrap();
            match ProgramLock::take(&path) {
                Err(LockError::Taken(found)) => assert_eq!(found, holder, "{text:.20}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_open_it_and_something_else_in_its_place_is_an_error() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.lock");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        ProgramLock::take(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(matches!(ProgramLock::take(&path), Err(LockError::Io { .. })));
    }
}
