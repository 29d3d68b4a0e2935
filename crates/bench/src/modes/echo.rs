//! Small questions and small answers: how long a key press, or an update that is hardly anything, is under way.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Instant,
};

use anyhow::{Context, Result};

use super::{Mode, Spell, metric, quantile};
use crate::{peers::Running, request, viewer::Buffer};

/// An answer as long as its question.
const ECHO: u64 = request::LEN as u64;
/// A cursor that blinks, a letter that appears.
const UPDATE: u64 = 4096;
/// What the viewer beside asks for, again and again.
const BULK: u64 = 16 << 20;

pub const ALONE: Mode = Mode::new(
    "echo",
    &[
        metric("echo: p50", "µs"),
        metric("echo: p99", "µs"),
        metric("echo: CPU", "µs"),
    ],
    |running, _| round_trips(running, ECHO),
);

pub const ALONE_TLS: Mode = Mode::over_tls(
    "tls-echo",
    &[
        metric("TLS, echo: p50", "µs"),
        metric("TLS, echo: p99", "µs"),
        metric("TLS, echo: CPU", "µs"),
    ],
    ALONE,
);

pub const BESIDE_BULK: Mode = Mode::new(
    "echo-beside",
    &[
        metric("echo beside bulk: p50", "µs"),
        metric("echo beside bulk: p99", "µs"),
    ],
    |running, _| beside_bulk(running, ECHO),
);

pub const UPDATES: Mode = Mode::new(
    "updates",
    &[
        metric("4 KiB update: p50", "µs"),
        metric("4 KiB update: p99", "µs"),
        metric("4 KiB update: CPU", "µs"),
    ],
    |running, _| round_trips(running, UPDATE),
);

pub const UPDATES_BESIDE_BULK: Mode = Mode::new(
    "updates-beside",
    &[
        metric("update beside bulk: p50", "µs"),
        metric("update beside bulk: p99", "µs"),
    ],
    |running, _| beside_bulk(running, UPDATE),
);

/// Median, 99th percentile and the peer's processor time, each in µs.
fn round_trips(running: &Running, answer: u64) -> Result<Vec<f64>> {
    let request = running.door.request(answer);
    let mut viewer = running.door.enter()?;
    let (mut buffer, mut times) = (Buffer::new(), Vec::new());
    let spell = Spell::begin(running);
    while spell.goes_on() {
        let asked = Instant::now();
        viewer.send(&request)?;
        viewer.receive(answer, &mut buffer)?;
        times.push(asked.elapsed().as_secs_f64() * 1e6);
    }
    let cpu = spell.cpu() * 1e6 / times.len() as f64;
    Ok(vec![quantile(&mut times, 0.5), quantile(&mut times, 0.99), cpu])
}

fn beside_bulk(running: &Running, answer: u64) -> Result<Vec<f64>> {
    let mut beside = running.door.enter()?;
    let request = running.door.request(BULK);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let bulk = scope.spawn(|| {
            let mut buffer = Buffer::new();
            while !over.load(Ordering::Relaxed) {
                beside.send(&request)?;
                beside.receive(BULK, &mut buffer)?;
            }
            anyhow::Ok(())
        });
        let measured = round_trips(running, answer);
        over.store(true, Ordering::Relaxed);
        bulk.join().ok().context("the bulk viewer panicked")??;
        measured.map(|figures| figures[..2].to_vec())
    })
}
