//! Folders for the control sockets of programs that keep no state: each is its user's alone.

use std::{
    env, fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use porthole_launcher::is_runtime_folder;

/// What the folder is called; in a public place with the user's number behind it. Not as the launcher's are, which clears
/// up in its own and lets others pass through.
const NAME: &str = "porthole-control";

/// Where only root can make a folder.
const ROOTS_PLACE: &str = "/run";

/// Where such a folder may be, the best place first, whether it is there or not: in the folder for what lives as long as
/// its owner is logged in, or else in a public place. Programs that were started without a login, as by cron, have only
/// the latter.
fn places() -> (Option<PathBuf>, PathBuf) {
    let own = runtime().map(|runtime| runtime.join(NAME));
    let is_root = rustix::process::geteuid().is_root();
    // One that is not a whole path would be another for each folder that a program is started in.
    let told = env::var_os("TMPDIR").map(PathBuf::from);
    let public = match told.filter(|told| told.is_absolute() && is_safe_place(told)) {
        Some(told) => told,
        None if is_root => PathBuf::from(ROOTS_PLACE),
        None => PathBuf::from("/tmp"),
    };
    (own, public)
}

/// Whether nobody else can put another folder in the place of ours there.
fn is_safe_place(place: &Path) -> bool {
    let us = rustix::process::geteuid().as_raw();
    place.metadata().is_ok_and(|data| {
        let (mode, owner) = (data.mode(), data.uid());
        data.is_dir() && (owner == 0 || owner == us) && (mode & 0o1000 != 0 || mode & 0o22 == 0)
    })
}

/// The folders to look for sockets in: those that nobody else can have put there.
pub(super) fn to_ask() -> Vec<PathBuf> {
    let (own, public) = places();
    let mut folders: Vec<_> = own.into_iter().chain(in_public(&public)).collect();
    folders.retain(|folder| is_private(folder));
    folders
}

/// The folders that a socket can be in, the best first; those that are not there are made when they are asked for.
pub(super) fn to_listen() -> impl Iterator<Item = io::Result<PathBuf>> {
    let (own, public) = places();
    let own = own.map(|folder| made(&folder).map(|()| folder));
    let public = std::iter::once_with(move || make_public(&public));
    own.into_iter().chain(public)
}

/// Our folders in a public place: somebody may have taken the usual name, and then ours has more behind it.
fn in_public(place: &Path) -> Vec<PathBuf> {
    let (name, other) = (public_name(), format!("{}.", public_name()));
    let is_ours = |found: &str| found == name || found.starts_with(&other);
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_ours))
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    folders
}

/// Whoever takes the usual name first keeps nobody from anything.
fn make_public(place: &Path) -> io::Result<PathBuf> {
    let usual = place.join(public_name());
    match made(&usual) {
        Ok(()) => return Ok(usual),
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {}
    }
    if let Some(ours) = in_public(place).into_iter().find(|folder| is_private(folder)) {
        return Ok(ours);
    }
    let prefix = format!("{}.", public_name());
    let mut new = tempfile::Builder::new();
    let new = new.prefix(&prefix).permissions(fs::Permissions::from_mode(0o700));
    Ok(new.tempdir_in(place)?.keep())
}

fn public_name() -> String {
    format!("{NAME}-{}", rustix::process::geteuid().as_raw())
}

/// Makes a folder, unless it is there and ours alone.
fn made(folder: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_private(folder) => Ok(()),
        made => made,
    }
}

/// `XDG_RUNTIME_DIR`, or where it usually is for those who were not told, if it is our own, and closed to others.
pub(super) fn runtime() -> Option<PathBuf> {
    let folder = match env::var_os("XDG_RUNTIME_DIR") {
        Some(told) => PathBuf::from(told),
        None => PathBuf::from(format!("/run/user/{}", rustix::process::geteuid().as_raw())),
    };
    is_private(&folder).then_some(folder)
}

/// Whether a folder is ours, and closed to others. Links are not followed.
fn is_private(folder: &Path) -> bool {
    is_runtime_folder(folder, rustix::process::geteuid().as_raw())
}
