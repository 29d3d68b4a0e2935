//! A picture for each request, one after another: what most of a session is.

use anyhow::Result;

use super::{Mode, Spell, metric};
use crate::{peers::Running, viewer::Buffer};

pub const OF_64_KIB: Mode = Mode::new(
    "frames",
    &[
        metric("64 KiB frame: CPU", "µs"),
        metric("64 KiB frame: time", "µs"),
    ],
    |running, _| frames(running, 64 << 10),
);

pub const OF_64_KIB_TLS: Mode = Mode::over_tls(
    "tls-frames",
    &[
        metric("TLS, 64 KiB frame: CPU", "µs"),
        metric("TLS, 64 KiB frame: time", "µs"),
    ],
    OF_64_KIB,
);

pub const OF_8_MIB: Mode = Mode::new(
    "frames8m",
    &[
        metric("8 MiB frame: CPU", "µs"),
        metric("8 MiB frame: time", "µs"),
    ],
    |running, _| frames(running, 8 << 20),
);

fn frames(running: &Running, size: u64) -> Result<Vec<f64>> {
    let request = running.door.request(size);
    let mut viewer = running.door.enter()?;
    let (mut buffer, mut count) = (Buffer::new(), 0.0);
    let spell = Spell::begin(running);
    while spell.goes_on() {
        viewer.send(&request)?;
        viewer.receive(size, &mut buffer)?;
        count += 1.0;
    }
    let seconds = spell.seconds();
    Ok(vec![spell.cpu() * 1e6 / count, seconds * 1e6 / count])
}
