//! Many short visits: what the process keeps of them, and the history.

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::{Row, progress, shared::Shared, wait};
use crate::{
    target::{Service, Target},
    viewer::Door,
};

/// They come side by side.
const VISITORS: usize = 8;
/// The first ones find cold caches.
const BEFORE: usize = 500;
/// How many come between two words about how far it is.
const STAGE: usize = 50_000;
/// Until everything is at rest.
const REST: Duration = Duration::from_secs(5);
/// By how many KiB the process may have grown then.
const MAX_GROWTH: u64 = 2048;
/// How long the history's file may be, in bytes.
const MAX_HISTORY: u64 = 2 << 20;

pub fn measure(portholed: &Path, visits: usize) -> Result<Vec<Row>> {
    let target = Target::start(true, Service::Answer)?;
    let subject = Shared::start(portholed, target.address())?;
    // View-only sessions of one link wait for their turn, four a second.
    let door = subject.link(portholed, "--control")?;
    visit(&door, BEFORE)?;
    wait(REST);
    let before = subject.process.memory()?;
    let began = Instant::now();
    let (mut came, mut failed) = (0, 0);
    while came < visits {
        let stage = STAGE.min(visits - came);
        failed += visit(&door, stage)?;
        came += stage;
        let (rate, memory) = (
            came as f64 / began.elapsed().as_secs_f64(),
            subject.process.memory()?,
        );
        progress(&format!(
            "{came} visits, {rate:.0}/s, {failed} failed: {memory} KiB, {before} at the start"
        ));
    }
    let took = began.elapsed();
    wait(REST);
    let after = subject.process.memory()?;
    let growth = after.saturating_sub(before);
    let history = subject.history_bytes();
    Ok(vec![
        Row::new(
            format!("{visits} short visits: growth of the process at rest"),
            "≤ 2 MiB",
            format!(
                "{growth} KiB (from {before} to {after}), {:.0} visits/s, {failed} failed",
                visits as f64 / took.as_secs_f64()
            ),
            growth <= MAX_GROWTH && failed == 0,
        ),
        Row::new(
            format!("{visits} short visits: length of the history"),
            "≤ 2 MiB",
            format!("{} KiB", history >> 10),
            history <= MAX_HISTORY,
        ),
    ])
}

/// So many visitors come in, see the display, and leave; says how many could not.
fn visit(door: &Door, visits: usize) -> Result<usize> {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let visit = || {
        while next.fetch_add(1, Ordering::Relaxed) < visits {
            if door.enter().is_err() {
                failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        let all: Vec<_> = (0..VISITORS).map(|_| scope.spawn(visit)).collect();
        let joined: Result<Vec<()>, _> = all.into_iter().map(|one| one.join()).collect();
        joined.ok().context("a visitor panicked")
    })?;
    Ok(failed.into_inner())
}
