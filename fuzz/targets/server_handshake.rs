//! What a VNC server says before ClientInit: at any chunking it comes to the same, and little of it is held.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_fuzz::Pieces;
use porthole_rfb::{Password, ServerError, ServerHandshake};

fuzz_target!(|script: &[u8]| {
    let Some((&start, script)) = script.split_first() else {
        return;
    };
    let pieces = Pieces::new(script);
    let whole = play(start, [pieces.whole()]);
    assert_eq!(play(start, &pieces), whole);
    assert!(whole.1.len() < 64, "a handshake answers with less");
});

/// The bytes that were used and what is sent to the server, or why the handshake failed.
fn play<'a>(start: u8, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Result<usize, ServerError>, Vec<u8>) {
    let mut handshake = match start & 3 {
        0 => ServerHandshake::new(None),
        1 => ServerHandshake::new(Some(Password::from("rosebud"))),
        _ => ServerHandshake::asking(None),
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
            let Some(challenge) = handshake.challenge() else {
                break;
            };
            handshake.answer(challenge, &mut output);
        }
    }
    let _ = handshake.cut_short().to_string();
    (Ok(used), output)
}
