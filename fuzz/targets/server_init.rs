//! A VNC server's description of its screen: at any chunking it comes to the same, and its name is fit to be shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_fuzz::Pieces;
use porthole_rfb::{ServerError, ServerInit, ServerInitInfo};

fuzz_target!(|script: &[u8]| {
    let pieces = Pieces::new(script);
    let read = read(&pieces);
    if let Ok(Some((_, info))) = &read {
        assert!(!info.name.chars().any(char::is_control), "{:?}", info.name);
    }
    assert_eq!(read, self::read([pieces.whole()]));
});

fn read<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Option<(usize, ServerInitInfo)>, ServerError> {
    let (mut reader, mut before) = (ServerInit::new(), 0);
    for piece in pieces {
        if let Some((used, info)) = reader.advance(piece)? {
            return Ok(Some((before + used, info)));
        }
        before += piece.len();
    }
    let _ = reader.cut_short().to_string();
    Ok(None)
}
