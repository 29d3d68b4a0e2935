//! Room on disks.

use std::{fs::File, path::Path};

/// What is free where a file lies.
pub(crate) struct FreeSpace {
    /// In bytes, for whoever is not root.
    pub bytes: u64,
    /// The least that a file takes, in bytes.
    pub block: u64,
}

/// Keeps so many bytes behind the end of a file of this length, which is no longer for it; whether that could be done.
#[cfg(target_os = "linux")]
pub(crate) fn allocate_behind(file: &File, length: u64, bytes: u64) -> bool {
    use rustix::fs::{FallocateFlags, fallocate};
    fallocate(file, FallocateFlags::KEEP_SIZE, length, bytes).is_ok()
}

/// Nothing here does that.
#[cfg(not(target_os = "linux"))]
pub(crate) fn allocate_behind(_: &File, _: u64, _: u64) -> bool {
    false
}

/// How much is free in the file system of a folder, if it can be told.
#[cfg(unix)]
pub(crate) fn free_space(folder: &Path) -> Option<FreeSpace> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(FreeSpace {
        bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
        block: disk.f_frsize,
    })
}

/// It cannot be told.
#[cfg(not(unix))]
pub(crate) fn free_space(_: &Path) -> Option<FreeSpace> {
    None
}
