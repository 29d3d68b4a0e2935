//! What a login reads before anything else runs: `/etc/profile`, `~/.profile`, and what shells have in their place.

use std::{ffi::OsString, path::Path};

/// Read by csh and its kin only when they are called by a name with a dash, which nobody here can give them.
const CSH: &str = "if (-r /etc/csh.login) source /etc/csh.login
if (-r ~/.login) source ~/.login
exec $argv:q";

/// The start of a command line that lets the login shell of an account, which is `shell`, run the program that follows.
/// A shell that is not known here may not take options at all, so `/bin/sh` takes its place, as with display managers.
pub(super) fn login_shell(shell: &Path) -> Vec<OsString> {
    let name = shell.file_name().unwrap_or_default().to_string_lossy();
    match &*name {
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "ksh93" | "mksh" | "yash" => bourne(shell),
        "fish" => [
            shell.as_os_str(),
            "-l".as_ref(),
            "-c".as_ref(),
            "exec $argv".as_ref(),
        ]
        .map(OsString::from)
        .into(),
        "csh" | "tcsh" => [shell.as_os_str(), "-c".as_ref(), CSH.as_ref()]
            .map(OsString::from)
            .into(),
        _ => bourne(Path::new("/bin/sh")),
    }
}

fn bourne(shell: &Path) -> Vec<OsString> {
    let words = ["-l", "-c", r#"exec "$@""#, "sh"].map(OsString::from);
    [shell.into()].into_iter().chain(words).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Each shell that is here, with what it reads at login.
    #[test]
    fn shells_read_what_they_read_at_login_and_pass_arguments_on() {
        let mut shells = 0;
        for (shell, file, text) in [
            ("/bin/sh", ".profile", "export FROM=login"),
            ("/bin/bash", ".bash_profile", "export FROM=login"),
            ("/bin/dash", ".profile", "export FROM=login"),
            ("/bin/zsh", ".zprofile", "export FROM=login"),
            ("/usr/bin/ksh", ".profile", "export FROM=login"),
            ("/usr/bin/fish", ".config/fish/config.fish", "set -gx FROM login"),
            ("/usr/bin/tcsh", ".login", "setenv FROM login"),
            // Not known here.
            ("/usr/bin/env", ".profile", "export FROM=login"),
        ] {
            if !Path::new(shell).exists() {
                continue;
            }
            let home = tempfile::tempdir().unwrap();
            let file = home.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, format!("{text}\n")).unwrap();
            let words = login_shell(Path::new(shell));
            let mut command = Command::new(&words[0]);
            command
                .args(&words[1..])
                .args(["sh", "-c", r#"printf '%s,%s' "$FROM" "$1""#, "sh"]);
            command.arg("a  'b'\n$HOME \"*");
            command
                .env_clear()
                .env("HOME", home.path())
                .env("PATH", "/usr/bin:/bin");
            let output = command.output().unwrap();
            assert_eq!(
                String::from_utf8_lossy(&output.stdout),
                "login,a  'b'\n$HOME \"*",
                "{shell}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            shells += 1;
        }
        assert!(shells >= 3);
    }
}
