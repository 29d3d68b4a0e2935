//! A viewer's WebSocket frames: at any chunking they carry the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_fuzz::Pieces;
use porthole_gateway::fuzzing::read_frames;

fuzz_target!(|script: &[u8]| {
    let pieces = Pieces::new(script);
    assert_eq!(read_frames(&pieces), read_frames([pieces.whole()]));
});
