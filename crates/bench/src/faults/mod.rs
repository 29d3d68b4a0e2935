//! What a gateway bears: strangers who take all they can, viewers who take nothing, a system that has no more.
//!
//! Each fault is done to a `portholed` that was started for it, and gives rows of a table: what was measured, what is
//! wanted of it, and what it was.

mod crowd;
mod deaf;
mod descriptors;
mod flooding;
mod guesses;
mod half_open;
mod shared;
mod visits;
mod watchers;

use std::{
    io::{self, Write},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    modes::quantile,
    pause,
    peers::{Running, Setting, porthole},
    target::{Service, Target},
    viewer::{Buffer, Door},
};

/// A row of the table.
struct Row {
    what: String,
    wanted: &'static str,
    measured: String,
    kept: bool,
}

impl Row {
    fn new(what: impl Into<String>, wanted: &'static str, measured: String, kept: bool) -> Self {
        Self {
            what: what.into(),
            wanted,
            measured,
            kept,
        }
    }
}

/// A `portholed` and what stands behind it.
struct Subject {
    running: Running,
    _target: Target,
}

impl Subject {
    fn start(portholed: &Path, tls: bool, descriptors: Option<u32>) -> Result<Self> {
        let target = Target::start(false, Service::Answer)?;
        let peer = porthole(portholed, descriptors);
        let running = Running::start(&peer, target.address(), Setting { tokens: 1, tls })?;
        // The first viewer finds cold caches.
        arrival(&running.door)?;
        Ok(Self {
            running,
            _target: target,
        })
    }

    fn door(&self) -> &Door {
        &self.running.door
    }
}

/// Does all of them, and prints the table.
pub fn measure(portholed: &Path, visits: usize) -> Result<()> {
    let mut rows = Vec::new();
    for tls in [false, true] {
        rows.extend(half_open::measure(portholed, tls).context("half-open handshakes")?);
    }
    for tls in [false, true] {
        rows.extend(deaf::measure(portholed, tls).context("a viewer that reads nothing")?);
    }
    rows.extend(descriptors::measure(portholed).context("out of descriptors")?);
    rows.extend(flooding::measure(portholed).context("a flooding VNC server")?);
    rows.extend(guesses::measure(portholed).context("guesses")?);
    rows.extend(watchers::measure(portholed).context("view-only sessions")?);
    rows.extend(visits::measure(portholed, visits).context("short visits")?);
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "| | wanted | measured | |\n|---|---|---|---|")?;
    for Row {
        what,
        wanted,
        measured,
        kept,
    } in &rows
    {
        let kept = if *kept { "kept" } else { "**not kept**" };
        writeln!(stdout, "| {what} | {wanted} | {measured} | {kept} |")?;
    }
    Ok(())
}

fn over(tls: bool) -> &'static str {
    if tls { "TLS" } else { "plain" }
}

/// How long a viewer waits that comes, asks, and goes.
fn arrival(door: &Door) -> Result<Duration> {
    let came = Instant::now();
    let mut viewer = door.enter()?;
    viewer.send(&door.request(1))?;
    viewer.receive(1, &mut Buffer::small())?;
    Ok(came.elapsed())
}

/// Times that somebody measures while something else goes on.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    /// Measures again and again while `goes_on`, with moments in between.
    fn take(goes_on: impl Fn() -> bool, mut one: impl FnMut() -> Result<Duration>) -> Result<Self> {
        let mut times = Vec::new();
        while goes_on() {
            times.push(one()?.as_secs_f64() * 1e3);
            pause();
        }
        ensure!(times.len() >= 100, "only {} times were measured", times.len());
        Ok(Self(times))
    }

    /// In milliseconds.
    fn p99(&mut self) -> f64 {
        quantile(&mut self.0, 0.99)
    }

    /// Measures on a thread of its own while `work` runs.
    fn during<T>(
        one: impl FnMut() -> Result<Duration> + Send,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<(Self, T)> {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let times = scope.spawn(|| Self::take(|| !done.load(Ordering::Relaxed), one));
            let worked = work();
            done.store(true, Ordering::Relaxed);
            let times = times.join().ok().context("a viewer panicked")?;
            Ok((times?, worked?))
        })
    }
}

/// Lets so much time pass.
fn wait(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        pause();
    }
}
