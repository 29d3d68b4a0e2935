//! A websockify token file.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use porthole_gateway::sources::parse;

fuzz_target!(|content: &[u8]| {
    let (lines, faults) = parse(Path::new("tokens"), content);
    let count = content.split(|byte| *byte == b'\n').count();
    assert!(lines.len() <= count);
    assert!(
        !faults.to_string().contains("tokens:0"),
        "lines are counted from 1"
    );
    // A line that is good is good by itself.
    for line in content.split(|byte| *byte == b'\n').take(64) {
        let (alone, _) = parse(Path::new("tokens"), line);
        assert!(alone.iter().all(|alone| lines.contains(alone)));
    }
});
