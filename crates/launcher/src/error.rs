//! Why a display could not be started.

use std::{error::Error, fmt, path::PathBuf};

/// Why a display could not be started, for the display's owner. It reads as what is wrong, and then what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LaunchError {
    /// Not on this system.
    NotHere,
    /// The VNC server's program is missing.
    NotInstalled {
        /// The program that was looked for.
        program: String,
        /// The command that installs it, on a system that is known.
        install: Option<&'static str>,
    },
    /// There is nothing to run on the desktop.
    NoSession {
        /// Whose desktop it would be.
        user: String,
        /// The command that installs one, on a system that is known.
        install: Option<&'static str>,
    },
    /// What the user has prepared cannot be run as it is.
    BadXstartup {
        /// The xstartup, or ~/.xsession.
        path: PathBuf,
        /// What is wrong with it.
        fault: XstartupFault,
    },
    /// No such account.
    NoSuchUser(String),
    /// The account is not for logging in.
    NoLogin {
        /// The account.
        user: String,
        /// What stands where its shell would be.
        shell: PathBuf,
    },
    /// The account's time is over.
    Expired {
        /// The account.
        user: String,
    },
    /// The limits of a login are not known, so none is started without them.
    NoLimits {
        /// The account.
        user: String,
        /// What PAM says.
        why: String,
    },
    /// The system, as PAM or sudo say, opens no session for the account.
    LoginRefused {
        /// The account.
        user: String,
        /// What they say.
        said: String,
    },
    /// There is no folder where the account's home should be.
    NoHome {
        /// The account.
        user: String,
        /// Where its home should be.
        home: PathBuf,
    },
    /// The machine lets nobody in.
    LoginsClosed {
        /// The file that says so.
        file: PathBuf,
        /// What it says to those who want to log in.
        said: String,
    },
    /// Becoming that user is not allowed.
    NoSudo {
        /// Who we are.
        me: String,
        /// Who we would have to become.
        user: String,
        /// What sudo says.
        said: String,
    },
    /// A folder that should be ours alone is not.
    BadFolder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: FolderFault,
    },
    /// A Unix socket's path has a limit.
    PathTooLong {
        /// Where the socket would be.
        path: PathBuf,
        /// The length of that.
        length: usize,
    },
    /// No space.
    DiskFull {
        /// Where something was to be written.
        path: PathBuf,
    },
    /// Something in the display's folder could not be made.
    Folder {
        /// What could not be made.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Where X servers have their sockets.
    NoX11Folder,
    /// A program could not be run.
    Run {
        /// The program.
        program: String,
        /// Why.
        why: String,
    },
    /// The VNC server ended before it was ready.
    ServerFailed {
        /// The last line of its log.
        said: String,
    },
    /// The VNC server took too long.
    ServerSilent {
        /// How long it had.
        seconds: u64,
    },
    /// Something else listens where the VNC server should.
    Impostor {
        /// The socket.
        path: PathBuf,
        /// Who holds it.
        why: String,
    },
    /// There is no X screen to share.
    NoScreen,
    /// Wayland.
    Wayland,
}

impl LaunchError {
    /// What is wrong, in words without a full stop.
    pub fn cause(&self) -> String {
        match self {
            Self::NotHere => "Porthole can start desktops on Linux only".into(),
            Self::NotInstalled { program, .. } => {
                format!("TigerVNC is not installed: {program} was not found")
            }
            Self::NoSession { user, .. } => format!(
                "There is no desktop for {user}: neither ~/.vnc/xstartup, ~/.config/tigervnc/xstartup nor ~/.xsession, and no desktop is installed"
            ),
            Self::BadXstartup { path, fault } => format!("{} {fault}", path.display()),
            Self::NoSuchUser(user) => format!("There is no user `{user}` on this computer"),
            Self::NoLogin { user, shell } => format!(
                "The account `{user}` cannot log in: its shell is {}",
                shell.display()
            ),
            Self::Expired { user } => format!("The account `{user}` has expired"),
            Self::NoLimits { user, why } => {
                format!("Cannot read the login limits of {user}: {why}")
            }
            Self::LoginRefused { user, said } => {
                format!("Cannot open a session for {user}{}", bracketed(said))
            }
            Self::NoHome { user, home } => format!("{user}'s home {} does not exist", home.display()),
            Self::LoginsClosed { file, said } => format!(
                "Only root can log in now, because {} exists{}",
                file.display(),
                bracketed(said)
            ),
            Self::NoSudo { me, user, said } => {
                format!("{me} may not start a desktop for {user}{}", bracketed(said))
            }
            Self::BadFolder { path, why } => format!("The folder {} cannot be used: {why}", path.display()),
            Self::PathTooLong { path, length } => format!(
                "The socket path {} is too long: it has {length} bytes, and the limit is 107",
                path.display()
            ),
            Self::DiskFull { path } => format!("The disk with {} is full", path.display()),
            Self::Folder { path, why } => format!("Cannot create {}: {why}", path.display()),
            Self::NoX11Folder => {
                "The folder /tmp/.X11-unix is missing, where X displays have their sockets".into()
            }
            Self::Run { program, why } => format!("Cannot run {program}: {why}"),
            Self::ServerFailed { said } => {
                format!("The VNC server ended before it was ready{}", bracketed(said))
            }
            Self::ServerSilent { seconds } => {
                format!("The VNC server was not ready within {seconds} seconds, so Porthole ended it")
            }
            Self::Impostor { path, why } => format!(
                "The socket {} does not belong to the VNC server that Porthole started: {why}",
                path.display()
            ),
            Self::NoScreen => "There is no X screen here to share: DISPLAY is not set".into(),
            Self::Wayland => "This is a Wayland session. X0tigervnc cannot share its screen".into(),
        }
    }

    /// What to do about it, in words without a full stop; `None` where only the cause can tell. A command in it comes
    /// after a colon.
    pub fn fix(&self) -> Option<String> {
        Some(match self {
            Self::NotHere => "Give the display a target instead".into(),
            Self::NotInstalled { install, .. } => installed(*install, "TigerVNC"),
            Self::NoSession { install, .. } => {
                let install = installed(*install, "a desktop, like Xfce");
                format!("{install}. Or set `session` to a command")
            }
            Self::BadXstartup {
                path,
                fault: XstartupFault::Crlf,
            } => format!("To convert it: sed -i 's/\\r$//' {}", path.display()),
            Self::BadXstartup {
                path,
                fault: XstartupFault::Unreadable,
            } => format!("To let its owner read it: chmod u+r {}", path.display()),
            Self::NoSuchUser(_) => "Check `user`, or add the account".into(),
            Self::NoLogin { user, .. } => {
                format!("Choose another `user`, or give it a shell: usermod -s /bin/bash {user}")
            }
            Self::Expired { user } => format!("To reactivate it: chage -E -1 {user}"),
            Self::NoLimits { user, .. } => format!("Start it again. If that does not help, run as root to see why: runuser -u {user} true"),
            Self::NoHome { .. } => {
                "Create it, or let logins create it: enable pam_mkhomedir for su".into()
            }
            Self::NoSudo { me, user, .. } => format!(
                "To allow it, add this line with `visudo -f /etc/sudoers.d/porthole`: {me} ALL=({user}) NOPASSWD: ALL"
            ),
            Self::BadFolder { .. } => "Remove it".into(),
            Self::PathTooLong { .. } => "Set XDG_RUNTIME_DIR to a shorter path".into(),
            Self::DiskFull { .. } => "Free some space there and start again".into(),
            Self::NoX11Folder => "Make it: sudo install -d -m 1777 -o root -g root /tmp/.X11-unix".into(),
            Self::NoScreen => "Start Porthole from the desktop to share".into(),
            Self::Wayland => "Use the desktop's own sharing (GNOME: Settings, System, Remote Desktop; KDE: \
                              krfb; Sway and others: wayvnc), added here as a display with a target; or log in to an \
                              X11 session"
                .into(),
            Self::LoginsClosed { .. }
            | Self::LoginRefused { .. }
            | Self::Folder { .. }
            | Self::Run { .. }
            | Self::ServerFailed { .. }
            | Self::ServerSilent { .. }
            | Self::Impostor { .. } => return None,
        })
    }
}

impl fmt::Display for LaunchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause())?;
        self.fix().map_or(Ok(()), |fix| write!(f, ". {fix}"))
    }
}

impl Error for LaunchError {}

fn installed(command: Option<&str>, what: &str) -> String {
    command.map_or_else(
        || format!("Install {what}"),
        |command| format!("To install it: {command}"),
    )
}

/// What is wrong with a folder that should be ours alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FolderFault {
    /// A file, or a link.
    #[error("it is not a folder")]
    NoFolder,
    /// Of that user.
    #[error("it belongs to somebody else (user id {0})")]
    Foreign(u32),
    /// Its mode lets them.
    #[error("others can write to it")]
    Open,
}

/// What is wrong with a user's own session file, after its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XstartupFault {
    /// Its lines end in CR LF, and shells take the CR for a part of each command.
    #[error("has Windows line endings (CRLF), so its commands cannot be found")]
    Crlf,
    /// Its own user may not read it.
    #[error("cannot be read by its user")]
    Unreadable,
}

/// What somebody else said, as the end of a sentence.
fn bracketed(text: &str) -> String {
    match text.trim() {
        "" => String::new(),
        text => format!(" ({text})"),
    }
}
