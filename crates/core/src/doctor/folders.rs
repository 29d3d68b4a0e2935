//! The folders that Porthole and the servers it starts write to.

use std::{
    fs, io,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
};

use rustix::fs::{Access, access};

use super::{Case, Machine};
use crate::{Finding, platform::private_file, sharing::state, texts::say};

/// Below this nothing can be counted on to be saved, in bytes.
const MIN_FREE_BYTES: u64 = 1 << 20;

/// Below this it is worth a word.
const LOW_FREE_BYTES: u64 = 100 << 20;

/// The longest path of a Unix socket (`sun_path` of unix(7), less its final zero).
const MAX_SOCKET_PATH_BYTES: usize = 107;

/// What a launched display adds to the path of the runtime folder, at the most:
/// `/porthole-` and twelve letters, a name of 25, `/desk/rfb.sock`.
const SOCKET_TAIL_BYTES: usize = 10 + 12 + 1 + 25 + 14;

/// The folder of what the program remembers.
pub(super) fn state(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "state";
    let file = &case.place.state;
    let Some(folder) = file.parent() else {
        return Vec::new();
    };
    let us = case.subject.machine.user;
    let there = nearest(folder);
    let nearest = there.display().to_string();
    let nearest = nearest.as_str();
    let mut findings = Vec::new();
    if !there.is_dir() {
        findings.push(Finding::fault(
            CHECK,
            say!("doctor-state-no-folder", folder = nearest),
            say!("doctor-state-no-folder-fix", folder = nearest),
        ));
    } else if let Err(error) = access(&there, Access::WRITE_OK | Access::EXEC_OK) {
        let fix = match error {
            rustix::io::Errno::ROFS => say!("doctor-state-read-only-fix"),
            _ => say!("doctor-state-chown-fix", us = us, folder = nearest),
        };
        findings.push(Finding::fault(
            CHECK,
            say!("doctor-state-closed", folder = nearest, error = error.to_string()),
            fix,
        ));
    }
    let journal = state::journal_of(file);
    for (path, open) in [(folder, 0o022), (file, 0o077), (&journal, 0o077)] {
        let Ok(data) = path.metadata() else { continue };
        let shown = path.display().to_string();
        let shown = shown.as_str();
        if data.uid() != us {
            let folder = folder.display().to_string();
            findings.push(Finding::fault(
                CHECK,
                say!("doctor-state-foreign", path = shown, user = data.uid()),
                say!("doctor-state-chown-fix", us = us, folder = folder),
            ));
        } else if data.mode() & open != 0 {
            findings.push(Finding::warn(
                CHECK,
                say!("doctor-state-open", path = shown),
                say!("doctor-state-open-fix", path = shown),
            ));
        }
    }
    findings.extend(damaged(CHECK, file));
    let fault = state::journal_fault(file);
    findings.extend(fault.map(|fault| {
        let cause = format!("{fault} {}", say!("state-links-lost"));
        Finding::fault(CHECK, cause, say!("doctor-state-damaged-fix"))
    }));
    if findings.is_empty() {
        findings.push(Finding::ok(
            CHECK,
            say!("doctor-state-well", file = file.display().to_string()),
        ));
    }
    findings
}

fn damaged(check: &str, file: &Path) -> Option<Finding> {
    let error = match private_file::read(file) {
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
        say!(
            "doctor-state-damaged",
            file = file.display().to_string(),
            error = error
        ),
        say!("doctor-state-damaged-fix"),
    ))
}

/// Whether the disks have room.
pub(super) fn space(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "disk";
    let state = case.place.state.parent().map(nearest);
    let runtime = case
        .subject
        .machine
        .variable("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_dir());
    let mut folders: Vec<_> = [state, runtime].into_iter().flatten().collect();
    // They may be on one disk.
    folders.dedup_by_key(|folder| folder.metadata().map(|data| data.dev()).ok());
    let full = |folder: &PathBuf| full(CHECK, &case.subject.machine, folder);
    let mut findings: Vec<_> = folders.iter().filter_map(full).collect();
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, say!("doctor-disk-well")));
    }
    findings
}

fn full(check: &str, machine: &Machine, folder: &Path) -> Option<Finding> {
    let shown = folder.display().to_string();
    let shown = shown.as_str();
    let fix = say!("doctor-disk-fix", folder = shown);
    let free = match (machine.free)(folder) {
        Ok(free) => free,
        Err(error) => {
            return Some(Finding::warn(
                check,
                say!("doctor-disk-unknown", folder = shown, error = error.to_string()),
                "",
            ));
        }
    };
    if free.bytes < MIN_FREE_BYTES || free.files == Some(0) {
        let text = match free.bytes < MIN_FREE_BYTES {
            true => say!("doctor-disk-full", folder = shown),
            false => say!("doctor-disk-no-files", folder = shown),
        };
        return Some(Finding::fault(check, text, fix));
    }
    (free.bytes < LOW_FREE_BYTES).then(|| {
        Finding::warn(
            check,
            say!(
                "doctor-disk-little",
                megabytes = free.bytes / 1_000_000,
                folder = shown
            ),
            fix,
        )
    })
}

/// The folder for what lives as long as its user is logged in: launched displays have their sockets there.
pub(super) fn runtime(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "runtime-folder";
    let machine = &case.subject.machine;
    let usual = machine.path(format!("/run/user/{}", machine.user));
    if machine.is_root {
        return vec![Finding::ok(CHECK, say!("doctor-runtime-root"))];
    }
    let (folder, set) = match machine.variable("XDG_RUNTIME_DIR") {
        Some(folder) => (PathBuf::from(folder), true),
        None => (usual, false),
    };
    let shown = folder.display().to_string();
    let shown = shown.as_str();
    let instead = say!("doctor-runtime-instead", us = machine.user);
    vec![match folder.symlink_metadata() {
        _ if set && !folder.is_absolute() => Finding::warn(
            CHECK,
            say!("doctor-runtime-relative", folder = shown, instead = instead),
            say!("doctor-runtime-relative-fix"),
        ),
        Err(error) if set => Finding::warn(
            CHECK,
            say!(
                "doctor-runtime-gone",
                folder = shown,
                error = error.to_string(),
                instead = instead
            ),
            say!("doctor-runtime-gone-fix"),
        ),
        Err(_) => Finding::warn(
            CHECK,
            say!("doctor-runtime-unset", folder = shown, instead = instead),
            say!("doctor-runtime-unset-fix"),
        ),
        Ok(data) if !data.is_dir() || data.uid() != machine.user => Finding::warn(
            CHECK,
            say!(
                "doctor-runtime-foreign",
                folder = shown,
                user = data.uid(),
                instead = instead
            ),
            say!("doctor-runtime-foreign-fix"),
        ),
        Ok(data) if data.mode() & 0o077 != 0 => Finding::warn(
            CHECK,
            say!("doctor-runtime-open", folder = shown, instead = instead),
            say!("doctor-runtime-open-fix", folder = shown),
        ),
        Ok(_) if folder.as_os_str().len() + SOCKET_TAIL_BYTES > MAX_SOCKET_PATH_BYTES => Finding::fault(
            CHECK,
            say!("doctor-runtime-long", folder = shown),
            say!(
                "doctor-runtime-long-fix",
                letters = MAX_SOCKET_PATH_BYTES - SOCKET_TAIL_BYTES
            ),
        ),
        Ok(_) => Finding::ok(CHECK, say!("doctor-runtime-well", folder = shown)),
    }]
}

/// The folder where all X servers of the machine have their sockets.
pub(super) fn x_sockets(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "x-sockets";
    const FOLDER: &str = "/tmp/.X11-unix";
    let root = case.subject.machine.is_root;
    vec![match case.subject.machine.path(FOLDER).symlink_metadata() {
        Err(_) if root => Finding::ok(CHECK, say!("doctor-x-sockets-none", folder = FOLDER)),
        Err(_) => Finding::fault(
            CHECK,
            say!("doctor-x-sockets-missing", folder = FOLDER),
            say!("doctor-x-sockets-missing-fix", folder = FOLDER),
        ),
        Ok(data) if !data.is_dir() => Finding::fault(
            CHECK,
            no_folder(FOLDER, &data),
            say!("doctor-x-sockets-no-folder-fix", folder = FOLDER),
        ),
        Ok(data) if data.uid() != case.subject.machine.system => Finding::fault(
            CHECK,
            say!("doctor-x-sockets-foreign", folder = FOLDER, user = data.uid()),
            say!("doctor-x-sockets-foreign-fix", folder = FOLDER),
        ),
        Ok(data) if data.mode() & 0o1777 != 0o1777 => Finding::fault(
            CHECK,
            say!(
                "doctor-x-sockets-closed",
                folder = FOLDER,
                mode = format!("{:o}", data.mode() & 0o7777)
            ),
            say!("doctor-x-sockets-closed-fix", folder = FOLDER),
        ),
        Ok(_) => Finding::ok(CHECK, say!("doctor-x-sockets-well", folder = FOLDER)),
    }]
}

fn no_folder(path: &str, data: &fs::Metadata) -> String {
    let file_type = data.file_type();
    if file_type.is_symlink() {
        say!("doctor-x-sockets-link", folder = path)
    } else if file_type.is_socket() {
        say!("doctor-x-sockets-socket", folder = path)
    } else {
        say!("doctor-x-sockets-file", folder = path)
    }
}

/// The folder, or the nearest above it that is there: where it would be made.
fn nearest(folder: &Path) -> PathBuf {
    let there = folder
        .ancestors()
        .find(|folder| folder.symlink_metadata().is_ok());
    there.unwrap_or(Path::new("/")).to_owned()
}
