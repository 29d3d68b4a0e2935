//! What a log can be written to without anybody who waits for it.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, IsTerminal},
    os::{
        fd::{AsFd, OwnedFd},
        unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
    },
    path::Path,
};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

const REFUSED: &str = "it is no file; write a log to a file, /dev/null, a terminal, or /dev/stdout";

/// Opens a file to append to it. A new one is for its owner alone: it tells who connected when.
///
/// # Errors
/// What the system says, or that it is something that could hold up whoever logs: a named pipe until it has a reader,
/// and again whenever that reader is slow.
pub fn open(path: &Path) -> io::Result<File> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {}
        Ok(found) => match own_output(&found) {
            // A pipe or a socket of the caller's, as a service manager gives.
            Some(output) => return Ok(output.into()),
            None => ensure_possible(&found)?,
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
        .open(path)?;
    let opened = file.metadata()?;
    ensure_possible(&opened)?;
    if opened.file_type().is_char_device() && !is_nothing(path) && !file.is_terminal() {
        return Err(io::Error::other(REFUSED));
    }
    // Only opening must not wait; a terminal that is full for a moment loses no line.
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

/// A copy of standard output or error, if that is what was found at a path such as `/dev/stdout`.
fn own_output(found: &Metadata) -> Option<OwnedFd> {
    let (output, error) = (io::stdout(), io::stderr());
    [output.as_fd(), error.as_fd()].into_iter().find_map(|own| {
        let stat = rustix::fs::fstat(own).ok()?;
        (stat.st_dev == found.dev() && stat.st_ino == found.ino()).then(|| own.try_clone_to_owned().ok())?
    })
}

fn ensure_possible(found: &Metadata) -> io::Result<()> {
    match found {
        _ if found.is_file() || found.file_type().is_char_device() => Ok(()),
        _ => Err(io::Error::other(REFUSED)),
    }
}

fn is_nothing(path: &Path) -> bool {
    let rdev = |path: &Path| fs::metadata(path).ok().map(|found| found.rdev());
    rdev(path) == rdev("/dev/null".as_ref())
}
