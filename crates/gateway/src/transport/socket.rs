//! What the relay asks of a socket: to say when it is ready, and then to read or write what it can.

use std::{
    io,
    net::{Shutdown, SocketAddr},
    task::{Context, Poll},
    time::Duration,
};

use rustix::net::send;
use socket2::SockRef;
use tokio::{
    io::Interest,
    net::{TcpStream, UnixStream},
};

use crate::{
    platform::{
        sockets::{INHERITS_OPTIONS, MORE, QUIETLY, reuse_port},
        splice::Pipe,
    },
    transport::tls::TlsSocket,
};

/// A connected socket that is driven by readiness, so that a buffer is needed only once there are bytes for it.
pub(crate) trait Socket {
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize>;
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize>;
    /// As `try_write`, with more to follow at once: the system may wait for it.
    fn try_write_more(&self, bytes: &[u8]) -> io::Result<usize>;
    /// Reads into an empty pipe; 0 is the end. An error other than `WouldBlock` may mean that this socket cannot.
    fn try_fill(&self, pipe: &mut Pipe) -> io::Result<usize>;
    /// Writes what is in a pipe.
    fn try_drain(&self, pipe: &mut Pipe) -> io::Result<usize>;
    /// To how much a write should be kept that is long.
    fn most_at_once(&self) -> usize {
        usize::MAX
    }
    /// Waits until the system has all that was written. (Unlike a plain socket, TLS takes bytes before there is room.)
    fn poll_flush(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    /// Tells the other side that no more will come.
    fn finish_writing(&self);
    /// Lets the runtime that runs this tell of the socket's readiness from now on. Where that cannot be, the one before
    /// goes on doing it.
    fn move_here(&mut self) {}

    /// Reads once there is something to read; 0 is the end.
    fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            std::task::ready!(self.poll_read_ready(cx))?;
            match self.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
        }
    }

    /// Writes what there is room for.
    fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            std::task::ready!(self.poll_write_ready(cx))?;
            match self.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
        }
    }
}

/// Moves bytes, and takes a socket that moved fewer than there was room for as one that is not ready any more: the call
/// that would find that out is saved. (The system tells of each change, and not of a state, wherever tokio knows a
/// `poll_read` of its own that does the same. At the end of a stream the socket stays ready.)
macro_rules! move_bytes {
    ($stream:expr, $interest:ident, $room:expr, $call:expr) => {{
        let mut moved = 0;
        let result = $stream.try_io(Interest::$interest, || match $call? {
            some if some > 0 && some < $room => {
                moved = some;
                Err(io::ErrorKind::WouldBlock.into())
            }
            all => Ok(all),
        });
        if moved > 0 { Ok(moved) } else { result }
    }};
}

macro_rules! socket {
    ($stream:ty) => {
        impl Socket for $stream {
            fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                Self::poll_read_ready(self, cx)
            }
            fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                Self::poll_write_ready(self, cx)
            }
            fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                let room = buffer.len();
                move_bytes!(self, READABLE, room, rustix::io::read(self, &mut *buffer))
            }
            fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
                move_bytes!(self, WRITABLE, bytes.len(), send(self, bytes, QUIETLY))
            }
            fn try_write_more(&self, bytes: &[u8]) -> io::Result<usize> {
                self.try_io(Interest::WRITABLE, || {
                    Ok(send(self, bytes, QUIETLY | MORE)?)
                })
            }
            fn try_fill(&self, pipe: &mut Pipe) -> io::Result<usize> {
                self.try_io(Interest::READABLE, || pipe.fill(self))
            }
            fn try_drain(&self, pipe: &mut Pipe) -> io::Result<usize> {
                self.try_io(Interest::WRITABLE, || pipe.drain(self))
            }
            fn finish_writing(&self) {
                // It fails when the other side is gone already.
                let _ = SockRef::from(self).shutdown(Shutdown::Write);
            }
            fn move_here(&mut self) {
                let same = SockRef::from(&*self).try_clone();
                if let Ok(here) = same.and_then(|socket| Self::from_std(socket.into())) {
                    *self = here;
                }
            }
        }
    };
}

socket!(TcpStream);
socket!(UnixStream);

/// One of several kinds of socket.
macro_rules! one_of {
    ($name:ident: $($kind:ident),+) => {
        impl Socket for $name {
            fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                match self { $(Self::$kind(socket) => socket.poll_read_ready(cx)),+ }
            }
            fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                match self { $(Self::$kind(socket) => socket.poll_write_ready(cx)),+ }
            }
            fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                match self { $(Self::$kind(socket) => Socket::try_read(socket, buffer)),+ }
            }
            fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
                match self { $(Self::$kind(socket) => Socket::try_write(socket, bytes)),+ }
            }
            fn try_write_more(&self, bytes: &[u8]) -> io::Result<usize> {
                match self { $(Self::$kind(socket) => socket.try_write_more(bytes)),+ }
            }
            fn try_fill(&self, pipe: &mut Pipe) -> io::Result<usize> {
                match self { $(Self::$kind(socket) => socket.try_fill(pipe)),+ }
            }
            fn try_drain(&self, pipe: &mut Pipe) -> io::Result<usize> {
                match self { $(Self::$kind(socket) => socket.try_drain(pipe)),+ }
            }
            fn most_at_once(&self) -> usize {
                match self { $(Self::$kind(socket) => socket.most_at_once()),+ }
            }
            fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                match self { $(Self::$kind(socket) => socket.poll_flush(cx)),+ }
            }
            fn finish_writing(&self) {
                match self { $(Self::$kind(socket) => socket.finish_writing()),+ }
            }
            fn move_here(&mut self) {
                match self { $(Self::$kind(socket) => socket.move_here()),+ }
            }
        }
    };
}

/// A connection from a viewer.
pub(crate) enum ViewerStream {
    Plain(TcpStream),
    Tls(TlsSocket),
}

one_of!(ViewerStream: Plain, Tls);

/// A connection to a target.
pub(crate) enum ServerStream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

one_of!(ServerStream: Tcp, Unix);

/// Small updates leave at once, and a peer whose machine vanished is noticed by the system within some minutes.
pub(crate) fn tune(socket: SockRef<'_>) -> io::Result<()> {
    socket.set_tcp_nodelay(true)?;
    let keepalive = socket2::TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(20));
    socket.set_tcp_keepalive(&keepalive)
}

/// Listens on `address`; an IPv6 wildcard is kept apart from IPv4, so that both can be listened on.
pub(crate) fn listen(address: SocketAddr) -> io::Result<tokio::net::TcpListener> {
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::STREAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    reuse_port(&socket)?;
    if INHERITS_OPTIONS {
        // Four system calls less for each viewer.
        tune(SockRef::from(&socket))?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    tokio::net::TcpListener::from_std(socket.into())
}
