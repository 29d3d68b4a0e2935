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
        desktop: "sudo apt install xfce4 dbus-x11",
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

/// What installs TigerVNC's `Xtigervnc`; `None` on a system that is not known here.
pub(super) fn install_server() -> Option<&'static str> {
    command(&system(), |packages| packages.server)
}

/// What installs TigerVNC's `X0tigervnc`.
pub(super) fn install_this_screen() -> Option<&'static str> {
    command(&system(), |packages| packages.this_screen)
}

/// What installs a desktop.
pub(super) fn install_desktop() -> Option<&'static str> {
    command(&system(), |packages| packages.desktop)
}

fn command(os_release: &str, which: fn(&Packages) -> &'static str) -> Option<&'static str> {
    let families = families(os_release);
    let packages = PACKAGES
        .iter()
        .find(|packages| families.iter().any(|family| family.contains(packages.family)));
    packages.map(which)
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
        for (os_release, words) in [
            ("ID=debian\n", Some("apt install tigervnc-standalone-server")),
            (
                "NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n",
                Some("apt install"),
            ),
            (
                "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n",
                Some("dnf install"),
            ),
            (
                "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n",
                Some("zypper"),
            ),
            ("ID=arch\n", Some("pacman")),
            ("ID=other\n", None),
            ("", None),
        ] {
            let command = command(os_release, |packages| packages.server);
            let fits = command.map(|command| words.is_some_and(|words| command.contains(words)));
            assert_eq!(fits, words.map(|_| true), "{os_release}: {command:?}");
        }
    }
}
