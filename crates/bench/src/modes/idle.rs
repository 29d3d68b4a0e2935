//! Viewers that are connected and look at a screen on which nothing moves.

use anyhow::{Context, Result};

use super::{Mode, metric};
use crate::{
    peers::{Peer, Running},
    target::Service,
    viewer::Buffer,
};

pub const VIEWERS_1000: Mode = Mode {
    service: Service::Hold,
    suits: |peer| !peer.is_direct(),
    ..Mode::new(
        "idle-1000",
        &[metric("idle viewer of 1,000: PSS", "KiB")],
        |running, peer| idle(running, peer, 1000),
    )
};

pub const VIEWERS_1000_TLS: Mode = Mode::over_tls(
    "tls-idle-1000",
    &[metric("TLS, idle viewer of 1,000: PSS", "KiB")],
    VIEWERS_1000,
);

pub const VIEWERS_9500: Mode = Mode {
    service: Service::Hold,
    suits: |peer| !peer.is_direct() && peer.most_idle() >= 9500,
    ..Mode::new(
        "idle-9500",
        &[metric("idle viewer of 9,500: PSS", "KiB")],
        |running, peer| idle(running, peer, 9500),
    )
};

fn idle(running: &Running, peer: &dyn Peer, viewers: usize) -> Result<Vec<f64>> {
    let process = running
        .process
        .as_ref()
        .context("there is no process to measure")?;
    let (request, mut buffer) = (running.door.request(1), Buffer::small());
    let before = process.memory()?;
    let count = viewers.min(peer.most_idle());
    let mut there = Vec::with_capacity(count);
    for number in 0..count {
        let mut viewer = running.door.enter().with_context(|| format!("viewer {number}"))?;
        viewer.send(&request)?;
        viewer
            .receive(1, &mut buffer)
            .with_context(|| format!("viewer {number}"))?;
        there.push(viewer);
    }
    let grown = process.memory()?.saturating_sub(before);
    Ok(vec![grown as f64 / count as f64])
}
