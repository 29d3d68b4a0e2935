//! The folders that Porthole and the servers it starts write to.

use std::{
    fs, io,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
};

use rustix::fs::{Access, access};

use super::{Case, machine::Machine};
use crate::Finding;

/// Below this nothing can be counted on to be saved, in bytes.
const TOO_LITTLE: u64 = 1 << 20;

/// Below this it is worth a word.
const LITTLE: u64 = 100 << 20;

/// The longest path of a Unix socket (`sun_path` of unix(7), less its final zero).
const SOCKET_PATH: usize = 107;

/// What a launched display adds to the path of the runtime folder, at the most:
/// `/porthole-` and twelve letters, a name of 25, `/desk/rfb.sock`.
const SOCKET_TAIL: usize = 10 + 12 + 1 + 25 + 14;

/// The folder of what the program remembers.
pub(super) fn state(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "state";
    let file = &case.place.state;
    let Some(folder) = file.parent() else {
        return Vec::new();
    };
    let us = case.machine.user;
    let there = nearest(folder);
    let shown = there.display();
    let mut findings = Vec::new();
    if !there.is_dir() {
        findings.push(Finding::fault(
            CHECK,
            format!("{shown} is not a folder, so links and the port cannot be remembered."),
            format!("Move it away: mv {shown} {shown}.old"),
        ));
    } else if let Err(error) = access(&there, Access::WRITE_OK | Access::EXEC_OK) {
        let fix = match error {
            rustix::io::Errno::ROFS => "Make its file system writable again.".to_owned(),
            _ => format!("Run: sudo chown -R {us} {shown}"),
        };
        findings.push(Finding::fault(
            CHECK,
            format!(
                "Nothing can be written to {shown} ({error}), so links and the port cannot be remembered."
            ),
            fix,
        ));
    }
    for (path, open) in [(folder, 0o022), (file, 0o077)] {
        let Ok(data) = path.metadata() else { continue };
        let shown = path.display();
        if data.uid() != us {
            findings.push(Finding::fault(
                CHECK,
                format!("{shown} belongs to somebody else (user id {}).", data.uid()),
                format!("Run: sudo chown -R {us} {}", folder.display()),
            ));
        } else if data.mode() & open != 0 {
            findings.push(Finding::warn(
                CHECK,
                format!("Other users can get at {shown}."),
                format!("Run: chmod go-rwx {shown}"),
            ));
        }
    }
    findings.extend(damaged(CHECK, file));
    if findings.is_empty() {
        findings.push(Finding::ok(
            CHECK,
            format!("What must be remembered goes to {}.", file.display()),
        ));
    }
    findings
}

fn damaged(check: &str, file: &Path) -> Option<Finding> {
    let cause = match fs::read(file) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return None;
        }
        Err(error) => error.to_string(),
        Ok(text) => serde_json::from_slice::<serde_json::Value>(&text)
            .err()?
            .to_string(),
    };
    Some(Finding::fault(
        check,
        format!(
            "{} cannot be read ({cause}): links that were copied no longer work.",
            file.display()
        ),
        "Restore it from a backup; or let the next start keep it aside and begin afresh, and copy the links anew.",
    ))
}

/// Whether the disks have room.
pub(super) fn space(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "disk";
    let state = case.place.state.parent().map(nearest);
    let runtime = case
        .machine
        .variable("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_dir());
    let mut folders: Vec<_> = [state, runtime].into_iter().flatten().collect();
    // They may be on one disk.
    folders.dedup_by_key(|folder| folder.metadata().map(|data| data.dev()).ok());
    let full = |folder: &PathBuf| full(CHECK, &case.machine, folder);
    let mut findings: Vec<_> = folders.iter().filter_map(full).collect();
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, "The disks have room."));
    }
    findings
}

fn full(check: &str, machine: &Machine, folder: &Path) -> Option<Finding> {
    let shown = folder.display();
    let fix = format!("Make room there; to see what takes it: du -xh {shown} | sort -h | tail");
    let free = match (machine.free)(folder) {
        Ok(free) => free,
        Err(error) => {
            return Some(Finding::warn(
                check,
                format!("How full the disk of {shown} is cannot be told: {error}."),
                "",
            ));
        }
    };
    if free.bytes < TOO_LITTLE || free.files == Some(0) {
        let what = if free.bytes < TOO_LITTLE { "space" } else { "file" };
        let text = format!("There is no {what} left on the disk of {shown}: nothing can be saved.");
        return Some(Finding::fault(check, text, fix));
    }
    (free.bytes < LITTLE).then(|| {
        Finding::warn(
            check,
            format!(
                "Only {} MB are left on the disk of {shown}.",
                free.bytes / 1_000_000
            ),
            fix,
        )
    })
}

/// The folder for what lives as long as its user is logged in: launched displays have their sockets there.
pub(super) fn runtime(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "runtime-folder";
    let machine = &case.machine;
    let usual = machine.path(format!("/run/user/{}", machine.user));
    if machine.is_root {
        return vec![Finding::ok(
            CHECK,
            "As root, displays have their sockets below /run.",
        )];
    }
    let (folder, set) = match machine.variable("XDG_RUNTIME_DIR") {
        Some(folder) => (PathBuf::from(folder), true),
        None => (usual, false),
    };
    let shown = folder.display();
    let fallback = format!(
        "displays have their sockets below /tmp/porthole-{} instead",
        machine.user
    );
    vec![match folder.symlink_metadata() {
        _ if set && !folder.is_absolute() => Finding::warn(
            CHECK,
            format!("XDG_RUNTIME_DIR is `{shown}`, which is no absolute path; {fallback}."),
            "Remove the line that sets it, and log in again.",
        ),
        Err(error) if set => Finding::warn(
            CHECK,
            format!("XDG_RUNTIME_DIR names {shown}, which cannot be used ({error}); {fallback}."),
            "Log in again rather than by `su`; for a service, RuntimeDirectory= of systemd makes such a folder.",
        ),
        Err(_) => Finding::warn(
            CHECK,
            format!("XDG_RUNTIME_DIR is not set, and there is no {shown}; {fallback}."),
            "Log in by the system's login (pam_systemd or elogind), or run `loginctl enable-linger` once.",
        ),
        Ok(data) if !data.is_dir() || data.uid() != machine.user => Finding::warn(
            CHECK,
            format!(
                "{shown} is not a folder of yours (user id {}); {fallback}.",
                data.uid()
            ),
            "This shell was made by `su` or `sudo` and kept another user's environment: use `su -` or `sudo -i`.",
        ),
        Ok(data) if data.mode() & 0o077 != 0 => Finding::warn(
            CHECK,
            format!("Other users can enter {shown}; {fallback}."),
            format!("Run: chmod 700 {shown}"),
        ),
        Ok(_) if folder.as_os_str().len() + SOCKET_TAIL > SOCKET_PATH => Finding::fault(
            CHECK,
            format!("The path {shown} is too long for the sockets of displays."),
            format!(
                "Set XDG_RUNTIME_DIR to a path of at most {} letters.",
                SOCKET_PATH - SOCKET_TAIL
            ),
        ),
        Ok(_) => Finding::ok(CHECK, format!("Displays have their sockets below {shown}.")),
    }]
}

/// The folder where all X servers of the machine have their sockets.
pub(super) fn x_sockets(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "x-sockets";
    const FOLDER: &str = "/tmp/.X11-unix";
    const FIX: &str = "Run: sudo install -d -m 1777 -o root -g root /tmp/.X11-unix";
    let root = case.machine.is_root;
    vec![match case.machine.path(FOLDER).symlink_metadata() {
        Err(_) if root => Finding::ok(
            CHECK,
            format!("{FOLDER} is not there yet; the first display makes it."),
        ),
        Err(_) => Finding::fault(
            CHECK,
            format!("The folder {FOLDER} is missing, where X displays have their sockets."),
            FIX,
        ),
        Ok(data) if !data.is_dir() => Finding::fault(
            CHECK,
            format!(
                "{FOLDER} is {}, where the folder of all X displays should be.",
                kind(&data)
            ),
            format!(
                "Run: sudo rm {FOLDER}, and then {}",
                FIX.trim_start_matches("Run: ")
            ),
        ),
        Ok(data) if data.uid() != case.machine.system => Finding::fault(
            CHECK,
            format!(
                "{FOLDER} belongs to user id {}, who can take everybody's displays away.",
                data.uid()
            ),
            format!("Run: sudo chown root:root {FOLDER}"),
        ),
        Ok(data) if data.mode() & 0o1777 != 0o1777 => Finding::fault(
            CHECK,
            format!(
                "Not everybody can put the socket of an X display into {FOLDER} (mode {:o}).",
                data.mode() & 0o7777
            ),
            format!("Run: sudo chmod 1777 {FOLDER}"),
        ),
        Ok(_) => Finding::ok(CHECK, format!("X displays can have their sockets in {FOLDER}.")),
    }]
}

fn kind(data: &fs::Metadata) -> &'static str {
    let file_type = data.file_type();
    if file_type.is_symlink() {
        "a link"
    } else if file_type.is_socket() {
        "a socket"
    } else {
        "a file"
    }
}

/// The folder, or the nearest above it that is there: where it would be made.
fn nearest(folder: &Path) -> PathBuf {
    let there = folder
        .ancestors()
        .find(|folder| folder.symlink_metadata().is_ok());
    there.unwrap_or(Path::new("/")).to_owned()
}
