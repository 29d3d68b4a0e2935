//! A crowd by one view-only link, each asking for full updates, beside the owner who works.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

use super::{Row, Times, shared::Shared, wait};
use crate::viewer::{Buffer, Door};

const WATCHERS: usize = 200;
/// How often each asks.
const PACE: Duration = Duration::from_millis(200);
/// How long the owner is timed.
const WATCHED: Duration = Duration::from_secs(10);
/// Until those who came first have used up what they have saved.
const SETTLING: Duration = Duration::from_secs(5);

/// What a server such as Xvnc takes to encode its whole screen, in the one thread that serves everybody.
const ENCODING: Duration = Duration::from_millis(8);
/// How many bytes that makes.
const FULL_UPDATE: usize = 64 << 10;
/// One rectangle of one pixel (RFC 6143 §7.6.1).
const ONE_PIXEL: usize = 20;

pub fn measure(portholed: &Path) -> Result<Vec<Row>> {
    let server = server()?;
    let subject = Shared::start(portholed, server)?;
    let link = subject.link(portholed, "--view")?;
    let mut owner = subject.owner.enter()?;
    let wish = subject.owner.message(&update_request(1, 1));
    let mut buffer = Buffer::small();
    let mut round_trip = move || {
        let asked = Instant::now();
        owner.send(&wish)?;
        owner.receive(ONE_PIXEL as u64, &mut buffer)?;
        Ok(asked.elapsed())
    };
    let mut alone = Times::default();
    for _ in 0..200 {
        alone.0.push(round_trip()?.as_secs_f64() * 1e3);
    }
    let (ended, inside) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut beside = thread::scope(|scope| {
        for _ in 0..WATCHERS {
            let watch = || {
                // Those who are turned away come no more.
                let _ = watch(&link, &ended, &inside);
            };
            thread::Builder::new()
                .stack_size(256 << 10)
                .spawn_scoped(scope, watch)?;
        }
        wait(SETTLING);
        let began = Instant::now();
        let times = Times::take(|| began.elapsed() < WATCHED, round_trip);
        ended.store(true, Ordering::Relaxed);
        times
    })?;
    Ok(vec![Row::new(
        format!("{WATCHERS} view-only sessions on one link beside an owner: round trip, p99"),
        "≤ 100 ms",
        format!(
            "{:.1} ms, alone {:.1} ms; {} were let in",
            beside.p99(),
            alone.p99(),
            inside.into_inner()
        ),
        beside.p99() <= 100.0,
    )])
}

/// Asks for the whole screen again and again.
fn watch(link: &Door, ended: &AtomicBool, inside: &AtomicUsize) -> Result<()> {
    let mut viewer = link.enter()?;
    inside.fetch_add(1, Ordering::Relaxed);
    let wish = link.message(&update_request(640, 480));
    while !ended.load(Ordering::Relaxed) {
        viewer.send(&wish)?;
        viewer.drain_for(PACE)?;
    }
    Ok(())
}

/// A FramebufferUpdateRequest that is not incremental (RFC 6143 §7.5.3).
fn update_request(width: u16, height: u16) -> [u8; 10] {
    let ([a, b], [c, d]) = (width.to_be_bytes(), height.to_be_bytes());
    [3, 0, 0, 0, 0, 0, a, b, c, d]
}

/// A VNC server that serves one client at a time, as Xvnc does: who asks for much keeps all others waiting.
fn server() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let busy = Arc::new(Mutex::new(()));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let busy = Arc::clone(&busy);
            let thread = thread::Builder::new().stack_size(256 << 10);
            // A viewer that leaves in the middle is its own affair.
            let _ = thread.spawn(move || serve(&stream, &busy));
        }
    });
    Ok(address)
}

fn serve(mut stream: &TcpStream, busy: &Mutex<()>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    crate::target::greet(stream)?;
    let full = vec![0; FULL_UPDATE];
    loop {
        let mut head = [0; 1];
        stream.read_exact(&mut head)?;
        match head[0] {
            2 => {
                let [_, a, b] = read(stream)?;
                let mut encodings = vec![0; 4 * usize::from(u16::from_be_bytes([a, b]))];
                stream.read_exact(&mut encodings)?;
                if encodings
                    .chunks(4)
                    .any(|each| each == crate::target::EXTENDED_CLIPBOARD)
                {
                    stream.write_all(&crate::target::CAPS)?;
                }
            }
            3 => {
                let request: [u8; 9] = read(stream)?;
                let _turn = busy.lock().unwrap_or_else(PoisonError::into_inner);
                match request[0] {
                    0 if request[5..9] == [0, 1, 0, 1] => stream.write_all(&full[..ONE_PIXEL])?,
                    0 => {
                        work();
                        stream.write_all(&full)?;
                    }
                    // Nothing changes.
                    _ => {}
                }
            }
            4 => drop(read::<7>(stream)?),
            5 => drop(read::<5>(stream)?),
            6 => {
                let [_, _, _, length @ ..] = read::<7>(stream)?;
                let length = i32::from_be_bytes(length).unsigned_abs() as usize;
                stream.read_exact(&mut vec![0; length])?;
            }
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a server that works for so long")]
fn work() {
    thread::sleep(ENCODING);
}

fn read<const N: usize>(mut stream: &TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}
