//! Why a display could not be started.

use std::path::PathBuf;

/// Why a display could not be started: what is wrong, and what to do about it, for the display's owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    /// Not on this system.
    #[error("Displays can be launched on Linux only; here, give the display a target instead")]
    NotHere,
    /// The VNC server's program is missing.
    #[error("TigerVNC is not installed: {program} was not found. {install}")]
    NotInstalled {
        /// The program that was looked for.
        program: String,
        /// The command that installs it.
        install: String,
    },
    /// There is nothing to run on the desktop.
    #[error(
        "There is no desktop for {user}: neither ~/.vnc/xstartup nor ~/.xsession, and no desktop is installed. \
         {install}. Or name a command as `session`"
    )]
    NoSession {
        /// Whose desktop it would be.
        user: String,
        /// The commands that install one.
        install: String,
    },
    /// No such account.
    #[error("There is no user `{0}` on this machine: check `user`, or add the account")]
    NoSuchUser(String),
    /// The account is not for logging in.
    #[error(
        "The account `{user}` is not for logging in: its shell is {shell}. Choose another `user`, or give it a \
         shell: usermod -s /bin/bash {user}"
    )]
    NoLogin {
        /// The account.
        user: String,
        /// What stands where its shell would be.
        shell: PathBuf,
    },
    /// The account's time is over.
    #[error("The account `{user}` has expired. To open it again: chage -E -1 {user}")]
    Expired {
        /// The account.
        user: String,
    },
    /// The machine lets nobody in.
    #[error("Nobody but root may log in now, because {} exists{}", file.display(), bracketed(said))]
    LoginsClosed {
        /// The file that says so.
        file: PathBuf,
        /// What it says to those who want to log in.
        said: String,
    },
    /// Becoming that user is not allowed.
    #[error(
        "{me} may not start a desktop for {user}{}. To allow it, add this line with `visudo -f \
         /etc/sudoers.d/porthole`: {me} ALL=({user}) NOPASSWD: ALL",
        bracketed(said)
    )]
    NoSudo {
        /// Who we are.
        me: String,
        /// Who we would have to become.
        user: String,
        /// What sudo says.
        said: String,
    },
    /// A folder that should be ours alone is not.
    #[error("The folder {} cannot be used: {why}", path.display())]
    BadFolder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// A Unix socket's path has a limit.
    #[error(
        "The socket's path would be too long: {} has {length} bytes, and 107 are possible. Set XDG_RUNTIME_DIR to \
         a shorter path",
        path.display()
    )]
    PathTooLong {
        /// Where the socket would be.
        path: PathBuf,
        /// The length of that.
        length: usize,
    },
    /// No space.
    #[error("There is no space left on the disk of {}: make room there, and start again", path.display())]
    DiskFull {
        /// Where something was to be written.
        path: PathBuf,
    },
    /// Something in the display's folder could not be made.
    #[error("{} could not be made: {why}", path.display())]
    Folder {
        /// What could not be made.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Where X servers have their sockets.
    #[error(
        "The folder /tmp/.X11-unix is missing, where X displays have their sockets. Make it: sudo install -d -m \
         1777 -o root -g root /tmp/.X11-unix"
    )]
    NoX11Folder,
    /// A program could not be run.
    #[error("{program} could not be run: {why}")]
    Run {
        /// The program.
        program: String,
        /// Why.
        why: String,
    },
    /// The VNC server ended before it was ready.
    #[error("The VNC server ended before it was ready{}", bracketed(said))]
    ServerFailed {
        /// The last line of its log.
        said: String,
    },
    /// The VNC server took too long.
    #[error("The VNC server was not ready within {seconds} seconds; it was ended")]
    ServerSilent {
        /// How long it had.
        seconds: u64,
    },
    /// Something else listens where the VNC server should.
    #[error("The socket {} is not held by the VNC server that was started: {why}", path.display())]
    Impostor {
        /// The socket.
        path: PathBuf,
        /// Who holds it.
        why: String,
    },
    /// There is no X screen to share.
    #[error(
        "There is no X screen here to share: DISPLAY is not set. Start Porthole from the desktop to share"
    )]
    NoScreen,
    /// Wayland.
    #[error(
        "This is a Wayland session, whose screen X0tigervnc cannot see. What works: the desktop's own sharing (GNOME: \
         Settings, System, Remote Desktop; KDE: krfb; Sway and others: wayvnc), added here as a display with a \
         target; or log in to an X11 session"
    )]
    Wayland,
}

/// What somebody else said, as the end of a sentence.
fn bracketed(text: &str) -> String {
    match text.trim() {
        "" => String::new(),
        text => format!(" ({text})"),
    }
}
