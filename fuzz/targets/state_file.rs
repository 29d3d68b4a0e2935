//! A state file and, behind a zero byte, its journal: what a disk or a person has made of them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_core::fuzzing::read_state_file;

fuzz_target!(|bytes: &[u8]| {
    let links = read_state_file(bytes);
    assert!(
        links.is_none_or(|links| links <= bytes.len()),
        "nothing is made up"
    );
});
