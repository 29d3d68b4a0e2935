//! How every child process of this program begins: with what was chosen for it, and nothing that is inherited.

use std::{
    ffi::OsStr,
    process::{Command, Stdio},
};

/// Where programs are looked for when PATH does not say.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A command whose process inherits nothing: its environment is our PATH and `LC_ALL=C` alone, its folder is `/`, its
/// standard input, output and error are `/dev/null`, and every other descriptor is closed, also those that our own
/// caller left open. What it needs is given to it by name.
///
/// What a person opens from the window (a browser, an editor) is no such process: it belongs to their session, and gets
/// the session's environment, by the crate `open`.
///
/// Build it right before it is spawned: a library in C that opens a descriptor in between may still leave it open.
pub fn child_command(program: impl AsRef<OsStr>) -> Command {
    // Without `unsafe` nothing can be run in the child before it becomes the program.
    close_fds::set_fds_cloexec_threadsafe(3, &[]);
    let mut command = Command::new(program);
    command.env_clear().env("PATH", path()).env("LC_ALL", "C");
    command.current_dir("/");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Where programs are looked for.
pub(crate) fn path() -> String {
    std::env::var("PATH").unwrap_or_else(|_| PATH.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    /// Nobody starts a process by another way than [`super::child_command`].
    #[test]
    fn there_is_one_way_to_start_a_process() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut sources: Vec<PathBuf> = ["rfb", "gateway", "launcher", "porthole"]
            .iter()
            .map(|package| root.join("crates").join(package).join("src"))
            .chain([root.join("src-tauri/src")])
            .collect();
        let mut found = Vec::new();
        let mut files = 0;
        while let Some(path) = sources.pop() {
            if path.is_dir() {
                sources.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            files += 1;
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            // Tests start what they like.
            let program = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            if program.contains("Command::new(") && !path.ends_with("launcher/src/child.rs") {
                found.push(path);
            }
        }
        assert!(files > 100, "{files} files");
        assert!(found.is_empty(), "not by child_command: {found:#?}");
    }
}
