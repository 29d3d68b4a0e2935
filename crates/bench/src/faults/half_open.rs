//! Handshakes that are begun and never finished, while viewers come who have a link.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;

use super::{Row, Subject, Times, arrival, crowd::Crowd, over, wait};

const STRANGERS: usize = 2_000;
/// When all of them are to be gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// The beginning of a request, and that of a handshake of TLS (RFC 8446 §4.1.2).
const REQUEST: &[u8] = b"GET /websockify?token=";
const CLIENT_HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

pub fn measure(portholed: &Path, tls: bool) -> Result<Vec<Row>> {
    let subject = Subject::start(portholed, tls, None)?;
    let door = subject.door();
    let word = if tls { CLIENT_HELLO } else { REQUEST };
    let (mut arrivals, held) = Times::during(
        || arrival(door),
        || {
            let mut crowd = Crowd::come(door.address, STRANGERS, word)?;
            let all_there = Instant::now();
            let at_first = crowd.held();
            wait(PATIENCE.saturating_sub(all_there.elapsed()));
            Ok((at_first, crowd.held()))
        },
    )?;
    let (at_first, left) = held;
    let over = over(tls);
    Ok(vec![
        Row::new(
            format!("{STRANGERS} half-open handshakes, {over}: held after 10 s"),
            "0",
            format!("{left} (at first {at_first})"),
            left == 0,
        ),
        Row::new(
            format!("new viewers meanwhile, {over}: p99"),
            "< 200 ms",
            format!("{:.1} ms of {}", arrivals.p99(), arrivals.0.len()),
            arrivals.p99() < 200.0,
        ),
    ])
}
