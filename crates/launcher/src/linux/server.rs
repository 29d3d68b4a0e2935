//! TigerVNC's servers: what they are told, and when they are ready.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    net::UnixStream,
    time::{interval, timeout},
};

use super::{
    account::Account,
    command,
    folder::Folder,
    installed,
    session_leader::Leader,
    spawn::{self, VOICE, Voice},
};
use crate::{Desktop, LaunchError};

/// How long a server may take to be ready: twenty at once on a small machine take a few seconds.
const READY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a listening server may take to accept a connection.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(5);

/// Between two looks at whether a server that does not tell is ready.
const POLL_INTERVAL: Duration = Duration::from_millis(25);

/// The server that makes a desktop: TigerVNC's name for it on Debian, and elsewhere.
pub(super) fn find_xvnc() -> Result<PathBuf, LaunchError> {
    command::find("Xtigervnc")
        .or_else(|| command::find("Xvnc"))
        .ok_or_else(|| LaunchError::NotInstalled {
            program: "Xtigervnc".to_owned(),
            install: installed::install_server(),
        })
}

/// The server that shares the X screen we are on.
pub(super) fn find_x0vnc() -> Result<PathBuf, LaunchError> {
    command::find("X0tigervnc")
        .or_else(|| command::find("x0vncserver"))
        .ok_or_else(|| LaunchError::NotInstalled {
            program: "X0tigervnc".to_owned(),
            install: installed::install_this_screen(),
        })
}

/// The command line for a desktop.
pub(super) fn xvnc(
    program: PathBuf,
    name: &str,
    desktop: &Desktop,
    folder: &Folder,
    ours: bool,
) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![program.into()];
    let mut word = |word: &dyn AsRef<OsStr>| words.push(word.as_ref().to_owned());
    word(&"-displayfd");
    word(&VOICE);
    word(&"-auth");
    word(&folder.x_authority());
    word(&"-nolisten");
    word(&"tcp");
    // Else the desktop would start anew whenever its last window closes.
    word(&"-noreset");
    word(&"-geometry");
    word(&desktop.geometry.to_string());
    word(&"-depth");
    word(&u8::from(desktop.depth).to_string());
    words.extend(called(name));
    words.extend(doors(folder, ours));
    words
}

/// The command line to share X display `display`.
pub(super) fn x0vnc(program: PathBuf, name: &str, display: &str, folder: &Folder) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![program.into(), "-display".into(), display.into()];
    words.extend(called(name));
    words.extend(doors(folder, true));
    words
}

/// What viewers are told that they see.
fn called(name: &str) -> [OsString; 2] {
    ["-desktop".into(), name.replace(char::is_control, " ").into()]
}

/// One Unix socket is the only way in; no wrong password locks the others out, and no viewer puts another out.
/// The leading zero of the mode is needed: TigerVNC reads `600` as a decimal number.
fn doors(folder: &Folder, ours: bool) -> Vec<OsString> {
    let mode = if ours { "0600" } else { "0660" };
    let (socket, passwords) = (folder.socket(), folder.password_file());
    let words: [&OsStr; 14] = [
        "-rfbport".as_ref(),
        "-1".as_ref(),
        "-rfbunixpath".as_ref(),
        socket.as_os_str(),
        "-rfbunixmode".as_ref(),
        mode.as_ref(),
        "-SecurityTypes".as_ref(),
        "VncAuth".as_ref(),
        "-PasswordFile".as_ref(),
        passwords.as_os_str(),
        "-UseBlacklist=0".as_ref(),
        "-AlwaysShared".as_ref(),
        // Else a dozen lines about every connection would bury what matters.
        "-Log".as_ref(),
        "*:stderr:10".as_ref(),
    ];
    words.map(OsStr::to_owned).into()
}

/// Waits until the server says the number of its X display. It listens by then.
pub(super) async fn x_display(server: &Leader, voice: &mut Voice) -> Result<u32, LaunchError> {
    let told = async {
        // A server that cannot start closes the pipe as it ends.
        spawn::number(voice).await.map_err(|_| ended_early())
    };
    tokio::select! {
        told = told => told,
        _ = server.ended() => Err(ended_early()),
        () = tokio::time::sleep(READY_TIMEOUT) => Err(too_slow()),
    }
}

/// Waits until a server that does not tell accepts connections.
pub(super) async fn listens(server: &Leader, socket: &Path) -> Result<(), LaunchError> {
    let mut looks = interval(POLL_INTERVAL);
    let connected = async {
        while UnixStream::connect(socket).await.is_err() {
            looks.tick().await;
        }
    };
    tokio::select! {
        () = connected => Ok(()),
        _ = server.ended() => Err(ended_early()),
        () = tokio::time::sleep(READY_TIMEOUT) => Err(too_slow()),
    }
}

/// Whether it is this very server that listens at `socket`, by what the system says of its other end (SO_PEERCRED).
pub(super) async fn check_socket(
    socket: &Path,
    server: &Leader,
    account: &Account,
) -> Result<(), LaunchError> {
    let impostor = |why: String| LaunchError::Impostor {
        path: socket.to_owned(),
        why,
    };
    let connected = timeout(ACCEPT_TIMEOUT, UnixStream::connect(socket)).await;
    let stream = connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    let peer = stream
        .and_then(|stream| stream.peer_cred())
        .map_err(|error| impostor(error.to_string()))?;
    if peer.uid() == account.uid && peer.pid() == Some(server.identity().pid) {
        return Ok(());
    }
    Err(impostor(format!(
        "it is held by process {} of user id {}",
        peer.pid().unwrap_or_default(),
        peer.uid()
    )))
}

fn ended_early() -> LaunchError {
    LaunchError::ServerFailed { said: String::new() }
}

fn too_slow() -> LaunchError {
    LaunchError::ServerSilent {
        seconds: READY_TIMEOUT.as_secs(),
    }
}
