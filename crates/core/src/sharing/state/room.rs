//! Room on the disk, so that what is revoked on a full one stays revoked.

use std::{fs::File, path::Path};

/// So much room is kept behind the end of a journal, in bytes: some hundred links that are revoked or used.
pub(super) const RESERVE_BYTES: u64 = 256 << 10;

/// Keeps [room](RESERVE_BYTES) behind the end of a journal of this length; says up to where there is some, as far as is known.
/// The file is no longer for it. Where a file system does not do that there is none.
pub(super) fn reserve(journal: &File, length: u64) -> u64 {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{FallocateFlags, fallocate};
        if fallocate(journal, FallocateFlags::KEEP_SIZE, length, RESERVE_BYTES).is_ok() {
            return length + RESERVE_BYTES;
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = journal;
    length
}

/// Whether a file of so many bytes can be written beside this one. What cannot be told has room.
pub(super) fn has_room(file: &Path, length: u64) -> bool {
    #[cfg(unix)]
    if let Some(Ok(disk)) = file.parent().map(rustix::fs::statvfs) {
        // A file takes whole blocks, and the journal that begins anew and the folder take some, too.
        let wanted = length + RESERVE_BYTES + 16 * disk.f_frsize;
        return disk.f_bavail.saturating_mul(disk.f_frsize) >= wanted;
    }
    let _ = (file, length);
    true
}
