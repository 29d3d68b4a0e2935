//! The sockets of X displays, which all servers of the machine keep in one folder.

use std::{
    fs::{DirBuilder, Permissions},
    os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{account::Account, folder::cannot_make};
use crate::{FolderFault, LaunchError};

const FOLDER: &str = "/tmp/.X11-unix";

/// Sees to it that the folder is there. Only root may make it: in a folder of an ordinary user, that user could take
/// everybody's displays away. So root starts nobody's display in such a one.
pub(super) fn ensure_folder() -> Result<(), LaunchError> {
    let folder = Path::new(FOLDER);
    let root = rustix::process::geteuid().is_root();
    match folder.symlink_metadata() {
        Ok(data) if root && !data.is_dir() => return Err(bad(folder, FolderFault::NoFolder)),
        Ok(data) if root && data.uid() != 0 => return Err(bad(folder, FolderFault::Foreign(data.uid()))),
        Ok(_) if folder.is_dir() => return Ok(()),
        _ => {}
    }
    if !root {
        return Err(LaunchError::NoX11Folder);
    }
    let made = DirBuilder::new().mode(0o1777).create(folder);
    made.and_then(|()| std::fs::set_permissions(folder, Permissions::from_mode(0o1777)))
        .map_err(|error| cannot_make(folder, &error))
}

fn bad(folder: &Path, why: FolderFault) -> LaunchError {
    LaunchError::BadFolder {
        path: folder.to_owned(),
        why,
    }
}

/// The socket of an X display: the very file that its server made, not one that has its name later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct XSocket {
    path: PathBuf,
    inode: u64,
    changed: (i64, i64),
}

impl XSocket {
    /// The socket of X display `number`, if it has one that belongs to `account`. The number is the server's own word,
    /// which its user can forge: nobody's display is taken away by it.
    pub fn of(number: u32, account: &Account) -> Option<Self> {
        Self::at(format!("{FOLDER}/X{number}").into(), account.uid)
    }

    fn at(path: PathBuf, owner: u32) -> Option<Self> {
        let data = path
            .symlink_metadata()
            .ok()
            .filter(|data| data.file_type().is_socket() && data.uid() == owner)?;
        Some(Self {
            inode: data.ino(),
            changed: (data.ctime(), data.ctime_nsec()),
            path,
        })
    }

    /// Removes it, if it is still there: a server that was killed leaves it.
    pub async fn remove(&self, number: u32, account: &Account) {
        if Self::of(number, account).as_ref() != Some(self) {
            return;
        }
        let removed = if account.is_in_our_power() {
            std::fs::remove_file(&self.path)
        } else {
            account
                .script("rm -f -- \"$1\"", &[self.path.as_os_str()], &[])
                .await
                .map(drop)
        };
        if let Err(error) = removed {
            tracing::warn!("{} could not be removed: {error}", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_counts_if_it_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let us = rustix::process::geteuid().as_raw();
        let path = folder.path().join("X1");
        assert!(XSocket::at(path.clone(), us).is_none());
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(XSocket::at(path.clone(), us).is_some());
        assert!(XSocket::at(path.clone(), us + 1).is_none());
        let link = folder.path().join("X2");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(XSocket::at(link, us).is_none());
    }
}
