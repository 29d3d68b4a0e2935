//! The screen of a VNC server made small: at any chunking the picture is the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_fuzz::Pieces;
use porthole_rfb::{PictureReader, UpdateError};

const LARGEST: (u16, u16) = (64, 40);

fuzz_target!(|script: &[u8]| {
    let Some((size, script)) = script.split_first_chunk::<4>() else {
        return;
    };
    let [a, b, c, d] = *size;
    let screen = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    let pieces = Pieces::new(script);
    assert_eq!(read(screen, &pieces), read(screen, [pieces.whole()]));
});

type Read = (Result<(), UpdateError>, Option<Vec<u8>>);

fn read<'a>(screen: (u16, u16), pieces: impl IntoIterator<Item = &'a [u8]>) -> Read {
    let mut reader = match PictureReader::new(screen, LARGEST) {
        Ok(reader) => reader,
        Err(error) => return (Err(error), None),
    };
    reader.request();
    let mut read = Ok(());
    for piece in pieces {
        read = reader.read(piece).map(drop);
        if read.is_err() {
            break;
        }
    }
    let pixels = reader.picture().map(|picture| {
        let (width, height) = picture.size();
        assert!(width <= LARGEST.0.into() && height <= LARGEST.1.into());
        picture.rgb()
    });
    (read, pixels)
}
