//! Options of sockets.

use std::io;

use rustix::net::SendFlags;
use socket2::Socket;

/// Without a signal when the other side is gone.
#[cfg(not(target_vendor = "apple"))]
pub(crate) const QUIETLY: SendFlags = SendFlags::NOSIGNAL;
/// There the standard library has set it for the socket.
#[cfg(target_vendor = "apple")]
pub(crate) const QUIETLY: SendFlags = SendFlags::empty();

/// More follows at once: the system may wait for it.
#[cfg(target_os = "linux")]
pub(crate) const MORE: SendFlags = SendFlags::MORE;
#[cfg(not(target_os = "linux"))]
pub(crate) const MORE: SendFlags = SendFlags::empty();

/// Whether a connection has the options of the listener that accepted it.
pub(crate) const INHERITS_OPTIONS: bool = cfg!(target_os = "linux");

/// Lets a port be listened on at once that was ours a moment ago. (Not on Windows, where the option steals live ports.)
pub(crate) fn reuse_port(socket: &Socket) -> io::Result<()> {
    if cfg!(unix) {
        socket.set_reuse_address(true)?;
    }
    Ok(())
}
