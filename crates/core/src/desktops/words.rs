//! What the launcher says, in the person's language: logs and visitors have it in its own words.

use porthole_launcher::{Exit, FolderFault, LaunchError, LaunchStep, Reason, XstartupFault};

use super::NoDesktop;
use crate::texts::say;

/// Why a display cannot be started, as a sentence.
pub(crate) fn cause(error: &LaunchError) -> String {
    match error {
        LaunchError::NotHere => say!("launch-not-here"),
        LaunchError::NotInstalled { program, .. } => {
            say!("launch-not-installed", program = program.as_str())
        }
        LaunchError::NoSession { user, .. } => say!("launch-no-session", user = user.as_str()),
        LaunchError::BadXstartup { path, fault } => {
            let path = path.display().to_string();
            match fault {
                XstartupFault::Crlf => say!("launch-xstartup-crlf", path = path),
                XstartupFault::Unreadable => say!("launch-xstartup-unreadable", path = path),
            }
        }
        LaunchError::NoSuchUser(user) => say!("launch-no-user", user = user.as_str()),
        LaunchError::NoLogin { user, shell } => {
            let shell = shell.display().to_string();
            say!("launch-no-login", user = user.as_str(), shell = shell)
        }
        LaunchError::Expired { user } => say!("launch-expired", user = user.as_str()),
        LaunchError::NoLimits { user, why } => {
            say!("launch-no-limits", user = user.as_str(), why = why.as_str())
        }
        LaunchError::LoginRefused { user, said } => {
            say!(
                "launch-login-refused",
                user = user.as_str(),
                said = bracketed(said)
            )
        }
        LaunchError::NoHome { user, home } => {
            let home = home.display().to_string();
            say!("launch-no-home", user = user.as_str(), home = home)
        }
        LaunchError::LoginsClosed { file, said } => {
            let file = file.display().to_string();
            say!("launch-logins-closed", file = file, said = bracketed(said))
        }
        LaunchError::NoSudo { me, user, said } => {
            let said = bracketed(said);
            say!(
                "launch-no-sudo",
                me = me.as_str(),
                user = user.as_str(),
                said = said
            )
        }
        LaunchError::BadFolder { path, why } => {
            let (path, why) = (path.display().to_string(), folder_fault(*why));
            say!("launch-bad-folder", folder = path, why = why)
        }
        LaunchError::PathTooLong { path, length } => {
            let path = path.display().to_string();
            say!("launch-long-path", path = path, length = *length)
        }
        LaunchError::DiskFull { path } => say!("launch-disk-full", path = path.display().to_string()),
        LaunchError::Folder { path, why } => {
            let path = path.display().to_string();
            say!("launch-folder", path = path, why = why.as_str())
        }
        LaunchError::NoX11Folder => say!("doctor-x-sockets-missing", folder = X_SOCKETS),
        LaunchError::Run { program, why } => {
            say!("launch-run", program = program.as_str(), why = why.as_str())
        }
        LaunchError::ServerFailed { said } => say!("launch-server-failed", said = bracketed(said)),
        LaunchError::ServerSilent { seconds } => say!("launch-server-silent", seconds = *seconds),
        LaunchError::Impostor { path, why } => {
            let path = path.display().to_string();
            say!("launch-impostor", socket = path, why = why.as_str())
        }
        LaunchError::NoScreen => say!("launch-no-screen"),
        LaunchError::Wayland => say!("launch-wayland"),
    }
}

/// What to do about it, as a sentence; `None` where only the cause can tell.
pub(crate) fn fix(error: &LaunchError) -> Option<String> {
    Some(match error {
        LaunchError::NotHere => say!("launch-not-here-fix"),
        LaunchError::NotInstalled { install, .. } => match *install {
            Some(command) => say!("launch-install-fix", command = command),
            None => say!("launch-not-installed-fix"),
        },
        LaunchError::NoSession { install, .. } => match *install {
            Some(command) => say!("launch-no-session-fix", command = command),
            None => say!("launch-no-session-unknown-fix"),
        },
        LaunchError::BadXstartup { path, fault } => {
            let path = path.display().to_string();
            match fault {
                XstartupFault::Crlf => say!("launch-xstartup-crlf-fix", path = path),
                XstartupFault::Unreadable => say!("launch-xstartup-unreadable-fix", path = path),
            }
        }
        LaunchError::NoSuchUser(_) => say!("launch-no-user-fix"),
        LaunchError::NoLogin { user, .. } => say!("launch-no-login-fix", user = user.as_str()),
        LaunchError::Expired { user } => say!("launch-expired-fix", user = user.as_str()),
        LaunchError::NoLimits { user, .. } => say!("launch-no-limits-fix", user = user.as_str()),
        LaunchError::NoHome { .. } => say!("launch-no-home-fix"),
        LaunchError::NoSudo { me, user, .. } => {
            say!("launch-no-sudo-fix", me = me.as_str(), user = user.as_str())
        }
        LaunchError::BadFolder { .. } => say!("launch-bad-folder-fix"),
        LaunchError::PathTooLong { .. } => say!("launch-long-path-fix"),
        LaunchError::DiskFull { .. } => say!("launch-disk-full-fix"),
        LaunchError::NoX11Folder => say!("launch-no-x11-folder-fix"),
        LaunchError::NoScreen => say!("launch-no-screen-fix"),
        LaunchError::Wayland => say!("launch-wayland-fix"),
        LaunchError::LoginsClosed { .. }
        | LaunchError::LoginRefused { .. }
        | LaunchError::Folder { .. }
        | LaunchError::Run { .. }
        | LaunchError::ServerFailed { .. }
        | LaunchError::ServerSilent { .. }
        | LaunchError::Impostor { .. } => return None,
    })
}

/// Cause and fix, as one text.
pub(crate) fn whole(error: &LaunchError) -> String {
    [Some(cause(error)), fix(error)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Why a display is over.
pub(crate) fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Stopped => say!("ended-stopped"),
        Reason::NotStarted(error) => whole(error),
        Reason::SessionEnded(exit) => match *exit {
            Exit::Status(0) => say!("ended-logged-out"),
            Exit::Unknown => say!("ended-session"),
            Exit::Status(126) => say!("ended-session-not-run"),
            Exit::Status(127) => say!("ended-session-not-found"),
            Exit::Status(status) => say!("ended-session-failed", status = status),
            Exit::Signal(signal) => say!("ended-session-killed", signal = signal_name(signal)),
        },
        Reason::SessionEndedAtOnce => say!("ended-session-at-once"),
        Reason::ServerEnded(exit) => match *exit {
            Exit::Status(0) | Exit::Unknown => say!("ended-server"),
            Exit::Status(status) => say!("ended-server-failed", status = status),
            Exit::Signal(signal) => say!("ended-server-killed", signal = signal_name(signal)),
        },
        Reason::WhileAway => say!("ended-while-away"),
        Reason::Interrupted => say!("ended-interrupted"),
        Reason::Forsaken => say!("ended-forsaken"),
    }
}

/// Why there is no running display, as a sentence.
pub(crate) fn no_desktop(error: &NoDesktop) -> String {
    match error {
        NoDesktop::Unknown => say!("desk-unknown"),
        NoDesktop::Forgotten(display) => say!("desk-no-longer", display = display.as_str()),
        NoDesktop::Over(over) => reason(over),
    }
}

/// What is being done, as words within a sentence.
pub(crate) fn step(step: LaunchStep) -> String {
    match step {
        LaunchStep::Account => say!("starting-account"),
        LaunchStep::Folder => say!("starting-folder"),
        LaunchStep::Server => say!("starting-server"),
        LaunchStep::Session => say!("starting-session"),
    }
}

const X_SOCKETS: &str = "/tmp/.X11-unix";

fn folder_fault(fault: FolderFault) -> String {
    match fault {
        FolderFault::NoFolder => say!("folder-none"),
        FolderFault::Foreign(user) => say!("folder-foreign", user = user),
        FolderFault::Open => say!("folder-open"),
    }
}

/// The signals that people meet.
fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP".to_owned(),
        2 => "SIGINT".to_owned(),
        6 => say!("signal-crashed", name = "SIGABRT"),
        7 => say!("signal-crashed", name = "SIGBUS"),
        9 => say!("signal-killed"),
        11 => say!("signal-crashed", name = "SIGSEGV"),
        15 => "SIGTERM".to_owned(),
        _ => return say!("signal", signal = signal),
    };
    format!("{}, {name}", say!("signal", signal = signal))
}

/// What somebody else said, as the end of a sentence.
fn bracketed(text: &str) -> String {
    match text.trim() {
        "" => String::new(),
        text => format!(" ({text})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::tests::{in_german, in_marked_german, is_all_marked};

    fn errors() -> Vec<LaunchError> {
        let (me, user) = (|| "alice".to_owned(), || "bob".to_owned());
        let (said, why) = (|| "said".to_owned(), || "why".to_owned());
        let install = Some("sudo apt install it");
        let folder = |why| LaunchError::BadFolder {
            path: "/f".into(),
            why,
        };
        let not_installed = |install| LaunchError::NotInstalled {
            program: "Xtigervnc".into(),
            install,
        };
        let no_session = |install| LaunchError::NoSession {
            user: user(),
            install,
        };
        let xstartup = |fault| LaunchError::BadXstartup {
            path: "/x".into(),
            fault,
        };
        vec![
            LaunchError::NotHere,
            not_installed(None),
            not_installed(install),
            no_session(None),
            no_session(install),
            xstartup(XstartupFault::Crlf),
            xstartup(XstartupFault::Unreadable),
            LaunchError::NoSuchUser(user()),
            LaunchError::NoLogin {
                user: user(),
                shell: "/bin/false".into(),
            },
            LaunchError::Expired { user: user() },
            LaunchError::NoLimits {
                user: user(),
                why: why(),
            },
            LaunchError::LoginRefused {
                user: user(),
                said: said(),
            },
            LaunchError::NoHome {
                user: user(),
                home: "/home/bob".into(),
            },
            LaunchError::LoginsClosed {
                file: "/run/nologin".into(),
                said: said(),
            },
            LaunchError::NoSudo {
                me: me(),
                user: user(),
                said: String::new(),
            },
            folder(FolderFault::NoFolder),
            folder(FolderFault::Foreign(7)),
            folder(FolderFault::Open),
            LaunchError::PathTooLong {
                path: "/p".into(),
                length: 120,
            },
            LaunchError::DiskFull { path: "/p".into() },
            LaunchError::Folder {
                path: "/p".into(),
                why: why(),
            },
            LaunchError::NoX11Folder,
            LaunchError::Run {
                program: "sh".into(),
                why: why(),
            },
            LaunchError::ServerFailed { said: said() },
            LaunchError::ServerSilent { seconds: 20 },
            LaunchError::Impostor {
                path: "/p".into(),
                why: why(),
            },
            LaunchError::NoScreen,
            LaunchError::Wayland,
        ]
    }

    fn reasons() -> Vec<Reason> {
        let exits = [0, 126, 127, 3].map(Exit::Status).into_iter();
        let signals = [1, 2, 6, 7, 9, 11, 15, 31].map(Exit::Signal);
        let exits: Vec<_> = exits.chain(signals).chain([Exit::Unknown]).collect();
        let sessions = exits.iter().copied().map(Reason::SessionEnded);
        let servers = exits.iter().copied().map(Reason::ServerEnded);
        let others = [
            Reason::Stopped,
            Reason::SessionEndedAtOnce,
            Reason::WhileAway,
            Reason::Interrupted,
            Reason::Forsaken,
        ];
        sessions.chain(servers).chain(others).collect()
    }

    #[test]
    fn the_owner_reads_in_english_what_the_log_and_the_visitor_are_told() {
        for error in errors() {
            assert_eq!(whole(&error), format!("{error}."));
        }
        for ended in reasons() {
            assert_eq!(
                reason(&ended).trim_end_matches(['.', '?']),
                ended.to_string().trim_end_matches('?')
            );
        }
        for at in [
            LaunchStep::Account,
            LaunchStep::Folder,
            LaunchStep::Server,
            LaunchStep::Session,
        ] {
            assert_eq!(step(at), at.to_string());
        }
    }

    #[test]
    fn in_german_all_of_it() {
        in_marked_german(|| {
            let words = errors().into_iter().map(|error| whole(&error));
            for words in words.chain(reasons().iter().map(reason)) {
                assert!(is_all_marked(&words), "{words}");
            }
        });
        let killed = Reason::ServerEnded(Exit::Signal(9));
        assert_eq!(
            in_german(|| reason(&killed)),
            "Der VNC-Server wurde abgebrochen (Signal 9, SIGKILL: jemand hat es beendet, oder der Arbeitsspeicher reichte nicht)."
        );
    }
}
