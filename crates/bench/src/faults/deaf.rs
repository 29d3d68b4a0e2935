//! A viewer that asks for very much and reads none of it, beside one that works.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::{Row, Subject, Times, over, wait};
use crate::{request, viewer::Buffer};

/// How long the other one works alone, for comparison.
const BEFORE: Duration = Duration::from_secs(10);
/// How long it works beside the one that reads nothing.
const BESIDE: Duration = Duration::from_secs(60);
/// What a viewer at full speed takes in a moment.
const BULK: u64 = 16 << 20;
/// More than anybody takes in that time.
const VERY_MUCH: u64 = 1 << 40;

/// By how many KiB the gateway may grow.
const MOST_GROWTH: u64 = 250;

pub fn measure(portholed: &Path, tls: bool) -> Result<Vec<Row>> {
    let subject = Subject::start(portholed, tls, None)?;
    let door = subject.door();
    // One that reads all it asks for was there before: the code for bulk is loaded, and is not counted as growth.
    let mut earlier = door.enter()?;
    earlier.send(&door.request(BULK))?;
    earlier.receive(BULK, &mut Buffer::new())?;
    drop(earlier);
    let process = subject.running.process.as_ref().context("there is no process")?;
    let (mut viewer, question) = (door.enter()?, door.request(request::LEN as u64));
    let mut buffer = Buffer::small();
    let mut ask = || {
        let asked = Instant::now();
        viewer.send(&question)?;
        viewer.receive(request::LEN as u64, &mut buffer)?;
        Ok(asked.elapsed())
    };
    let (mut before, ()) = Times::during(&mut ask, || {
        wait(BEFORE);
        Ok(())
    })?;
    let memory = process.memory()?;
    let (mut beside, most) = Times::during(&mut ask, || {
        let mut deaf = door.enter()?;
        deaf.send(&door.request(VERY_MUCH))?;
        let (began, mut most) = (Instant::now(), memory);
        while began.elapsed() < BESIDE {
            wait(Duration::from_secs(1));
            most = most.max(process.memory()?);
        }
        Ok(most)
    })?;
    let growth = most - memory;
    let (alone, beside) = (before.p99(), beside.p99());
    let over = over(tls);
    Ok(vec![
        Row::new(
            format!("a viewer that reads nothing for 60 s, {over}: growth of the process"),
            "≤ 256 kB",
            format!("{growth} KiB"),
            growth <= MOST_GROWTH,
        ),
        Row::new(
            format!("another viewer's echo meanwhile, {over}: p99"),
            "≤ 1.1 of before",
            format!("{:.2} ms, before {:.2} ms ({:.2})", beside, alone, beside / alone),
            beside <= alone * 1.1,
        ),
    ])
}
