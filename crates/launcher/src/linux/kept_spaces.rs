//! Spaces of desktops that are over, of which their users still hold something open.
//!
//! A file system in memory lives as long as one file of it is open, wherever it is mounted. It is emptied, and lies in a
//! folder that only root can enter, until nothing of it is in use or the user's next desktop takes it over.

use std::{
    ffi::CString,
    fs::{DirBuilder, File, Metadata},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use nix::mount::{MsFlags, mount};
use rustix::{
    fs::{
        AtFlags, Dir, FlockOperation, Gid, Mode, OFlags, RenameFlags, ResolveFlags, Uid, fchmod, fchown,
        flock, openat2, renameat_with, statvfs, unlinkat,
    },
    io::Errno,
};

use super::own_space::{detach, mounts_on};
use crate::private::is_private_folder;

/// How much is removed of one space; a space has fewer files, unless its user makes more meanwhile.
const MAX_REMOVALS: u32 = 100_000;

/// How many names of a folder are read at once: its user may make more for as long as somebody reads.
const MAX_NAMES: usize = 1024;

/// How often a folder is looked for that another program has just taken away.
const MAX_LOOKS: usize = 10;

/// How often the folder is made anew for the same reason.
const MAX_TRIES: usize = 1000;

/// The folder with the kept spaces of one launcher's desktops, each called `UID-NUMBER`.
pub(super) struct KeptSpaces {
    path: PathBuf,
    /// Locked: what two programs do here at once is done in turns.
    _lock: File,
}

impl KeptSpaces {
    /// Those that are kept beside the folders of desktops, of which `desk` is in one; `None` if there are none.
    pub fn beside(desk: &Path) -> Option<Self> {
        let path = place(desk)?;
        for _ in 0..MAX_LOOKS {
            if is_foreign(&path) {
                tracing::warn!("{} is not root's alone and is not used", path.display());
                return None;
            }
            let lock = File::open(&path).ok()?;
            flock(&lock, FlockOperation::LockExclusive).ok()?;
            // Another program may have taken the folder away meanwhile, and a third made one.
            let inode = |data: Metadata| (data.dev(), data.ino());
            if path.symlink_metadata().ok().map(inode) == lock.metadata().ok().map(inode) {
                return Some(Self { path, _lock: lock });
            }
        }
        None
    }

    /// The same, where the folder for them is made.
    pub fn make_beside(desk: &Path) -> Option<Self> {
        let path = place(desk)?;
        // Others take it away as soon as there is nothing in it.
        let mut tries = (0..MAX_TRIES).map(|_| {
            // It may be there.
            let _ = DirBuilder::new().mode(0o700).create(&path);
            Self::beside(desk)
        });
        tries.find(|made| made.is_some() || is_foreign(&path)).flatten()
    }

    /// Keeps what is mounted on `desk`, if that is a space of ours.
    pub fn take(&self, desk: &Path, uid: u32) {
        let mut number = [0; 8];
        let name =
            getrandom::fill(&mut number).map(|()| format!("{uid}-{:016x}", u64::from_ne_bytes(number)));
        let Ok(kept) = name.map(|name| self.path.join(name)) else {
            return;
        };
        let made = DirBuilder::new().mode(0o700).create(&kept).is_ok();
        // What is mounted below stays behind.
        let bound = made && mount(Some(desk), &kept, None::<&str>, MsFlags::MS_BIND, None::<&str>).is_ok();
        // Its user may have mounted something on it just now.
        if bound && mounts_on(&kept) != ["tmpfs"] {
            let _ = detach(&kept);
        }
    }

    /// Gives `desk` a space that is kept for this user, empty and root's alone; false if there is none.
    pub fn give(self, desk: &Path, uid: u32) -> bool {
        let of_user = format!("{uid}-");
        for kept in self.in_use() {
            let name = kept.file_name().unwrap_or_default().to_string_lossy();
            let bind = || mount(Some(&kept), desk, None::<&str>, MsFlags::MS_BIND, None::<&str>);
            if name.starts_with(&of_user) && bind().is_ok() {
                let _ = detach(&kept);
                self.tidy();
                return true;
            }
        }
        self.tidy();
        false
    }

    /// Lets those go of which nothing is in use.
    pub fn tidy(self) {
        self.in_use();
        // It stays while there is anything in it.
        let _ = std::fs::remove_dir(&self.path);
    }

    /// Those of which something is in use: emptied, and root's alone. The others are gone.
    fn in_use(&self) -> Vec<PathBuf> {
        let entries = self.path.read_dir().into_iter().flatten().flatten();
        let mut in_use = Vec::new();
        for kept in entries.map(|entry| entry.path()) {
            if mounts_on(&kept).is_empty() || (is_emptied(&kept) && is_unused(&kept)) {
                let _ = detach(&kept);
                let _ = std::fs::remove_dir(&kept);
            } else {
                in_use.push(kept);
            }
        }
        in_use
    }
}

/// Beside the folder with the folders of desktops: /run/porthole.kept.
fn place(desk: &Path) -> Option<PathBuf> {
    let mut path = desk.parent()?.parent()?.as_os_str().to_owned();
    path.push(".kept");
    Some(path.into())
}

/// Whether there is something else than a folder that is root's alone.
fn is_foreign(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|data| !is_private_folder(&data, 0))
}

/// Whether nothing but its first folder is in use. What was removed counts while it is open.
fn is_unused(space: &Path) -> bool {
    statvfs(space).is_ok_and(|space| {
        space.f_blocks == space.f_bfree && space.f_files.saturating_sub(space.f_ffree) <= 1
    })
}

/// Makes the space root's alone, and removes all that is in it; says whether it is empty then. Its user may still be in
/// there: so no path of theirs is followed, and no folder is gone down into further than by one step.
fn is_emptied(space: &Path) -> bool {
    let empty = || -> Result<bool, Errno> {
        let top = open_folder(rustix::fs::CWD, space, ResolveFlags::NO_SYMLINKS)?;
        fchown(&top, Some(Uid::ROOT), Some(Gid::ROOT))?;
        fchmod(&top, Mode::RWXU)?;
        let mut left = MAX_REMOVALS;
        loop {
            let names = names(&top)?;
            if names.is_empty() {
                return Ok(true);
            }
            for name in names {
                if left == 0 {
                    return Ok(false);
                }
                // What cannot be removed is tried again.
                let _ = remove(&top, &name, &mut left);
            }
        }
    };
    empty().unwrap_or(false)
}

/// Removes an entry of `top`. The folders in a folder are moved to `top`, whose turn comes later: so it does not matter how
/// deep they lie.
fn remove(top: &impl std::os::fd::AsFd, name: &CString, left: &mut u32) -> Result<(), Errno> {
    *left = left.saturating_sub(1);
    if unlinkat(top, name, AtFlags::empty()) != Err(Errno::ISDIR) {
        return Ok(());
    }
    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_XDEV | ResolveFlags::NO_SYMLINKS;
    let folder = open_folder(top, name, beneath)?;
    for inner in names(&folder)? {
        *left = left.saturating_sub(1);
        if unlinkat(&folder, &inner, AtFlags::empty()) == Err(Errno::ISDIR) {
            let moved = format!("{left}");
            let _ = renameat_with(&folder, &inner, top, moved, RenameFlags::NOREPLACE);
        }
    }
    unlinkat(top, name, AtFlags::REMOVEDIR)
}

fn open_folder(
    at: impl std::os::fd::AsFd,
    path: impl rustix::path::Arg,
    resolve: ResolveFlags,
) -> Result<std::os::fd::OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat2(at, path, flags, Mode::empty(), resolve)
}

/// The names in a folder, or the first of them where there are many; those behind them come when these are gone.
fn names(folder: &impl std::os::fd::AsFd) -> Result<Vec<CString>, Errno> {
    let is_entry = |name: &CString| !matches!(name.to_bytes(), b"." | b"..");
    let entries = Dir::read_from(folder)?;
    entries
        .map(|entry| entry.map(|entry| entry.file_name().to_owned()))
        .filter(|name| name.as_ref().map_or(true, is_entry))
        .take(MAX_NAMES)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// A folder of so many files costs no memory for all of them, and neither do those below it.
    #[test]
    fn a_space_is_emptied_piece_by_piece() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let space = tempfile::tempdir().unwrap();
        let deep = space.path().join("a/b/c");
        std::fs::create_dir_all(&deep).unwrap();
        for folder in [space.path(), &deep] {
            for number in 0..3 * MAX_NAMES {
                File::create(folder.join(number.to_string())).unwrap();
            }
        }
        let top = File::open(space.path()).unwrap();
        assert_eq!(names(&top).unwrap().len(), MAX_NAMES);
        assert!(is_emptied(space.path()));
        assert!(names(&top).unwrap().is_empty());
    }

    #[test]
    fn who_makes_files_while_the_space_is_emptied_keeps_nobody_for_ever() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let space = tempfile::tempdir().unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for maker in 0..2 {
                let (space, done) = (space.path(), &done);
                scope.spawn(move || {
                    let mut number = 0_u64;
                    while !done.load(Ordering::Relaxed) {
                        number += 1;
                        let _ = File::create(space.join(format!("{maker}-{number}")));
                    }
                });
            }
            // Whether it wins is a matter of who is faster; it comes to an end.
            is_emptied(space.path());
            done.store(true, Ordering::Relaxed);
        });
    }

    /// Whoever waits for the folder while it is taken away waits for the one that another program makes in its place.
    #[test]
    fn a_lock_is_that_of_the_folder_that_is_there() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let place = tempfile::tempdir().unwrap();
        let desk = place.path().join("porthole/x/desk");
        let path = super::place(&desk).unwrap();
        let first = KeptSpaces::make_beside(&desk).unwrap();
        let inode = first._lock.metadata().unwrap().ino();
        let waiter = std::thread::spawn({
            let desk = desk.clone();
            move || KeptSpaces::beside(&desk)
        });
        // The line of one who waits has an arrow.
        let waits = |locks: String| {
            let mut lines = locks.lines();
            lines.any(|line| line.contains("->") && line.contains(&format!(":{inode} ")))
        };
        while !waits(std::fs::read_to_string("/proc/locks").unwrap()) {
            std::thread::yield_now();
        }
        std::fs::remove_dir(&path).unwrap();
        DirBuilder::new().mode(0o700).create(&path).unwrap();
        drop(first);
        let second = waiter.join().unwrap().unwrap();
        let locked = second._lock.metadata().unwrap().ino();
        assert_eq!(locked, path.metadata().unwrap().ino());
    }

    #[test]
    fn whoever_makes_the_folder_has_it_though_others_take_it_away() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let place = tempfile::tempdir().unwrap();
        let desk = place.path().join("porthole/x/desk");
        let make = || (0..2000).all(|_| KeptSpaces::make_beside(&desk).map(KeptSpaces::tidy).is_some());
        std::thread::scope(|scope| {
            let makers: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
            assert!(makers.into_iter().all(|maker| maker.join().unwrap()));
        });
    }
}
