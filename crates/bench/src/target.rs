//! What stands behind a peer: a server that sends as many bytes as it is asked for.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crate::request::Tail;

/// Bytes that are written, and read, at once.
const CHUNK: usize = 256 * 1024;
/// A thread for each connection need not have much.
const STACK: usize = 64 * 1024;

/// What a target does with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Answers requests until the viewer leaves.
    Answer,
    /// Answers one request, and then holds the connection without a thread.
    Hold,
    /// Says one thing without end, and hears nothing.
    Flood(Flood),
}

/// What a VNC server may say before its first pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flood {
    /// A ServerCutText (RFC 6143 §7.6.4) of 2 GiB.
    Text,
    /// Bells (RFC 6143 §7.6.3).
    Bells,
}

/// A server on a port of its own. Dropping it ends all its connections.
pub struct Target {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    /// Greet as a VNC server does, without a password.
    vnc: bool,
    service: Service,
    ending: AtomicBool,
    held: Mutex<Vec<TcpStream>>,
}

impl Target {
    pub fn start(vnc: bool, service: Service) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            vnc,
            service,
            ending: AtomicBool::new(false),
            held: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &accepting));
        Ok(Self { address, shared })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.shared.ending.store(true, Ordering::Relaxed);
        self.shared.held().clear();
        // Wakes `accept`, which sees that it is to end.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn held(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.ending.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        match shared.service {
            Service::Hold => {
                if hold(&stream, shared).is_ok() {
                    shared.held().push(stream);
                }
            }
            Service::Answer | Service::Flood(_) => {
                let shared = Arc::clone(shared);
                let thread = thread::Builder::new().stack_size(STACK);
                // A viewer that leaves in the middle is its own affair; one without a thread shows in the figures' lack.
                let _ = thread.spawn(move || match shared.service {
                    Service::Flood(flood) => self::flood(&stream, flood),
                    _ => answer(&stream, &shared),
                });
            }
        }
    }
}

fn answer(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if shared.vnc {
        greet(stream)?;
    }
    let (mut incoming, zeros) = (vec![0; CHUNK], vec![0; CHUNK]);
    while answer_one(stream, &mut incoming, &zeros)? {}
    stream.shutdown(Shutdown::Both)
}

fn flood(mut stream: &TcpStream, flood: Flood) -> io::Result<()> {
    greet_with(stream, &[])?;
    const BELL: u8 = 2;
    let (head, filling): (&[u8], u8) = match flood {
        Flood::Text => (&[3, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff], b'x'),
        Flood::Bells => (&[], BELL),
    };
    stream.write_all(head)?;
    loop {
        stream.write_all(&vec![filling; CHUNK])?;
    }
}

fn hold(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    if shared.vnc {
        greet(stream)?;
    }
    let open = answer_one(stream, &mut [0; 64], &[0; 64])?;
    open.then_some(())
        .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// Reads up to a request and answers it; `false` at the end of the stream.
fn answer_one(mut stream: &TcpStream, incoming: &mut [u8], zeros: &[u8]) -> io::Result<bool> {
    let mut tail = Tail::default();
    let mut left = loop {
        match stream.read(incoming)? {
            0 => return Ok(false),
            read => {
                if incoming[..read].starts_with(&WALL) {
                    stream.write_all(&CAPS)?;
                }
                if let Some(bytes) = tail.read(&incoming[..read]) {
                    break bytes;
                }
            }
        }
    };
    while left > 0 {
        let chunk = zeros.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        stream.write_all(&zeros[..chunk])?;
        left -= chunk as u64;
    }
    Ok(true)
}

/// The encoding by which a viewer asks for it.
pub const EXTENDED_CLIPBOARD: [u8; 4] = 0xc0a1_e5ce_u32.to_be_bytes();
/// What Xtigervnc answers when it is asked for its extended clipboard.
pub const CAPS: [u8; 16] = [3, 0, 0, 0, 255, 255, 255, 248, 31, 0, 0, 1, 0, 0, 0, 0];
/// How a gateway begins that keeps the clipboard from a view-only viewer: it waits for a second answer.
const WALL: [u8; 8] = [6, 0, 0, 0, 255, 255, 255, 252];

/// Greets as Xtigervnc does.
pub fn greet(stream: &TcpStream) -> io::Result<()> {
    greet_with(stream, &CAPS)
}

/// RFC 6143 §7.1 to §7.3.2, version 3.8, security type None, and a screen of 640 by 480; then this.
fn greet_with(mut stream: &TcpStream, behind: &[u8]) -> io::Result<()> {
    stream.write_all(b"RFB 003.008\n")?;
    stream.read_exact(&mut [0; 12])?;
    stream.write_all(&[1, 1])?;
    stream.read_exact(&mut [0; 1])?;
    stream.write_all(&[0; 4])?;
    let (client_init, question) = (1, 8);
    stream.read_exact(&mut vec![0; client_init + question])?;
    let format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
    let init = [&[2, 128, 1, 224][..], &format, &[0, 0, 0, 5], b"bench", behind].concat();
    stream.write_all(&init)
}
