//! What a VNC server says in each log-in, and behind it: at any chunking it comes to the same, little of it is held, and
//! nothing of the credentials goes out before the server has had its turn.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_fuzz::{Pieces, log_ins::play};

fuzz_target!(|script: &[u8]| {
    let Some((&start, script)) = script.split_first() else {
        return;
    };
    let pieces = Pieces::new(script);
    // RSA has a target of its own, where it may take its time.
    let whole = play(start, [pieces.whole()], false);
    assert_eq!(play(start, &pieces, false), whole);
});
