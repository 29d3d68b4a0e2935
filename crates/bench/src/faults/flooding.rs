//! VNC servers that talk without end before their first pixels, and a viewer that reads none of it.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::{Row, wait};
use crate::{
    peers::{Running, Setting, porthole_vnc},
    target::{Flood, Service, Target},
};

/// How long the process is watched.
const WATCHED: Duration = Duration::from_secs(8);
/// By how many KiB it may grow meanwhile.
const MAX_GROWTH: u64 = 1024;

pub fn measure(portholed: &Path) -> Result<Vec<Row>> {
    [
        (Flood::Text, "a text of 2 GiB"),
        (Flood::Bells, "bells without end"),
    ]
    .into_iter()
    .map(|(flood, name)| {
        let growth = growth(portholed, flood).context(name)?;
        Ok(Row::new(
            format!("a flooding VNC server, {name} before its pixels: growth of its memory"),
            "≤ 1 MiB",
            format!("{growth} KiB"),
            growth <= MAX_GROWTH,
        ))
    })
    .collect()
}

fn growth(portholed: &Path, flood: Flood) -> Result<u64> {
    let target = Target::start(true, Service::Flood(flood))?;
    let peer = porthole_vnc::Control(portholed.into());
    let setting = Setting {
        tokens: 1,
        tls: false,
    };
    let running = Running::start(&peer, target.address(), setting)?;
    let process = running.process.as_ref().context("there is no process")?;
    // One that came and left has filled the buffers that are kept for everybody.
    drop(running.door.enter());
    wait(Duration::from_secs(1));
    let before = process.allocated()?;
    thread::scope(|scope| {
        // A gateway that takes in all of it lets nobody in, and is watched all the same.
        let viewer = scope.spawn(|| running.door.enter());
        let (began, mut most) = (Instant::now(), before);
        while began.elapsed() < WATCHED {
            wait(Duration::from_millis(100));
            most = most.max(process.allocated()?);
        }
        drop(viewer.join());
        Ok(most - before)
    })
}
