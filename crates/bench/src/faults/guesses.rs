//! Guesses that wait for their answer, while viewers come who have a link.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::{Row, Subject, Times, arrival, crowd::Crowd, wait};
use crate::viewer::Door;

const GUESSES: usize = 2_000;
/// How long viewers come while they wait.
const WATCHED: Duration = Duration::from_secs(5);
/// What an address has free, and one for each second and for the last; twice, for a slow machine.
const MAX_ANSWERS: usize = 20 + 2 * 6;

pub fn measure(portholed: &Path) -> Result<Vec<Row>> {
    let subject = Subject::start(portholed, false, None)?;
    let door = subject.door();
    let guess = handshake(door, "no-such-token");
    let (mut arrivals, answered) = Times::during(
        || arrival(door),
        || {
            // From many addresses, and from the one that the viewers come from.
            let _crowd = Crowd::come(door.address, GUESSES, guess.as_bytes())?;
            let answered = guess_one_by_one(door, &guess)?;
            wait(WATCHED);
            Ok(answered)
        },
    )?;
    Ok(vec![
        Row::new(
            format!("{GUESSES} guesses wait: a right link's time, p99"),
            "< 200 ms",
            format!("{:.1} ms of {}", arrivals.p99(), arrivals.0.len()),
            arrivals.p99() < 200.0,
        ),
        Row::new(
            format!("guesses of one address answered in {} s", WATCHED.as_secs()),
            "≤ 26, on a slow machine a few more",
            answered.to_string(),
            answered <= MAX_ANSWERS,
        ),
    ])
}

/// How many are answered to somebody who waits for each.
fn guess_one_by_one(door: &Door, guess: &str) -> Result<usize> {
    let began = Instant::now();
    let mut answered = 0;
    while let Some(left) = WATCHED
        .checked_sub(began.elapsed())
        .filter(|left| !left.is_zero())
    {
        let mut stream = TcpStream::connect(door.address).context("nobody listens")?;
        stream.write_all(guess.as_bytes())?;
        stream.set_read_timeout(Some(left))?;
        let mut said = Vec::new();
        let mut piece = [0; 512];
        // The answer to the handshake, and then a close frame.
        while let Ok(read @ 1..) = stream.read(&mut piece) {
            said.extend_from_slice(&piece[..read]);
            if has_close_frame(&said) {
                answered += 1;
                break;
            }
        }
    }
    Ok(answered)
}

fn has_close_frame(said: &[u8]) -> bool {
    let end = said.windows(4).position(|four| four == b"\r\n\r\n");
    end.is_some_and(|end| said.get(end + 4) == Some(&0x88))
}

fn handshake(door: &Door, token: &str) -> String {
    let host = door.address;
    format!(
        "GET /websockify?token={token} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: binary\r\n\r\n"
    )
}
