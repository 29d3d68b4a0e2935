//! Who shows tray icons.

use super::Case;
use crate::Finding;

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
    let machine = &case.machine;
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
        Finding::warn(
            CHECK,
            "The session bus (D-Bus) does not answer: there is no tray icon, and no notification.",
            "Start Porthole from within the graphical session, or under dbus-run-session.",
        )
    } else if said.contains("boolean true") {
        Finding::ok(CHECK, "The desktop shows tray icons.")
    } else {
        Finding::warn(
            CHECK,
            "The desktop shows no tray icons: the window is minimised where it would be hidden.",
            "On GNOME, install the extension `AppIndicator and KStatusNotifierItem Support` (Debian, Ubuntu: \
             gnome-shell-extension-appindicator); elsewhere, add a system tray to the panel.",
        )
    }]
}
