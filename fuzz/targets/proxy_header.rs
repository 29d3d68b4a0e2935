//! The beginning of a connection that a trusted proxy passes on.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_gateway::fuzzing::read_proxy_header;

fuzz_target!(|bytes: &[u8]| {
    if let Some(len) = read_proxy_header(bytes) {
        assert!(len <= bytes.len(), "a header is no longer than what came");
    }
});
