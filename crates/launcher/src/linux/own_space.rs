//! A space of its own for what a user writes beside root's: the desk of another user lies in /run, whose memory is the
//! whole machine's, and whoever fills that keeps everybody from working. As logind does with /run/user/UID, the desk
//! is a file system in memory, of bounded size.

use std::{fs, path::Path};

use nix::{
    errno::Errno,
    mount::{MntFlags, MsFlags, mount, umount2},
};

/// A tenth of what is usual in small machines; and as many files as a desktop will ever want.
const LIMITS: &str = "size=64m,nr_inodes=16k,mode=0700";

/// Gives the folder a space of its own, if we may mount there; in many containers nobody may. Nobody else can be in the
/// folder yet, nor put another in its place.
pub(super) fn give(folder: &Path) {
    let given = if is_apart() {
        // It would vanish with the service that has such a view of the files, while the desktop lives on.
        Err("this program sees other mounts than the rest of the system".to_owned())
    } else {
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        mount(Some("porthole"), folder, Some("tmpfs"), flags, Some(LIMITS)).map_err(|error| error.to_string())
    };
    if let Err(why) = given {
        tracing::warn!(
            "{} gets no space of its own, so its user can fill the file system that it lies in: {why}",
            folder.display()
        );
    }
}

/// Takes back the space that the folder was given, with all that is in it, also what is mounted there and what some
/// process still holds open.
pub(super) fn take_back(folder: &Path) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    match umount2(folder, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW) {
        // It was not given one.
        Ok(()) | Err(Errno::EINVAL | Errno::EPERM) => {}
        Err(error) => tracing::warn!("{} could not be unmounted: {error}", folder.display()),
    }
}

/// Whether our mounts are not those of the system's first process.
fn is_apart() -> bool {
    let mounts = |process: &str| fs::read_link(format!("/proc/{process}/ns/mnt")).ok();
    // Where that is not told, we are in a container, whose mounts are all there are.
    mounts("1").is_some_and(|system| mounts("self").is_some_and(|ours| ours != system))
}
