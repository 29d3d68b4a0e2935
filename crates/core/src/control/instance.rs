//! Which Porthole is asked: that of a config file, or one that websockify's command line has started.
//!
//! The latter is found by its socket, which has the address that it listens on for a name. Nobody else can listen there,
//! so no two of them have the same, and what a killed one has left behind is replaced by the next at that address.

use std::{
    fmt, fs,
    net::{IpAddr, SocketAddr},
    os::unix::fs::FileTypeExt,
    path::{Path, PathBuf},
};

use rustix::{
    io::Errno,
    net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with},
};

use super::folders;
use crate::ConfigPlace;

/// A Porthole that may run, and can be asked then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instance {
    /// The one that serves a config file.
    OfConfig(ConfigPlace),
    /// One that was started by websockify's command line.
    At(ControlSocket),
}

/// The control socket of a Porthole that was started by websockify's command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlSocket {
    /// The first address that it listens on.
    pub address: SocketAddr,
    path: PathBuf,
}

impl Instance {
    /// Those that websockify's command line has started and that run now, in the order of their addresses. Only those of
    /// this user are found, and in this network namespace none twice. Blocks.
    pub fn started() -> Vec<Self> {
        let folders = folders::to_ask();
        let mut found: Vec<_> = folders.iter().flat_map(|folder| sockets_in(folder)).collect();
        found.retain(|socket| is_alive(&socket.path));
        found.sort_by_key(|socket| (socket.address, socket.path.clone()));
        found.dedup_by_key(|socket| socket.address);
        found.into_iter().map(Self::At).collect()
    }

    /// Whether somebody listens to questions. Blocks.
    pub fn runs(&self) -> bool {
        self.sockets().iter().any(|socket| is_alive(socket))
    }

    /// Whether it was started to listen at this port, and at this address, if one is given.
    pub fn listens_at(&self, ip: Option<IpAddr>, port: u16) -> bool {
        match self {
            Self::OfConfig(_) => false,
            Self::At(ControlSocket { address, .. }) => {
                let at = |ip: IpAddr| address.ip() == ip || address.ip().is_unspecified();
                address.port() == port && ip.is_none_or(at)
            }
        }
    }

    /// Where its socket may be, the likeliest first.
    pub(super) fn sockets(&self) -> Vec<PathBuf> {
        match self {
            Self::OfConfig(place) => place.control_sockets(),
            Self::At(socket) => vec![socket.path.clone()],
        }
    }
}

impl From<ConfigPlace> for Instance {
    fn from(place: ConfigPlace) -> Self {
        Self::OfConfig(place)
    }
}

/// As the option that chooses it.
impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OfConfig(place) => write!(f, "--config={}", place.file().display()),
            Self::At(socket) => write!(f, "--instance={}", socket.address),
        }
    }
}

/// What the socket of a Porthole is called that listens at an address.
pub(super) fn name(address: SocketAddr) -> String {
    format!("{address}.sock")
}

/// All sockets in a folder with such names, whether anybody listens or not.
fn sockets_in(folder: &Path) -> Vec<ControlSocket> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sockets = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_socket()));
    let socket = |path: PathBuf| {
        let name = path.file_name()?.to_str()?;
        let address = name.strip_suffix(".sock")?.parse().ok()?;
        Some(ControlSocket { address, path })
    };
    sockets.filter_map(|entry| socket(entry.path())).collect()
}

/// Removes the sockets in a folder whose programs were killed.
pub(super) fn clear_up(folder: &Path) {
    for socket in sockets_in(folder) {
        if is_dead(&socket.path) {
            // Whoever takes the same address just now makes it anew when it finds it missing.
            let _ = fs::remove_file(&socket.path);
        }
    }
}

/// Whether somebody listens at a socket. One whose program takes nothing just now is alive.
pub(super) fn is_alive(socket: &Path) -> bool {
    matches!(knock(socket), Ok(()) | Err(Errno::AGAIN))
}

fn is_dead(socket: &Path) -> bool {
    knock(socket) == Err(Errno::CONNREFUSED)
}

/// Connects, without waiting for whoever listens.
fn knock(socket: &Path) -> Result<(), Errno> {
    let address = SocketAddrUnix::new(socket)?;
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let client = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    connect(&client, &address)
}
