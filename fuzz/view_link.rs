//! A session whose script the fuzzer writes: `cargo fuzz run view_link --sanitizer none` does without a nightly compiler.
//! There is no `unsafe` in this house for a sanitizer to watch; what it looks for is a message that must not come through.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../crates/rfb/tests/harness/mod.rs"]
#[allow(dead_code, reason = "here the fuzzer makes the traffic")]
mod harness;

fuzz_target!(|script: &[u8]| {
    if let Err(heard) = harness::session::play(script) {
        panic!("{heard}");
    }
});
