//! Room on the disk, so that what is revoked on a full one stays revoked.

use std::{fs::File, path::Path};

use crate::platform::disk::{allocate_behind, free_space};

/// So much room is kept behind the end of a journal, in bytes: some hundred links that are revoked or used.
pub(super) const RESERVE_BYTES: u64 = 256 << 10;

/// Keeps [room](RESERVE_BYTES) behind the end of a journal of this length; says up to where there is some, as far as is known.
/// The file is no longer for it. Where a file system does not do that there is none.
pub(super) fn reserve(journal: &File, length: u64) -> u64 {
    if allocate_behind(journal, length, RESERVE_BYTES) {
        return length + RESERVE_BYTES;
    }
    length
}

/// Whether a file of so many bytes can be written beside this one. What cannot be told has room.
pub(super) fn has_room(file: &Path, length: u64) -> bool {
    // A file takes whole blocks, and the journal that begins anew and the folder take some, too.
    file.parent()
        .and_then(free_space)
        .is_none_or(|free| free.bytes >= length + RESERVE_BYTES + 16 * free.block)
}
