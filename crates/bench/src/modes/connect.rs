//! Viewers that come: how many a second, and how long each waits for its first answer.

use std::{thread, time::Instant};

use anyhow::{Context, Result};

use super::{Mode, Spell, metric, quantile};
use crate::{peers::Running, viewer::Buffer};

/// Viewers that come at once.
const ABREAST: usize = 4;
/// More than so many would use up the ports of this machine.
const MOST: usize = 4000;

pub const NEW_VIEWERS: Mode = Mode::new(
    "connect",
    &[
        metric("new viewers: rate", "/s"),
        metric("new viewer: p50", "µs"),
        metric("new viewer: p99", "µs"),
        metric("new viewer: CPU", "µs"),
    ],
    |running, _| new_viewers(running),
);

pub const NEW_VIEWERS_TLS: Mode = Mode::over_tls(
    "tls-connect",
    &[
        metric("TLS, new viewers: rate", "/s"),
        metric("TLS, new viewer: p50", "µs"),
        metric("TLS, new viewer: p99", "µs"),
        metric("TLS, new viewer: CPU", "µs"),
    ],
    NEW_VIEWERS,
);

pub const TOKENS_10: Mode = tokens("tokens-10", 10, &[metric("10 tokens: time to connect", "µs")]);
pub const TOKENS_10K: Mode = tokens(
    "tokens-10k",
    10_000,
    &[metric("10,000 tokens: time to connect", "µs")],
);
pub const TOKENS_1M: Mode = tokens(
    "tokens-1m",
    1_000_000,
    &[metric("1,000,000 tokens: time to connect", "µs")],
);

const fn tokens(name: &'static str, tokens: usize, metrics: &'static [super::Metric]) -> Mode {
    Mode {
        tokens,
        suits: |peer| peer.has_tokens(),
        ..Mode::new(name, metrics, |running, _| {
            let spell = Spell::begin(running);
            Ok(vec![quantile(
                &mut come_and_go(running, &spell, MOST / ABREAST)?,
                0.5,
            )])
        })
    }
}

fn new_viewers(running: &Running) -> Result<Vec<f64>> {
    let spell = Spell::begin(running);
    let mut times: Vec<f64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..ABREAST)
            .map(|_| scope.spawn(|| come_and_go(running, &spell, MOST / ABREAST)))
            .collect();
        let each = threads
            .into_iter()
            .map(|thread| thread.join().ok().context("a viewer panicked")?);
        each.collect::<Result<Vec<_>>>().map(|all| all.concat())
    })?;
    let (seconds, count) = (spell.seconds(), times.len() as f64);
    Ok(vec![
        count / seconds,
        quantile(&mut times, 0.5),
        quantile(&mut times, 0.99),
        spell.cpu() * 1e6 / count,
    ])
}

/// One viewer after another, each until its first answer; the times of their waiting in µs.
fn come_and_go(running: &Running, spell: &Spell, most: usize) -> Result<Vec<f64>> {
    let (request, mut buffer, mut times) = (running.door.request(1), Buffer::small(), Vec::new());
    while times.len() < most && spell.goes_on() {
        let came = Instant::now();
        let mut viewer = running.door.enter()?;
        viewer.send(&request)?;
        viewer.receive(1, &mut buffer)?;
        times.push(came.elapsed().as_secs_f64() * 1e6);
    }
    Ok(times)
}
