//! What to install, on the system that this is.

/// The commands that install a VNC server, or a desktop, on one family of systems.
struct Packages {
    /// As os-release(5) calls it in ID or ID_LIKE.
    family: &'static str,
    server: &'static str,
    this_screen: &'static str,
    desktop: &'static str,
}

const PACKAGES: [Packages; 5] = [
    Packages {
        family: "debian",
        server: "sudo apt install tigervnc-standalone-server",
        this_screen: "sudo apt install tigervnc-scraping-server",
        desktop: "sudo apt install xfce4 dbus-x11 (or mate-desktop-environment-core, lxqt-core, openbox)",
    },
    Packages {
        family: "fedora",
        server: "sudo dnf install tigervnc-server-minimal",
        this_screen: "sudo dnf install tigervnc-server",
        desktop: "sudo dnf group install xfce-desktop",
    },
    Packages {
        family: "arch",
        server: "sudo pacman -S tigervnc",
        this_screen: "sudo pacman -S tigervnc",
        desktop: "sudo pacman -S xfce4",
    },
    Packages {
        family: "suse",
        server: "sudo zypper install xorg-x11-Xvnc",
        this_screen: "sudo zypper install tigervnc",
        desktop: "sudo zypper install -t pattern xfce",
    },
    Packages {
        family: "alpine",
        server: "sudo apk add tigervnc setpriv",
        this_screen: "sudo apk add tigervnc",
        desktop: "sudo apk add xfce4 dbus",
    },
];

/// How to install TigerVNC's `Xtigervnc`.
pub(super) fn install_server() -> String {
    line(&system(), |packages| packages.server, "TigerVNC's Xvnc")
}

/// How to install TigerVNC's `X0tigervnc`.
pub(super) fn install_this_screen() -> String {
    line(
        &system(),
        |packages| packages.this_screen,
        "TigerVNC's x0vncserver",
    )
}

/// How to install a desktop.
pub(super) fn install_desktop() -> String {
    line(&system(), |packages| packages.desktop, "a desktop, like Xfce")
}

fn line(os_release: &str, which: fn(&Packages) -> &'static str, what: &str) -> String {
    let families = families(os_release);
    let packages = PACKAGES
        .iter()
        .find(|packages| families.iter().any(|family| family.contains(packages.family)));
    packages.map_or_else(
        || format!("Install {what}"),
        |packages| format!("To install it: {}", which(packages)),
    )
}

fn system() -> String {
    std::fs::read_to_string("/etc/os-release").unwrap_or_default()
}

fn families(os_release: &str) -> Vec<&str> {
    let values = os_release.lines().filter_map(|line| line.split_once('='));
    let values = values.filter(|(key, _)| ["ID", "ID_LIKE"].contains(key));
    values
        .flat_map(|(_, value)| value.trim_matches('"').split_whitespace())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_fits_the_system() {
        for (os_release, command) in [
            ("ID=debian\n", "apt install tigervnc-standalone-server"),
            ("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n", "apt install"),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install"),
            ("ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", "zypper"),
            ("ID=arch\n", "pacman"),
            ("ID=other\n", "Install TigerVNC's Xvnc"),
            ("", "Install TigerVNC's Xvnc"),
        ] {
            let line = line(os_release, |packages| packages.server, "TigerVNC's Xvnc");
            assert!(line.contains(command), "{os_release}: {line}");
        }
    }
}
