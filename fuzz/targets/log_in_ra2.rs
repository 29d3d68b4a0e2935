//! Likewise for RA2 and its kin: behind the seeds' random numbers, which are ours each time, records open.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_fuzz::{Pieces, log_ins::play};

fuzz_target!(|script: &[u8]| {
    let Some((&start, script)) = script.split_first() else {
        return;
    };
    let pieces = Pieces::new(script);
    let whole = play(start, [pieces.whole()], true);
    assert_eq!(play(start, &pieces, true), whole);
});
