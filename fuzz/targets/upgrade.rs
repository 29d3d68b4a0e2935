//! The head of a request that asks for a WebSocket, as hyper hands it on.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_gateway::fuzzing::answer_upgrade;

fuzz_target!(|head: &[u8]| {
    if let Some(protocol) = answer_upgrade(head).flatten() {
        assert_eq!(protocol, "binary", "no other subprotocol is echoed");
    }
});
