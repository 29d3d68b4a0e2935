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

/// A fault: its name on the command line, and what does it.
type Fault = (&'static str, fn(&Path, usize) -> Result<Vec<Row>>);

const ALL: &[Fault] = &[
    ("half-open", |portholed, _| both(portholed, half_open::measure)),
    ("deaf", |portholed, _| both(portholed, deaf::measure)),
    ("descriptors", |portholed, _| descriptors::measure(portholed)),
    ("flooding", |portholed, _| flooding::measure(portholed)),
    ("guesses", |portholed, _| guesses::measure(portholed)),
    ("watchers", |portholed, _| watchers::measure(portholed)),
    ("visits", visits::measure),
];

/// Measures those faults that are named, or all, and prints the table.
pub fn measure(portholed: &Path, visits: usize, names: &[String]) -> Result<()> {
    let known = |name: &String| ALL.iter().any(|(known, _)| known == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let all: Vec<_> = ALL.iter().map(|(name, _)| *name).collect();
        anyhow::bail!("there is no fault {unknown}; there are {}", all.join(", "));
    }
    let mut rows = Vec::new();
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    for (name, fault) in ALL.iter().filter(|(name, _)| is_wanted(name)) {
        progress(&format!("{name} …"));
        rows.extend(fault(portholed, visits).context(*name)?);
    }
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

/// Measures over plain connections and over TLS.
fn both(portholed: &Path, measure: fn(&Path, bool) -> Result<Vec<Row>>) -> Result<Vec<Row>> {
    let mut rows = measure(portholed, false).context("plain")?;
    rows.extend(measure(portholed, true).context("TLS")?);
    Ok(rows)
}

/// Says how far it is, on standard error: standard output has the table alone.
fn progress(text: &str) {
    // Where nobody hears it, nobody misses it.
    let _ = writeln!(io::stderr(), "{text}");
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
