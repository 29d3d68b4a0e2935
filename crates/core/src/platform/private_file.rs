//! Files that only their owner may read, and that are never half-written.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use porthole_gateway::open_regular_file;
use tempfile::NamedTempFile;

/// Creates a folder that only its owner may enter, and those above it, unless they are there.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// What a file of ours holds; something else in its place is an error, and never waited for.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open_regular_file(path)?.read_to_end(&mut content)?;
    Ok(content)
}

/// Replaces a file, creating its folder if need be. Whatever happens meanwhile, a reader finds the old content or the
/// new one, whole. The file's mode is 0600.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidFilename)?;
    create_folder(folder)?;
    let mut new = NamedTempFile::new_in(folder)?;
    new.write_all(content)?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    sync_folder(folder)
}

/// Replaces a file of the person's, whole like [`replace`]: its mode stays, and a symbolic link stays one.
pub(crate) fn rewrite(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let folder = path.parent().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut new = NamedTempFile::new_in(folder)?;
    new.write_all(content)?;
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
