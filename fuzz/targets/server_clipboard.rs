//! What a VNC server sends between ServerInit and its first pixels, before a view-only viewer and before one with control.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_fuzz::Pieces;
use porthole_rfb::{Rights, ServerClipboard};

fuzz_target!(|script: &[u8]| {
    let Some((&start, script)) = script.split_first() else {
        return;
    };
    let rights = if start & 1 == 0 {
        Rights::View
    } else {
        Rights::Control
    };
    let pieces = Pieces::new(script);
    let mut clipboard = ServerClipboard::new(rights);
    let (mut unread, mut to_viewer, mut to_server) = (Vec::new(), Vec::new(), Vec::new());
    for piece in &pieces {
        unread.extend_from_slice(piece);
        let over = clipboard.advance(&mut unread, &mut to_viewer, &mut to_server);
        assert!(
            to_viewer.len() + unread.len() <= pieces.whole().len(),
            "nothing is made up"
        );
        assert!(to_server.len() <= 64, "the server is asked once");
        if over {
            return;
        }
        assert!(unread.len() < 64, "what has come is dealt with");
    }
});
