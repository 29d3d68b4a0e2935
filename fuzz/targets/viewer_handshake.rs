//! What a viewer says before its session: at any chunking it comes to the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_fuzz::Pieces;
use porthole_rfb::{ViewerError, ViewerHandshake};

fuzz_target!(|script: &[u8]| {
    let Some((&start, script)) = script.split_first() else {
        return;
    };
    let pieces = Pieces::new(script);
    assert_eq!(play(start, &pieces), play(start, [pieces.whole()]));
});

/// The bytes that were used and what is sent to the viewer, or why it cannot be let in.
fn play<'a>(start: u8, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Result<usize, ViewerError>, Vec<u8>) {
    let mut handshake = match start & 7 {
        0 => ViewerHandshake::refusing("no room"),
        1..=3 => ViewerHandshake::asking([7; 16]),
        _ => ViewerHandshake::new(),
    };
    let (mut used, mut output) = (0, Vec::new());
    for piece in pieces {
        let mut rest = piece;
        loop {
            let progress = match handshake.advance(rest, &mut output) {
                Ok(progress) => progress,
                Err(error) => return (Err(error), output),
            };
            used += progress.consumed;
            rest = &rest[progress.consumed..];
            if progress.done {
                return (Ok(used), output);
            }
            if handshake.answer().is_none() {
                break;
            }
            let judged = if start & 8 == 0 { Ok(()) } else { Err("wrong") };
            handshake.judge(judged, &mut output);
        }
    }
    (Ok(used), output)
}
