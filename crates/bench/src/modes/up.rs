//! From viewer to server as fast as it goes: in pointer events, which are the viewers' own small change.

use anyhow::Result;

use super::{Mode, Spell, metric};
use crate::{peers::Running, request::POINTER_EVENT, viewer::Buffer};

/// Payload of a message: near 64 KiB, in whole events.
const MESSAGE: usize = 65_536 / POINTER_EVENT.len() * POINTER_EVENT.len();
/// Messages between two requests for an answer, which shows that all has arrived.
const BATCH: u64 = 500;

pub const BULK: Mode = Mode::new(
    "up",
    &[metric("c→s bulk: CPU", "s/GB"), metric("c→s bulk: rate", "MB/s")],
    |running, _| bulk(running),
);

fn bulk(running: &Running) -> Result<Vec<f64>> {
    let events = running
        .door
        .message(&POINTER_EVENT.repeat(MESSAGE / POINTER_EVENT.len()));
    let request = running.door.request(1);
    let mut viewer = running.door.enter()?;
    let (mut buffer, mut sent) = (Buffer::small(), 0);
    let spell = Spell::begin(running);
    while spell.goes_on() {
        for _ in 0..BATCH {
            viewer.send(&events)?;
        }
        viewer.send(&request)?;
        viewer.receive(1, &mut buffer)?;
        sent += BATCH * MESSAGE as u64;
    }
    let seconds = spell.seconds();
    Ok(vec![spell.cpu() * 1e9 / sent as f64, sent as f64 / 1e6 / seconds])
}
