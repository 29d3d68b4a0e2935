//! Where files lie.

use std::path::Path;

/// Whether a path lies on a disk of this machine, as far as is known: a network's file system may keep us waiting for
/// ever. Blocks.
#[cfg(target_os = "linux")]
pub(crate) fn is_local(path: &Path) -> bool {
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
pub(crate) fn is_local(_: &Path) -> bool {
    false
}
