//! A viewer that asks for very much and reads none of it, and one beside it that works.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::{Row, Subject, over, wait};
use crate::{
    modes::quantile,
    request,
    viewer::{Buffer, Door, Viewer},
};

/// How long the process is watched while somebody reads nothing.
const WATCHED: Duration = Duration::from_secs(60);
/// By how many KiB it may grow meanwhile.
const MOST_GROWTH: u64 = 250;

/// How often the other viewer is timed with and without the one that reads nothing.
const PAIRS: usize = 15;
/// How long it is timed in one piece: thousands of echoes, of which the p99 counts.
const SPELL: Duration = Duration::from_secs(1);
/// Until every buffer on the way is full, or is gone again.
const SETTLING: Duration = Duration::from_millis(400);
/// How much slower it may be.
const MOST_RATIO: f64 = 1.1;

/// What a viewer at full speed takes in a moment.
const BULK: u64 = 16 << 20;
/// More than anybody takes in that time.
const VERY_MUCH: u64 = 1 << 40;

pub fn measure(portholed: &Path, tls: bool) -> Result<Vec<Row>> {
    let subject = Subject::start(portholed, tls, None)?;
    Ok(vec![growth(&subject, tls)?, neighbour(subject.door(), tls)?])
}

fn growth(subject: &Subject, tls: bool) -> Result<Row> {
    let (door, over) = (subject.door(), over(tls));
    // One that reads all it asks for was there before: the code for bulk is loaded, and is not counted as growth.
    let mut earlier = door.enter()?;
    earlier.send(&door.request(BULK))?;
    earlier.receive(BULK, &mut Buffer::new())?;
    drop(earlier);
    let process = subject.running.process.as_ref().context("there is no process")?;
    let before = process.memory()?;
    let _deaf = come_deaf(door)?;
    let (began, mut most) = (Instant::now(), before);
    while began.elapsed() < WATCHED {
        wait(Duration::from_secs(1));
        most = most.max(process.memory()?);
    }
    let growth = most - before;
    Ok(Row::new(
        format!("a viewer that reads nothing for 60 s, {over}: growth of the process"),
        "≤ 256 kB",
        format!("{growth} KiB"),
        growth <= MOST_GROWTH,
    ))
}

/// With and without take turns, and take turns in being first, so that both see the same machine. How much those without
/// differ among themselves is told, too: a ratio that is no further from 1 says nothing.
fn neighbour(door: &Door, tls: bool) -> Result<Row> {
    let mut viewer = door.enter()?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        for is_there in [pair % 2 == 0, pair % 2 != 0] {
            let deaf = is_there.then(|| come_deaf(door)).transpose()?;
            wait(SETTLING);
            let p99 = echo_p99(&mut viewer, door)?;
            if is_there { &mut with } else { &mut without }.push(p99);
            drop(deaf);
        }
    }
    let every_second = |from| without.iter().skip(from).step_by(2).copied().collect::<Vec<_>>();
    let noise = quantile(&mut every_second(0), 0.5) / quantile(&mut every_second(1), 0.5);
    let [with, without] = [with, without].map(|mut p99s| quantile(&mut p99s, 0.5));
    let (ratio, over) = (with / without, over(tls));
    Ok(Row::new(
        format!("another viewer's echo meanwhile, {over}: p99"),
        "≤ 1.1 of without",
        format!("{with:.3} ms, without {without:.3} ms ({ratio:.2}; without twice {noise:.2})"),
        ratio <= MOST_RATIO,
    ))
}

fn come_deaf(door: &Door) -> Result<Viewer> {
    let mut deaf = door.enter()?;
    deaf.send(&door.request(VERY_MUCH))?;
    Ok(deaf)
}

/// In milliseconds, of echoes one after the other.
fn echo_p99(viewer: &mut Viewer, door: &Door) -> Result<f64> {
    let (question, mut buffer) = (door.request(request::LEN as u64), Buffer::small());
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < SPELL {
        let asked = Instant::now();
        viewer.send(&question)?;
        viewer.receive(request::LEN as u64, &mut buffer)?;
        times.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    Ok(quantile(&mut times, 0.99))
}
