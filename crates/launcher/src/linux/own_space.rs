//! A space of its own for what a user writes beside root's: the desk of another user lies in /run, whose memory is the
//! whole machine's, and whoever fills that keeps everybody from working. As logind does with /run/user/UID, the desk
//! is a file system in memory, of bounded size.
//!
//! What its user still holds open keeps such a space beyond the end of the desktop; then it is their next desktop's
//! ([`kept_spaces`](super::kept_spaces)), so that no number of starts holds more than as many desktops at once may.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt,
    path::Path,
};

use nix::{
    errno::Errno,
    mount::{MntFlags, MsFlags, mount, umount2},
};

use super::kept_spaces::KeptSpaces;

/// A tenth of what is usual in small machines; and as many files as a desktop will ever want.
const LIMITS: &str = "size=64m,nr_inodes=16k,mode=0700";

/// The folder in a space that is its user's.
const DESK: &str = "desk";

/// How many mounts on top of each other are taken away: users may mount file systems of their own (FUSE) on the desk.
const MAX_MOUNTS: usize = 4096;

/// Gives the folder a space of its own, if we may mount there; in many containers nobody may. Nobody else can be in the
/// folder yet, nor put another in its place.
pub(super) fn give(folder: &Path, uid: u32) {
    let given = if is_apart() {
        // It would vanish with the service that has such a view of the files, while the desktop lives on.
        Err("this program sees other mounts than the rest of the system".to_owned())
    } else if KeptSpaces::beside(folder).is_some_and(|kept| kept.give(folder, uid)) {
        Ok(())
    } else {
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        mount(Some("porthole"), folder, Some("tmpfs"), flags, Some(LIMITS)).map_err(|error| error.to_string())
    };
    let given = given.and_then(|()| use_folder_within(folder).map_err(|error| error.to_string()));
    if let Err(why) = given {
        tracing::warn!(
            "{} gets no space of its own, so its user can fill the file system that it lies in: {why}",
            folder.display()
        );
    }
}

/// Lets a folder in the space stand for the space, whose own first folder stays root's: attributes that its user gave that
/// one would take room for as long as there is the space.
fn use_folder_within(space: &Path) -> io::Result<()> {
    let within = space.join(DESK);
    DirBuilder::new().mode(0o700).create(&within)?;
    Ok(mount(
        Some(&within),
        space,
        None::<&str>,
        MsFlags::MS_BIND,
        None::<&str>,
    )?)
}

/// Takes back the space that the folder was given, with all that is in it, and all that is mounted on it or in it.
pub(super) fn take_back(folder: &Path, uid: u32) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    // What lies on top is a folder of our space, or no space of ours.
    for _ in 1..mounts_on(folder).len().min(MAX_MOUNTS) {
        let _ = detach(folder);
    }
    if mounts_on(folder).len() == 1
        && let Some(kept) = KeptSpaces::make_beside(folder)
    {
        kept.take(folder, uid);
    }
    for _ in 0..MAX_MOUNTS {
        match detach(folder) {
            Ok(()) => {}
            // There is nothing left, or it was not given one.
            Err(Errno::EINVAL | Errno::EPERM) => break,
            Err(error) => {
                tracing::warn!("{} could not be unmounted: {error}", folder.display());
                break;
            }
        }
    }
    if let Some(kept) = KeptSpaces::beside(folder) {
        kept.tidy();
    }
}

/// Takes away what is mounted on `folder`, the latest of it, also while somebody uses it. Links are not followed.
pub(super) fn detach(folder: &Path) -> nix::Result<()> {
    umount2(folder, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW)
}

/// The kinds of file systems that are mounted on `folder`, the latest last. None of them is asked anything: users' own may
/// never answer.
pub(super) fn mounts_on(folder: &Path) -> Vec<String> {
    let mounts = procfs::process::Process::myself().and_then(|us| us.mountinfo());
    let on_folder = mounts
        .into_iter()
        .flatten()
        .filter(|mount| mount.mount_point == folder);
    on_folder.map(|mount| mount.fs_type).collect()
}

/// Whether our mounts are not those of the system's first process.
fn is_apart() -> bool {
    let mounts = |process: &str| fs::read_link(format!("/proc/{process}/ns/mnt")).ok();
    // Where that is not told, we are in a container, whose mounts are all there are.
    mounts("1").is_some_and(|system| mounts("self").is_some_and(|ours| ours != system))
}
