//! What belongs to one user, and is closed to all others.

use std::{fs::Metadata, os::unix::fs::MetadataExt, path::Path};

/// Whether this is a folder of the user `uid` that nobody else may enter, read or write. For a link it is not: ask with
/// [`std::fs::symlink_metadata`].
pub(crate) fn is_private_folder(data: &Metadata, uid: u32) -> bool {
    data.is_dir() && data.uid() == uid && data.mode() & 0o77 == 0
}

/// Whether `folder` may be trusted as the runtime folder (`XDG_RUNTIME_DIR`) of the user `uid`: an absolute path to a folder
/// that is theirs and closed to all others. Links are not followed.
#[must_use]
pub fn is_runtime_folder(folder: &Path, uid: u32) -> bool {
    folder.is_absolute()
        && folder
            .symlink_metadata()
            .is_ok_and(|data| is_private_folder(&data, uid))
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn only_ones_own_folder_that_is_closed_to_others_is_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let uid = path.metadata().unwrap().uid();
        let mode = |mode| std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        for private in [0o700, 0o500, 0o1700] {
            mode(private);
            assert!(is_runtime_folder(path, uid), "{private:o}");
        }
        assert!(!is_runtime_folder(path, uid + 1), "somebody else's");
        for open in [0o710, 0o701, 0o704, 0o740, 0o702, 0o777, 0o1777] {
            mode(open);
            assert!(!is_runtime_folder(path, uid), "{open:o}");
        }
        mode(0o700);
        let [file, link] = ["file", "link"].map(|name| path.join(name));
        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(path, &link).unwrap();
        assert!(!is_runtime_folder(&file, uid), "a file");
        assert!(!is_runtime_folder(&link, uid), "a link");
        assert!(!is_runtime_folder(&path.join("none"), uid));
        assert!(!is_runtime_folder(Path::new("."), uid), "a relative path");
    }
}
