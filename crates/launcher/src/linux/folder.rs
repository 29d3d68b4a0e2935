//! Private folders: one for each display, in one that is ours.

use std::{
    ffi::OsStr,
    fs::{DirBuilder, File, Permissions},
    io,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

use super::account::Account;
use crate::{FolderFault, LaunchError};

/// The longest path of a Unix socket (`sun_path` of unix(7), less its final zero).
const SOCKET_PATH: usize = 107;

/// Where a display's VNC server listens, in the display's folder.
const SOCKET: &str = "desk/rfb.sock";

/// The length of the names that keep launchers [apart](Base::apart).
const APART: usize = 12;

/// Whether a launched display listens there, by this program or another: nobody else has its password.
pub(super) fn is_display(socket: &Path) -> bool {
    socket.ends_with(SOCKET)
}

/// Where displays have their folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Base {
    /// Here, rather than where the system has such folders.
    pub fixed: Option<PathBuf>,
    /// Keeps these displays apart from those of others that are ours.
    pub apart: Option<String>,
    /// Those of others that are ours are found, too.
    pub every: bool,
}

impl Base {
    /// The folder for displays of `account`; it is made if it is not there.
    pub fn for_account(&self, account: &Account) -> Result<PathBuf, LaunchError> {
        let base = match &self.fixed {
            Some(fixed) => fixed.clone(),
            None if rustix::process::geteuid().is_root() => self.in_run(),
            // Others cannot pass through our runtime folder, so displays that cross users lie in a public place.
            None if account.is_us() => self.in_runtime().unwrap_or_else(|| self.in_public()),
            None => self.in_public(),
        };
        make_ours(&base)?;
        Ok(base)
    }

    /// Wherever displays of ours may lie.
    pub fn all(&self) -> Vec<PathBuf> {
        let bases = match &self.fixed {
            Some(fixed) => vec![fixed.clone()],
            None if self.every => every(),
            None if rustix::process::geteuid().is_root() => vec![self.in_run()],
            None => self.in_runtime().into_iter().chain([self.in_public()]).collect(),
        };
        bases.into_iter().filter(|base| is_ours(base).is_ok()).collect()
    }

    fn in_run(&self) -> PathBuf {
        Path::new("/run").join(self.name())
    }

    fn in_runtime(&self) -> Option<PathBuf> {
        Some(runtime()?.join(self.name()))
    }

    fn in_public(&self) -> PathBuf {
        let uid = rustix::process::geteuid().as_raw();
        format!("/tmp/{}-{uid}", self.name()).into()
    }

    fn name(&self) -> String {
        match &self.apart {
            Some(apart) => format!("porthole-{apart}"),
            None => "porthole".to_owned(),
        }
    }
}

/// All folders that launchers of ours may have made, by their names.
fn every() -> Vec<PathBuf> {
    let uid = rustix::process::geteuid().as_raw();
    let private = ["/run".into()].into_iter().chain(runtime());
    let private = private.flat_map(|place: PathBuf| bases_in(&place, ""));
    private
        .chain(bases_in(Path::new("/tmp"), &format!("-{uid}")))
        .collect()
}

/// The folders in `place` with such names as [`Base`] gives, with this at their end. Nothing else is touched: what a
/// launcher finds in its folders, and cannot make sense of, it clears away.
fn bases_in(place: &Path, end: &str) -> Vec<PathBuf> {
    let is_base = |name: &str| {
        let name = name
            .strip_suffix(end)
            .and_then(|name| name.strip_prefix("porthole"));
        let apart = |name: &str| name.len() == APART && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        name.is_some_and(|name| name.is_empty() || name.strip_prefix('-').is_some_and(apart))
    };
    let entries = place.read_dir().into_iter().flatten().flatten();
    let bases = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_base));
    bases.map(|entry| entry.path()).collect()
}

/// XDG_RUNTIME_DIR, if it is what the specification says: our own, and nobody else's.
fn runtime() -> Option<PathBuf> {
    let uid = rustix::process::geteuid().as_raw();
    let told = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let usual = PathBuf::from(format!("/run/user/{uid}"));
    told.into_iter()
        .chain([usual])
        .find(|folder| is_runtime_of(folder, uid))
}

/// Whether `folder` is a runtime folder of that user, and of nobody else.
pub(super) fn is_runtime_of(folder: &Path, uid: u32) -> bool {
    let private = |data: std::fs::Metadata| data.is_dir() && data.uid() == uid && data.mode() & 0o77 == 0;
    folder.is_absolute() && folder.symlink_metadata().is_ok_and(private)
}

/// Makes a folder that others may pass through, if they know the way, and no more.
fn make_ours(path: &Path) -> Result<(), LaunchError> {
    match DirBuilder::new().mode(0o711).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(cannot_make(path, &error)),
    }
    is_ours(path)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o711)).map_err(|error| cannot_make(path, &error))
}

/// Whether that folder is one that nobody else can have put there. Links are not followed.
fn is_ours(path: &Path) -> Result<(), LaunchError> {
    let wrong = |why| LaunchError::BadFolder {
        path: path.to_owned(),
        why,
    };
    let data = path
        .symlink_metadata()
        .map_err(|error| cannot_make(path, &error))?;
    if !data.is_dir() {
        return Err(wrong(FolderFault::NoFolder));
    }
    if data.uid() != rustix::process::geteuid().as_raw() {
        return Err(wrong(FolderFault::Foreign(data.uid())));
    }
    if data.mode() & 0o22 != 0 {
        return Err(wrong(FolderFault::Open));
    }
    Ok(())
}

/// What to say when something in a folder could not be made.
pub(super) fn cannot_make(path: &Path, error: &io::Error) -> LaunchError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LaunchError::DiskFull {
            path: path.to_owned(),
        },
        _ => LaunchError::Folder {
            path: path.to_owned(),
            why: error.to_string(),
        },
    }
}

/// The folder of one display, held by whoever watches over that display.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Locked while this program lives: two programs never watch over, or clear away, the same display.
    _lock: File,
}

impl Folder {
    /// A new folder in `base`, named after the display.
    pub fn make(base: &Path, name: &str) -> Result<Self, LaunchError> {
        loop {
            let mut salt = [0; 4];
            getrandom::fill(&mut salt).map_err(|error| cannot_make(base, &io::Error::other(error)))?;
            let path = base.join(format!("{}-{:08x}", slug(name), u32::from_ne_bytes(salt)));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                // The last display that was in it has just taken it away.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    make_ours(base)?;
                    continue;
                }
                Err(error) => return Err(cannot_make(&path, &error)),
            }
            // Another program may have cleared it away before it was locked.
            if let Some(folder) = Self::hold(path) {
                return folder.fit();
            }
        }
    }

    /// The folder at `path`, unless it is gone or another program holds it.
    pub fn hold(path: PathBuf) -> Option<Self> {
        let lock = File::open(&path).ok()?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).ok()?;
        path.exists().then_some(Self { path, _lock: lock })
    }

    fn fit(self) -> Result<Self, LaunchError> {
        let path = self.socket();
        let length = path.as_os_str().as_bytes().len();
        if length <= SOCKET_PATH {
            return Ok(self);
        }
        let _ = self.vanish();
        Err(LaunchError::PathTooLong { path, length })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn record(&self) -> PathBuf {
        self.path.join("record")
    }

    pub fn server_log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    pub fn session_log(&self) -> PathBuf {
        self.path.join("session.log")
    }

    /// The folder in it that belongs to the display's user.
    pub fn desk(&self) -> PathBuf {
        self.path.join("desk")
    }

    pub fn socket(&self) -> PathBuf {
        self.path.join(SOCKET)
    }

    pub fn x_authority(&self) -> PathBuf {
        self.desk().join("Xauthority")
    }

    pub fn password_file(&self) -> PathBuf {
        self.desk().join("passwd")
    }

    pub fn runtime(&self) -> PathBuf {
        self.desk().join("run")
    }

    /// Lets another user make a folder in this one, which will belong to the gateway's group (by the setgid bit).
    /// Nobody can guess its name before; and it is closed again as soon as that is done.
    pub fn open_for_desk(&self) -> Result<(), LaunchError> {
        self.set_mode(0o3733)
    }

    /// Lets others pass through, and no more.
    pub fn close(&self) -> Result<(), LaunchError> {
        self.set_mode(0o711)
    }

    fn set_mode(&self, mode: u32) -> Result<(), LaunchError> {
        let done = std::fs::set_permissions(&self.path, Permissions::from_mode(mode));
        done.map_err(|error| cannot_make(&self.path, &error))
    }

    /// Whether the desk is what it should be: the account's, closed to all but our group.
    pub fn check_desk(&self, account: &Account) -> Result<(), LaunchError> {
        let desk = self.desk();
        let data = desk
            .symlink_metadata()
            .map_err(|error| cannot_make(&desk, &error))?;
        let group = rustix::process::getegid().as_raw();
        let closed = match data.mode() & 0o7777 {
            0o700 => account.is_us(),
            0o2710 => !account.is_us() && data.gid() == group,
            _ => false,
        };
        if data.is_dir() && data.uid() == account.uid && closed {
            return Ok(());
        }
        Err(LaunchError::Folder {
            why: format!(
                "it is not closed to others (mode {:o}, user id {})",
                data.mode(),
                data.uid()
            ),
            path: desk,
        })
    }

    /// Removes the folder and what is in it. What the account made is removed by the account itself, and never
    /// beyond a mount: desktops mount their users' files below the runtime folder.
    pub async fn remove(self, account: &Account) {
        let desk = self.desk();
        if desk.symlink_metadata().is_ok() {
            let emptied = account
                .script("find \"$1\" -xdev -mindepth 1 -delete", &[desk.as_os_str()], &[])
                .await;
            if let Err(error) = emptied {
                tracing::warn!("{} could not be emptied: {error}", desk.display());
            }
            let _ = std::fs::remove_dir(&desk);
        }
        for file in ["record", "record.new", "server.log", "session.log"] {
            let _ = std::fs::remove_file(self.path.join(OsStr::new(file)));
        }
        if let Err(error) = self.vanish() {
            tracing::warn!("{} could not be removed: {error}", self.path.display());
        }
    }

    /// Removes the folder, which is empty by now, and the one that it is in if it was the last.
    fn vanish(&self) -> io::Result<()> {
        std::fs::remove_dir(&self.path)?;
        if let Some(base) = self.path.parent() {
            // It stays while there is anything in it.
            let _ = std::fs::remove_dir(base);
        }
        Ok(())
    }
}

/// What of a display's name can stand in a path: at most 16 plain letters and digits.
fn slug(name: &str) -> String {
    let plain = name.chars().filter(char::is_ascii_alphanumeric).take(16);
    let slug: String = plain.map(|c| c.to_ascii_lowercase()).collect();
    if slug.is_empty() {
        "display".to_owned()
    } else {
        slug
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn names_become_short_plain_paths() {
        for (name, expected) in [
            ("Alice", "alice"),
            ("../../etc", "etc"),
            ("Ünïcode 屏幕", "ncode"),
            ("屏幕", "display"),
            ("A very long name for a display", "averylongnamefor"),
        ] {
            assert_eq!(slug(name), expected);
        }
    }

    #[test]
    fn bases_are_known_by_their_whole_names() {
        let place = tempfile::tempdir().unwrap();
        for name in [
            "porthole",
            "porthole-3f9c0a21b7d4",
            "porthole-1000",
            "porthole-3f9c0a21b7d4-1000",
            "porthole-Xy3k2A",
            "porthole-notes",
            "portholes",
            "x-porthole",
        ] {
            std::fs::create_dir(place.path().join(name)).unwrap();
        }
        for (end, expected) in [
            ("", ["porthole", "porthole-3f9c0a21b7d4"]),
            ("-1000", ["porthole-1000", "porthole-3f9c0a21b7d4-1000"]),
        ] {
            let mut found = bases_in(place.path(), end);
            found.sort();
            assert_eq!(found, expected.map(|name| place.path().join(name)));
        }
        assert_eq!(bases_in(Path::new("/nowhere"), ""), [] as [PathBuf; 0]);
    }

    #[test]
    fn a_base_that_others_could_have_made_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let (link, file, open) = (
            place.path().join("link"),
            place.path().join("file"),
            place.path().join("open"),
        );
        symlink(place.path(), &link).unwrap();
        std::fs::write(&file, "").unwrap();
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
        for (path, why) in [
            (link, "not a folder"),
            (file, "not a folder"),
            (open, "others may write"),
        ] {
            let error = make_ours(&path).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        let fine = place.path().join("fine");
        make_ours(&fine).unwrap();
        assert_eq!(fine.metadata().unwrap().mode() & 0o7777, 0o711);
    }

    #[test]
    fn a_folder_is_held_once() {
        let base = tempfile::tempdir().unwrap();
        let folder = Folder::make(base.path(), "Alice").unwrap();
        assert_eq!(folder.path().metadata().unwrap().mode() & 0o7777, 0o700);
        let path = folder.path().to_owned();
        assert!(Folder::hold(path.clone()).is_none());
        drop(folder);
        assert!(Folder::hold(path).is_some());
    }

    #[test]
    fn a_socket_path_that_is_too_long_is_refused_and_nothing_left() {
        let place = tempfile::tempdir().unwrap();
        let base = place.path().join("x".repeat(100));
        make_ours(&base).unwrap();
        let error = Folder::make(&base, "Alice").unwrap_err();
        assert!(
            matches!(error, LaunchError::PathTooLong { length, .. } if length > 107),
            "{error}"
        );
        assert!(!base.exists());
    }
}
