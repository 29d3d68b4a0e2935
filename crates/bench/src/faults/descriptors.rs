//! Strangers who take all descriptors.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{Row, Subject, arrival, crowd::Crowd, wait};
use crate::pause;

/// What the gateway may have, and how many come.
const DESCRIPTORS: u32 = 128;
const STRANGERS: usize = 400;
/// What the log says when it can accept nobody.
const FULL: &str = "cannot accept connections";
/// How long it is watched while it is full: less than strangers may stay.
const WATCHED: Duration = Duration::from_secs(3);

pub fn measure(portholed: &Path) -> Result<Vec<Row>> {
    let subject = Subject::start(portholed, false, Some(DESCRIPTORS))?;
    let (door, running) = (subject.door(), &subject.running);
    let crowd = Crowd::come(door.address, STRANGERS, b"")?;
    let deadline = Instant::now() + WATCHED;
    while !running.said()?.contains(FULL) {
        ensure!(Instant::now() < deadline, "it has descriptors enough");
        pause();
    }
    let cpu = running.cpu();
    wait(WATCHED);
    let busy = (running.cpu() - cpu).as_secs_f64() / WATCHED.as_secs_f64();
    drop(crowd);
    let waited = arrival(door).context("nobody is accepted afterwards")?;
    let said = running.said()?.matches(FULL).count();
    Ok(vec![
        Row::new(
            format!("out of {DESCRIPTORS} descriptors: processor while it waits"),
            "≤ 2 %",
            format!("{:.1} %", busy * 100.0),
            busy <= 0.02,
        ),
        Row::new(
            "out of descriptors: said in the log",
            "once",
            format!("{said} times"),
            said == 1,
        ),
        Row::new(
            "out of descriptors: the next viewer, when the others have left",
            "< 1 s",
            format!("{} ms", waited.as_millis()),
            waited < Duration::from_secs(1),
        ),
    ])
}
