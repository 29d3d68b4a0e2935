//! What a visitor sends as `X-Forwarded-For` and `Forwarded`, before a trusted proxy appends the truth.

#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use porthole_gateway::fuzzing::read_forwarded;

fuzz_target!(|sent: &[u8]| {
    let (visitor, proxy) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([127, 0, 0, 1]));
    for named in read_forwarded(sent).into_iter().flatten() {
        assert!(
            named == visitor || named == proxy,
            "{named} is the visitor's own word"
        );
    }
});
