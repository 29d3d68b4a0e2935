//! Private folders: one for each display, in one that is ours.

use std::{
    fs::{DirBuilder, File, Permissions},
    io,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

use super::{account::Account, own_space};
use crate::{FolderFault, LaunchError, is_runtime_folder};

/// The longest path of a Unix socket (`sun_path` of unix(7), less its final zero).
const MAX_SOCKET_PATH_BYTES: usize = 107;

/// Where a display's VNC server listens, in the display's folder.
const SOCKET: &str = "desk/rfb.sock";

/// The length of the names that keep launchers [apart](Base::apart).
const APART: usize = 12;

/// Where everybody can have a folder.
const PUBLIC: &str = "/tmp";

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
    /// Where our own desktops begin, rather than in our account's home.
    pub home: Option<PathBuf>,
}

impl Base {
    /// The folder for displays of `account`; it is made if it is not there.
    pub fn for_account(&self, account: &Account) -> Result<PathBuf, LaunchError> {
        let base = match &self.fixed {
            Some(fixed) => fixed.clone(),
            None if rustix::process::geteuid().is_root() => self.in_run(),
            // Others cannot pass through our runtime folder, so displays that cross users lie in a public place.
            None => match self.in_runtime().filter(|_| account.is_us()) {
                Some(base) => base,
                None => return make_public(Path::new(PUBLIC), &self.public_name()),
            },
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
            None => {
                let public = public(Path::new(PUBLIC), &self.public_name());
                self.in_runtime().into_iter().chain(public).collect()
            }
        };
        bases.into_iter().filter(|base| is_ours(base).is_ok()).collect()
    }

    fn in_run(&self) -> PathBuf {
        Path::new("/run").join(self.name())
    }

    fn in_runtime(&self) -> Option<PathBuf> {
        Some(runtime()?.join(self.name()))
    }

    fn public_name(&self) -> String {
        let uid = rustix::process::geteuid().as_raw();
        format!("{}-{uid}", self.name())
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
        .chain(bases_in(Path::new(PUBLIC), &format!("-{uid}")))
        .collect()
}

/// The folders of that name in a public place: others may have taken the name itself, and then what counts has a
/// number behind it.
fn public(place: &Path, name: &str) -> Vec<PathBuf> {
    let is_base = |found: &str| without_number(found) == name;
    let entries = place.read_dir().into_iter().flatten().flatten();
    let bases = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_base));
    let mut bases: Vec<_> = bases.map(|entry| entry.path()).collect();
    bases.sort();
    bases
}

/// Makes a folder of that name in a public place, or finds the one that we have there. Whoever takes the name first
/// keeps nobody from anything.
fn make_public(place: &Path, name: &str) -> Result<PathBuf, LaunchError> {
    let usual = place.join(name);
    match make_ours(&usual) {
        Err(LaunchError::BadFolder {
            why: FolderFault::Foreign(_) | FolderFault::NoFolder,
            ..
        }) => {}
        made => return made.map(|()| usual),
    }
    if let Some(ours) = public(place, name).into_iter().find(|base| is_ours(base).is_ok()) {
        return Ok(ours);
    }
    let mut number = [0; 8];
    getrandom::fill(&mut number).map_err(|error| cannot_make(&usual, &io::Error::other(error)))?;
    let base = place.join(format!("{name}.{:016x}", u64::from_ne_bytes(number)));
    make_ours(&base).map(|()| base)
}

/// A name without the number that [`make_public`] gives.
fn without_number(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((rest, number)) if number.len() == 16 && number.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            rest
        }
        _ => name,
    }
}

/// The folders in `place` with such names as [`Base`] gives, with this at their end. Nothing else is touched: what a
/// launcher finds in its folders, and cannot make sense of, it clears away.
fn bases_in(place: &Path, end: &str) -> Vec<PathBuf> {
    let is_base = |name: &str| {
        let name = without_number(name)
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
        .find(|folder| is_runtime_folder(folder, uid))
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
            // More than anybody can try while the folder is open to whoever knows its name.
            let mut salt = [0; 8];
            getrandom::fill(&mut salt).map_err(|error| cannot_make(base, &io::Error::other(error)))?;
            let path = base.join(format!("{}-{:016x}", slug(name), u64::from_ne_bytes(salt)));
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
        if length <= MAX_SOCKET_PATH_BYTES {
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
    /// Nobody can know its name before; and it is closed again as soon as that is done. Where we are root there is no
    /// need of this.
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

    /// Whether the desk is what it should be: the account's, closed to all but our group; and whether there is nothing
    /// beside it that its user made while the folder was open.
    pub fn check_desk(&self, account: &Account) -> Result<(), LaunchError> {
        let desk = self.desk();
        self.check_contents()
            .map_err(|error| cannot_make(&desk, &error))?;
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

    fn check_contents(&self) -> io::Result<()> {
        for entry in self.path.read_dir()? {
            let name = entry?.file_name();
            if name != "desk" && name != "record" {
                let name = name.to_string_lossy().into_owned();
                return Err(io::Error::other(format!("`{name}` does not belong beside it")));
            }
        }
        Ok(())
    }

    /// Removes the folder and what is in it. What the account made is removed by the account itself, and never
    /// beyond a mount: desktops mount their users' files below the runtime folder.
    pub async fn remove(self, account: &Account) {
        for entry in self.path.read_dir().into_iter().flatten().flatten() {
            let path = entry.path();
            // Of the entry itself: a link is never followed.
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let _ = std::fs::remove_file(&path);
                continue;
            }
            let (desk, uid) = (path.clone(), account.uid);
            let _ = tokio::task::spawn_blocking(move || own_space::take_back(&desk, uid)).await;
            if std::fs::remove_dir(&path).is_ok() {
                continue;
            }
            let script = "find \"$1\" -xdev -mindepth 1 -delete";
            if let Err(error) = account.script(script, &[path.as_os_str()], &[]).await {
                tracing::warn!("{} could not be emptied: {error}", path.display());
            }
            let _ = std::fs::remove_dir(&path);
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
            "porthole-1000.0123456789abcdef",
            "porthole-1000.0123",
            "porthole-Xy3k2A",
            "porthole-notes",
            "portholes",
            "x-porthole",
        ] {
            std::fs::create_dir(place.path().join(name)).unwrap();
        }
        for (end, expected) in [
            ("", &["porthole", "porthole-3f9c0a21b7d4"][..]),
            (
                "-1000",
                &[
                    "porthole-1000",
                    "porthole-1000.0123456789abcdef",
                    "porthole-3f9c0a21b7d4-1000",
                ],
            ),
        ] {
            let mut found = bases_in(place.path(), end);
            found.sort();
            let expected: Vec<_> = expected.iter().map(|name| place.path().join(name)).collect();
            assert_eq!(found, expected);
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
            (open, "others can write"),
        ] {
            let error = make_ours(&path).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        let fine = place.path().join("fine");
        make_ours(&fine).unwrap();
        assert_eq!(fine.metadata().unwrap().mode() & 0o7777, 0o711);
    }

    /// What somebody else left at the name that everybody can foresee: a file, a link, a pipe.
    #[test]
    fn a_name_that_somebody_else_has_taken_keeps_nobody_from_starting() {
        let place = tempfile::tempdir().unwrap();
        let usual = place.path().join("porthole-1000");
        assert_eq!(make_public(place.path(), "porthole-1000").unwrap(), usual);
        std::fs::remove_dir(&usual).unwrap();
        symlink("/", &usual).unwrap();
        let other = make_public(place.path(), "porthole-1000").unwrap();
        assert_ne!(other, usual);
        assert_eq!(
            make_public(place.path(), "porthole-1000").unwrap(),
            other,
            "found again"
        );
        assert_eq!(
            public(place.path(), "porthole-1000"),
            [usual.clone(), other.clone()]
        );
        assert!(is_ours(&other).is_ok() && is_ours(&usual).is_err());
        // Open to others it is ours, and must be mended rather than gone around.
        std::fs::remove_file(&usual).unwrap();
        std::fs::create_dir(&usual).unwrap();
        std::fs::set_permissions(&usual, Permissions::from_mode(0o777)).unwrap();
        assert!(make_public(place.path(), "porthole-1000").is_err());
    }

    /// The folder of a display that sudo starts is open for a moment, to its user.
    #[tokio::test]
    async fn what_a_user_has_put_beside_the_desk_is_refused_and_removed() {
        let base = tempfile::tempdir().unwrap();
        let kept = base.path().join("kept");
        std::fs::create_dir_all(kept.join("inside")).unwrap();
        let us = Account::find(None).unwrap();
        let folder = Folder::make(base.path(), "Alice").unwrap();
        std::fs::create_dir(folder.desk()).unwrap();
        std::fs::set_permissions(folder.desk(), Permissions::from_mode(0o700)).unwrap();
        folder.check_desk(&us).unwrap();
        symlink(&kept, folder.path().join("session.log")).unwrap();
        let error = folder.check_desk(&us).unwrap_err().to_string();
        assert!(
            error.contains("`session.log` does not belong beside it"),
            "{error}"
        );
        std::fs::create_dir_all(folder.path().join("more/and/more")).unwrap();
        let pipe = folder.path().join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let path = folder.path().to_owned();
        folder.remove(&us).await;
        assert!(!path.exists() && kept.join("inside").is_dir());
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
