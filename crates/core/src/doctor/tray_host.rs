//! Who shows tray icons.

use super::Case;
use crate::{Finding, texts::say};

/// What `dbus-send` is asked with: whether anybody on the session bus shows tray icons.
const QUESTION: [&str; 6] = [
    "--session",
    "--print-reply",
    "--dest=org.freedesktop.DBus",
    "/org/freedesktop/DBus",
    "org.freedesktop.DBus.NameHasOwner",
    "string:org.kde.StatusNotifierWatcher",
];

/// Whether the desktop shows tray icons. Asks nobody where there is no screen.
pub(super) async fn tray_host(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "tray";
    let machine = &case.subject.machine;
    if machine
        .variable("DISPLAY")
        .or(machine.variable("WAYLAND_DISPLAY"))
        .is_none()
    {
        return Vec::new();
    }
    let answer = match machine.run("dbus-send", &QUESTION).await {
        // Nobody can be asked, and nothing is known.
        Err(_) => return Vec::new(),
        Ok(answer) => answer,
    };
    let said = String::from_utf8_lossy(&answer.stdout);
    vec![if !answer.status.success() {
        Finding::warn(CHECK, say!("doctor-tray-no-bus"), say!("doctor-tray-no-bus-fix"))
    } else if said.contains("boolean true") {
        Finding::ok(CHECK, say!("doctor-tray-well"))
    } else {
        Finding::warn(CHECK, say!("doctor-tray-none"), say!("doctor-tray-none-fix"))
    }]
}
