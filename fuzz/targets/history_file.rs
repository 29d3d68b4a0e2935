//! The file of who came and went.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_core::fuzzing::read_history_file;

fuzz_target!(|bytes: &[u8]| {
    assert!(read_history_file(bytes) <= bytes.len(), "nothing is made up");
});
