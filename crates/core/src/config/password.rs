//! Password files.

use std::path::Path;

use porthole_gateway::Password;

use super::{load::read_bounded, rewrite::not_written};
use crate::{model::secret::Secret, platform::private_file, texts::say};

/// A VNC password has 8 bytes; the rest of the file may be notes.
const MAX_FILE_BYTES: u64 = 4096;

/// The password in a file: its first line.
///
/// # Errors
/// What is wrong with the file, and what to do.
pub(super) fn read(path: &Path) -> Result<Password, String> {
    let bytes = read_bounded(path, MAX_FILE_BYTES)
        .map_err(|error| say!("config-unreadable", error = error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| say!("config-password-no-text"))?;
    match text.lines().next() {
        None | Some("") => Err(say!("config-password-empty")),
        Some(line) => Ok(Password::from(line)),
    }
}

/// Writes the password of the server at `target` to a new file beside the config, which only its owner may read, and
/// says how the config names it.
///
/// # Errors
/// Why it could not be written, or is no password for a file.
pub(super) fn keep(config_file: &Path, target: &str, password: &Secret) -> Result<String, String> {
    let text = password.expose();
    if text.contains(['\n', '\r']) {
        return Err(say!("config-password-lines"));
    }
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '.' {
            c
        } else {
            '-'
        }
    };
    let stem: String = target.chars().take(64).map(plain).collect();
    let stem = stem.trim_matches(['-', '.']);
    let numbered = (2..).map(|number| format!("{stem}-{number}.password"));
    let mut names = std::iter::once(format!("{stem}.password")).chain(numbered);
    let is_free = |name: &String| !config_file.with_file_name(name).exists();
    let name = names.find(is_free).unwrap_or_default();
    let path = config_file.with_file_name(&name);
    private_file::replace(&path, format!("{text}\n").as_bytes())
        .map_err(|error| not_written(&path, error))?;
    Ok(name)
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn a_password_that_is_kept_is_its_owners_alone_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let secret = Secret::from("pass wörd");
        for (target, expected) in [
            ("127.0.0.1:5901", "127.0.0.1-5901.password"),
            ("127.0.0.1:5901", "127.0.0.1-5901-2.password"),
            ("unix:/../../etc/x", "unix--..-..-etc-x.password"),
            ("..", ".password"),
        ] {
            let name = keep(&config, target, &secret).unwrap();
            assert_eq!(name, expected);
            let path = config.with_file_name(&name);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(read(&path), Ok(Password::from("pass wörd")));
        }
        assert!(keep(&config, ":1", &Secret::from("a\nb")).is_err());
    }
}
