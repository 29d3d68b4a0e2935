//! Strangers who take all descriptors.

use std::{path::Path, time::Duration};

use anyhow::Result;

use super::{Row, Subject, Times, arrival, crowd::Crowd, wait};

/// What the gateway may have, and how many come.
const DESCRIPTORS: u32 = 128;
const STRANGERS: usize = 400;
/// What the log says when they become scarce.
const SCARCE: &str = "nearly all descriptors are taken";
/// How long it is watched while it is full: less than strangers may stay.
const WATCHED: Duration = Duration::from_secs(3);

pub fn measure(portholed: &Path) -> Result<Vec<Row>> {
    let subject = Subject::start(portholed, false, Some(DESCRIPTORS))?;
    let (door, running) = (subject.door(), &subject.running);
    let (mut arrivals, ()) = Times::during(
        || arrival(door),
        || {
            let _crowd = Crowd::come(door.address, STRANGERS, b"")?;
            wait(WATCHED);
            Ok(())
        },
    )?;
    let _crowd = Crowd::come(door.address, STRANGERS, b"")?;
    let cpu = running.cpu();
    wait(WATCHED);
    let busy = (running.cpu() - cpu).as_secs_f64() / WATCHED.as_secs_f64();
    let said = running.said()?.matches(SCARCE).count();
    Ok(vec![
        Row::new(
            format!("{STRANGERS} strangers, {DESCRIPTORS} descriptors: new viewers meanwhile, p99"),
            "< 200 ms",
            format!("{:.1} ms of {}", arrivals.p99(), arrivals.0.len()),
            arrivals.p99() < 200.0,
        ),
        Row::new(
            "out of descriptors: processor afterwards",
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
    ])
}
