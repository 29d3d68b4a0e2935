//! The screen that a window would open on.

use std::{
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixStream},
    },
    path::{Path, PathBuf},
};

use super::{Case, Machine};
use crate::{Finding, texts::say};

const CHECK: &str = "screen";

/// Which screen there is, and whether it can be used.
pub(super) fn screen(case: &Case) -> Vec<Finding> {
    let machine = &case.subject.machine;
    let (wayland, x) = (machine.variable("WAYLAND_DISPLAY"), machine.variable("DISPLAY"));
    let mut findings = Vec::new();
    findings.extend(wayland.map(|name| on_wayland(machine, name)));
    findings.extend(x.map(|name| on_x(machine, name)));
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, say!("doctor-screen-none")));
    }
    findings
}

fn on_wayland(machine: &Machine, name: &str) -> Finding {
    let runtime = machine
        .variable("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    let socket = runtime.join(name);
    if UnixStream::connect(&socket).is_err() {
        return Finding::fault(
            CHECK,
            say!(
                "doctor-screen-wayland-gone",
                name = name,
                socket = socket.display().to_string()
            ),
            say!("doctor-screen-wayland-gone-fix"),
        );
    }
    Finding::warn(
        CHECK,
        say!("doctor-screen-wayland"),
        say!("doctor-screen-wayland-fix"),
    )
}

fn on_x(machine: &Machine, name: &str) -> Finding {
    if let Some(path) = local(machine, name)
        && !answers(&path)
    {
        return Finding::fault(
            CHECK,
            say!(
                "doctor-screen-x-gone",
                name = name,
                socket = path.display().to_string()
            ),
            say!("doctor-screen-x-gone-fix"),
        );
    }
    match machine.variable("XAUTHORITY") {
        Some(file) if rustix::fs::access(file, rustix::fs::Access::READ_OK).is_err() => Finding::fault(
            CHECK,
            say!("doctor-screen-cookie", file = file),
            say!("doctor-screen-cookie-fix"),
        ),
        _ => Finding::ok(CHECK, say!("doctor-screen-well", name = name)),
    }
}

/// The socket of a display of this machine's; displays like `host:10` are another's.
fn local(machine: &Machine, name: &str) -> Option<PathBuf> {
    let number = name.strip_prefix("unix:").or(name.strip_prefix(':'))?;
    let number: u32 = number.split('.').next()?.parse().ok()?;
    Some(machine.path(format!("/tmp/.X11-unix/X{number}")))
}

/// Whether an X server listens there: at the path, or at the name that X servers of Linux have besides, which is seen
/// where /tmp is not the same.
fn answers(path: &Path) -> bool {
    let by_name = || {
        let address = SocketAddr::from_abstract_name(path.as_os_str().as_encoded_bytes());
        address
            .and_then(|address| UnixStream::connect_addr(&address))
            .is_ok()
    };
    UnixStream::connect(path).is_ok() || by_name()
}
