//! From server to viewer as fast as it goes.

use std::thread;

use anyhow::Result;

use super::{Mode, Spell, metric};
use crate::{peers::Running, viewer::Buffer};

/// Asked for at once: so much that the time between two requests does not show.
const BULK: u64 = 64 << 20;

pub const ONE: Mode = Mode::new(
    "down",
    &[metric("s→c bulk: CPU", "s/GB"), metric("s→c bulk: rate", "MB/s")],
    |running, _| bulk(running, 1),
);

pub const ONE_TLS: Mode = Mode::over_tls(
    "tls-down",
    &[
        metric("TLS, s→c bulk: CPU", "s/GB"),
        metric("TLS, s→c bulk: rate", "MB/s"),
    ],
    ONE,
);

pub const EIGHT: Mode = Mode::new(
    "down8",
    &[
        metric("s→c, 8 viewers: CPU", "s/GB"),
        metric("s→c, 8 viewers: rate", "MB/s"),
    ],
    |running, _| bulk(running, 8),
);

fn bulk(running: &Running, viewers: usize) -> Result<Vec<f64>> {
    let request = running.door.request(BULK);
    let mut connected = (0..viewers)
        .map(|_| running.door.enter())
        .collect::<Result<Vec<_>>>()?;
    let spell = Spell::begin(running);
    let received: u64 = thread::scope(|scope| {
        let threads: Vec<_> = connected
            .iter_mut()
            .map(|viewer| {
                scope.spawn(|| {
                    let (mut sum, mut buffer) = (0, Buffer::new());
                    while spell.goes_on() {
                        viewer.send(&request)?;
                        viewer.receive(BULK, &mut buffer)?;
                        sum += BULK;
                    }
                    Ok(sum)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| anyhow::bail!("a viewer panicked"))
            })
            .sum::<Result<u64>>()
    })?;
    let seconds = spell.seconds();
    Ok(vec![
        spell.cpu() * 1e9 / received as f64,
        received as f64 / 1e6 / seconds,
    ])
}
