//! A session whose script the fuzzer writes.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/rfb/tests/harness/mod.rs"]
#[allow(dead_code, reason = "here the fuzzer makes the traffic")]
mod harness;

fuzz_target!(|script: &[u8]| {
    if let Err(heard) = harness::session::play(script) {
        panic!("{heard}");
    }
});
