//! What a visitor sends as `X-Forwarded-For` and `Forwarded`, before a trusted proxy appends the truth.

#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use porthole_gateway::fuzzing::read_forwarded;

fuzz_target!(|sent: &[u8]| {
    let v6 = [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1];
    let (visitor, proxy) = ([192, 0, 2, 1].into(), [127, 0, 0, 1].into());
    let believed: [IpAddr; 3] = [visitor, v6.into(), proxy];
    let named = read_forwarded(sent);
    if let Some([x, ..]) = named {
        assert_eq!(x, visitor, "nothing hides what is appended to X-Forwarded-For");
    }
    for named in named.into_iter().flatten() {
        assert!(believed.contains(&named), "{named} is the visitor's own word");
    }
});
