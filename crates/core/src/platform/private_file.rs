//! Files that only their owner may read, and that are never half-written.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use porthole_gateway::open_regular_file;
use tempfile::NamedTempFile;

use crate::texts::say;

/// No file of ours is longer, in MiB: fifty thousand links take a third of that.
const MAX_FILE_MIB: u64 = 128;

/// Creates a folder that only its owner may enter, and those above it, unless they are there.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// What a file of ours holds. Something else in its place is an error, and never waited for; so is one that is longer than
/// any that we write.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let limit = MAX_FILE_MIB << 20;
    let too_long = || {
        io::Error::new(
            io::ErrorKind::FileTooLarge,
            say!("state-too-long", limit = MAX_FILE_MIB),
        )
    };
    let file = open_regular_file(path)?;
    if file.metadata()?.len() > limit {
        return Err(too_long());
    }
    let mut content = Vec::new();
    // It may be growing.
    file.take(limit + 1).read_to_end(&mut content)?;
    match content.len() as u64 > limit {
        true => Err(too_long()),
        false => Ok(content),
    }
}

/// The first bytes of a file of ours, at most so many.
pub(crate) fn read_beginning(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open_regular_file(path)?.take(limit).read_to_end(&mut content)?;
    Ok(content)
}

/// Replaces a file, creating its folder if need be. Whatever happens meanwhile, a reader finds the old content or the
/// new one, whole. The file's mode is 0600.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidFilename)?;
    create_folder(folder)?;
    let mut new = new_file(folder)?;
    new.as_file_mut().write_all(content)?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    sync_folder(folder)
}

/// A file that only its owner may read, under a name that nobody has. That name is random, so no error says it: faults
/// that last are to be known again.
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut cause = None;
    let open = |path: &Path| {
        options
            .open(path)
            .inspect_err(|error| cause = error.raw_os_error())
    };
    let new = tempfile::Builder::new().make_in(folder, open);
    new.map_err(|error| cause.map_or(error, io::Error::from_raw_os_error))
}

/// Replaces a file of the person's, whole like [`replace`]: its mode stays, and a symbolic link stays one.
pub(crate) fn rewrite(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let folder = path.parent().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut new = new_file(folder)?;
    new.as_file_mut().write_all(content)?;
    new.as_file()
        .set_permissions(fs::metadata(&path)?.permissions())?;
    new.as_file().sync_all()?;
    new.persist(&path)?;
    sync_folder(folder)
}

/// Moves a file out of the way, and says where to.
pub(crate) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let aside = path.with_extension("damaged.json");
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Makes a file that is created only its owner's to read.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Whether the mode of a file has any of these bits.
#[cfg(unix)]
pub(crate) fn grants(path: &Path, bits: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|data| data.permissions().mode() & bits != 0)
}

/// Files have no mode here: they are private unless they are shared.
#[cfg(not(unix))]
pub(crate) fn grants(_path: &Path, _bits: u32) -> bool {
    false
}

/// A rename lasts once its folder is on the disk.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Folders cannot be opened here, nor need they be.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Else a fault that lasts would be another one each time.
    #[test]
    fn why_a_file_cannot_be_replaced_names_no_file_that_is_new_each_time() {
        let fails = || {
            let error = replace(Path::new("/proc/self/fd/state.json"), b"").unwrap_err();
            error.to_string()
        };
        assert_eq!(fails(), fails());
        assert!(!fails().contains(".tmp"), "{}", fails());
    }
}
