//! What runs on a desktop.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    account::Account, command, environment::Environment, installed, lifetime::lasting,
    login_shell::login_shell,
};
use crate::{LaunchError, XstartupFault};

/// Debian's script that prepares a session and runs it: its argument, the user's ~/.xsession, or the default desktop.
const XSESSION: &str = "/etc/X11/Xsession";

/// What stands for the default desktop on such a system. A terminal alone does not count: it would show, but nothing
/// could be done beside it.
const DEFAULTS: [&str; 2] = ["x-session-manager", "x-window-manager"];

/// Where installed desktops say how they are started (Desktop Entry Specification).
const ENTRIES: [&str; 2] = ["/usr/share/xsessions", "/usr/local/share/xsessions"];

/// Installed desktops that do well without a graphics card come first.
const PREFERRED: [&str; 8] = [
    "xfce",
    "mate",
    "lxqt",
    "lxde",
    "cinnamon",
    "openbox",
    "plasmax11",
    "plasma",
];

/// Runs an xstartup that is not executable, as vncserver does, and says so in the session's log.
const NOT_EXECUTABLE: &str = r#"echo "porthole: $1 is not executable, so /bin/sh runs it. To let it choose: chmod +x $1" >&2
exec /bin/sh "$1""#;

/// Runs what looks for it after all that a login reads, whatever that prints.
const PAST_NOISE: &str = r#"exec "$@" 3>&1 >&2 </dev/null"#;
const TO_US: &str = r#"exec sh -c "$1" >&3 3>&-"#;

/// What of their own a user has for a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OwnSession {
    /// An xstartup, as vncserver runs it.
    Xstartup {
        path: PathBuf,
        /// Else `/bin/sh` runs it.
        executable: bool,
    },
    /// `~/.xsession`.
    Xsession,
    /// Nothing.
    None,
}

impl OwnSession {
    /// Prints what there is: a word, and its path; or that there is no home. TigerVNC looks into `~/.vnc` first, and since 1.13 into its folder
    /// for configuration.
    const SCRIPT: &str = r#"[ -d "$HOME" ] || exec printf 'no-home\n%s\n' "$HOME"
return=$(printf '\r')
has_crlf() {
    { [ ! -x "$1" ] || [ "$(head -c 2 -- "$1")" = '#!' ]; } && LC_ALL=C grep -q "$return\$" -- "$1"
}
found() {
    if [ ! -r "$2" ]; then echo unreadable; elif has_crlf "$2"; then echo crlf; else echo "$1"; fi
    printf '%s\n' "$2"
    exit
}
for folder in "$HOME/.vnc" "${XDG_CONFIG_HOME:-$HOME/.config}/tigervnc"; do
    if [ -x "$folder/xstartup" ] && [ -f "$folder/xstartup" ]; then found xstartup "$folder/xstartup"; fi
    if [ -f "$folder/xstartup" ]; then found plain "$folder/xstartup"; fi
done
if [ -r "$HOME/.xsession" ]; then found xsession "$HOME/.xsession"; fi"#;

    /// Looks for it, as that user and in a session as it will be opened for the desktop: so it is known whether the
    /// account may log in, and that it has a home.
    pub async fn find(account: &Account) -> Result<Self, LaunchError> {
        let mut command = account.login(&Environment::of(account));
        command.args(["sh", "-c", Self::SCRIPT]);
        Self::ask(command, account).await
    }

    /// Looks for it once more, where XDG_CONFIG_HOME is what the user's ~/.profile says.
    pub async fn find_after_login(account: &Account) -> Result<Self, LaunchError> {
        let mut command = account.login(&Environment::of(account));
        command.args(["sh", "-c", PAST_NOISE, "sh"]);
        command.args(login_shell(&account.shell));
        command.args(["sh", "-c", TO_US, "sh", Self::SCRIPT]);
        Self::ask(command, account).await
    }

    async fn ask(command: Command, account: &Account) -> Result<Self, LaunchError> {
        let refused = |said: String| LaunchError::LoginRefused {
            user: account.name.clone(),
            said,
        };
        let output = command::run(command, &[]).await;
        let output = output.map_err(|error| refused(error.to_string()))?;
        if !output.status.success() {
            return Err(refused(command::said(&output.stderr)));
        }
        Self::from_output(&output.stdout, account)
    }

    fn from_output(output: &[u8], account: &Account) -> Result<Self, LaunchError> {
        let output = output.strip_suffix(b"\n").unwrap_or(output);
        let Some(end) = output.iter().position(|byte| *byte == b'\n') else {
            return Ok(Self::None);
        };
        let path = PathBuf::from(OsStr::from_bytes(&output[end + 1..]));
        let bad = |fault| {
            Err(LaunchError::BadXstartup {
                path: path.clone(),
                fault,
            })
        };
        match &output[..end] {
            b"xstartup" => Ok(Self::Xstartup {
                path,
                executable: true,
            }),
            b"plain" => Ok(Self::Xstartup {
                path,
                executable: false,
            }),
            b"xsession" => Ok(Self::Xsession),
            b"no-home" => Err(LaunchError::NoHome {
                user: account.name.clone(),
                home: path,
            }),
            b"crlf" => bad(XstartupFault::Crlf),
            b"unreadable" => bad(XstartupFault::Unreadable),
            _ => Ok(Self::None),
        }
    }
}

/// The command line to run, from the login shell on. Where that is possible it gets a session bus of its own: on the bus of a login that its
/// user may have, two desktops would take each other for themselves.
pub(super) fn choose(
    named: Option<&str>,
    own: &OwnSession,
    account: &Account,
) -> Result<Vec<OsString>, LaunchError> {
    let command = choose_alone(named, own, account)?;
    let bus: &[&str] = match command::find("dbus-run-session") {
        Some(_) => &["dbus-run-session", "--"],
        None => &[],
    };
    let bus = bus.iter().map(OsString::from);
    let login = login_shell(&account.shell).into_iter();
    Ok(login.chain(bus).chain(lasting(command)).collect())
}

/// What the configuration names, what the user has, the system's default, or an installed desktop.
fn choose_alone(
    named: Option<&str>,
    own: &OwnSession,
    account: &Account,
) -> Result<Vec<OsString>, LaunchError> {
    match (named, own) {
        (Some(command), _) => Ok(shell(command)),
        (
            None,
            OwnSession::Xstartup {
                path,
                executable: true,
            },
        ) => Ok(vec![path.into()]),
        (
            None,
            OwnSession::Xstartup {
                path,
                executable: false,
            },
        ) => {
            let words = ["sh", "-c", NOT_EXECUTABLE, "sh"].map(OsString::from);
            Ok(words.into_iter().chain([path.into()]).collect())
        }
        (None, OwnSession::Xsession) if exists(XSESSION) => Ok(vec![XSESSION.into()]),
        (None, OwnSession::Xsession) => Ok(vec!["sh".into(), account.home.join(".xsession").into()]),
        (None, OwnSession::None) => offered().ok_or_else(|| LaunchError::NoSession {
            user: account.name.clone(),
            install: installed::install_desktop(),
        }),
    }
}

/// What the system offers to everybody.
fn offered() -> Option<Vec<OsString>> {
    if exists(XSESSION) && DEFAULTS.iter().any(|program| command::find(program).is_some()) {
        return Some(vec![XSESSION.into()]);
    }
    let command = ENTRIES
        .iter()
        .find_map(|folder| first_desktop(Path::new(folder)))?;
    Some(if exists(XSESSION) {
        vec![XSESSION.into(), command.into()]
    } else {
        shell(&format!("exec {command}"))
    })
}

fn shell(command: &str) -> Vec<OsString> {
    ["sh", "-c", command].map(OsString::from).into()
}

fn exists(path: &str) -> bool {
    Path::new(path).is_file()
}

/// The command of the desktop in `folder` that is best for us.
fn first_desktop(folder: &Path) -> Option<String> {
    let mut entries: Vec<PathBuf> = folder
        .read_dir()
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort_by_key(|path| (rank(path), path.clone()));
    entries
        .iter()
        .find_map(|path| command(&std::fs::read_to_string(path).ok()?))
}

fn rank(path: &Path) -> usize {
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    PREFERRED
        .iter()
        .position(|preferred| name.starts_with(preferred))
        .unwrap_or(PREFERRED.len())
}

/// The command of a desktop entry that is meant to be shown, and is installed.
fn command(entry: &str) -> Option<String> {
    let group = entry
        .lines()
        .skip_while(|line| line.trim() != "[Desktop Entry]")
        .skip(1);
    let group: Vec<(&str, &str)> = group
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), value.trim()))
        .collect();
    let value = |key: &str| {
        group
            .iter()
            .find(|(found, _)| *found == key)
            .map(|(_, value)| *value)
    };
    let is = |key: &str| value(key) == Some("true");
    if is("Hidden") || is("NoDisplay") {
        return None;
    }
    // Field codes like %U stand for files to open; a session has none.
    let words = value("Exec")?
        .split_whitespace()
        .filter(|word| !word.starts_with('%'));
    let words: Vec<&str> = words.collect();
    let program = value("TryExec").or(words.first().copied())?;
    is_installed(program).then(|| words.join(" "))
}

fn is_installed(program: &str) -> bool {
    if program.contains('/') {
        exists(program)
    } else {
        command::find(program).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_configuration_names_comes_first_then_what_the_user_has() {
        let us = Account::find(None).unwrap();
        let chosen = |named, own| choose_alone(named, &own, &us).unwrap();
        let own = |executable| OwnSession::Xstartup {
            path: "/h/.vnc/xstartup".into(),
            executable,
        };
        assert_eq!(
            chosen(Some("xterm -e top"), own(true)),
            ["sh", "-c", "xterm -e top"]
        );
        assert_eq!(chosen(None, own(true)), ["/h/.vnc/xstartup"]);
        let by_shell = chosen(None, own(false));
        assert_eq!(by_shell[2..], [NOT_EXECUTABLE, "sh", "/h/.vnc/xstartup"]);
    }

    #[test]
    fn what_a_shell_prints_is_understood() {
        let us = Account::find(None).unwrap();
        let own = |executable| OwnSession::Xstartup {
            path: "/a\nb".into(),
            executable,
        };
        for (output, expected) in [
            ("xstartup\n/a\nb\n", own(true)),
            ("plain\n/a\nb\n", own(false)),
            ("xsession\n/h/.xsession\n", OwnSession::Xsession),
            ("", OwnSession::None),
        ] {
            assert_eq!(OwnSession::from_output(output.as_bytes(), &us), Ok(expected));
        }
        for (output, words) in [
            (
                "crlf\n/h/.vnc/xstartup\n",
                "/h/.vnc/xstartup has Windows line endings",
            ),
            ("no-home\n/home/x\n", "'s home /home/x does not exist"),
        ] {
            let error = OwnSession::from_output(output.as_bytes(), &us)
                .unwrap_err()
                .to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn desktop_entries() {
        for (entry, expected) in [
            ("[Desktop Entry]\nExec=sh -c %U true\n", Some("sh -c true")),
            (
                "# x\n\n[Desktop Entry]\nName=X\nTryExec=sh\nExec=/no/such/wrapper\n",
                Some("/no/such/wrapper"),
            ),
            ("[Desktop Entry]\nTryExec=no-such-program\nExec=sh\n", None),
            ("[Desktop Entry]\nExec=no-such-program\n", None),
            ("[Desktop Entry]\nHidden=true\nExec=sh\n", None),
            ("[Desktop Entry]\nName=X\n[Other]\nExec=sh\n", None),
            ("[Desktop Entry]\nExec=\n", None),
            ("Exec=sh\n", None),
            ("", None),
        ] {
            assert_eq!(command(entry).as_deref(), expected, "{entry}");
        }
    }

    #[test]
    fn of_several_desktops_the_light_one_is_chosen() {
        let folder = tempfile::tempdir().unwrap();
        for (file, exec) in [
            ("gnome", "sh gnome"),
            ("xfce", "sh xfce"),
            ("aaa", "sh aaa"),
            ("lxqt", "missing"),
        ] {
            let entry = format!("[Desktop Entry]\nExec={exec}\n");
            std::fs::write(folder.path().join(format!("{file}.desktop")), entry).unwrap();
        }
        assert_eq!(first_desktop(folder.path()).as_deref(), Some("sh xfce"));
    }
}
