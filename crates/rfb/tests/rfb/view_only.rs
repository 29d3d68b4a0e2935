//! A view-only session as the VNC server sees it: whatever the viewer sends, nothing arrives that is more than
//! a wish for pixels. The server's side is read by a parser of its own, which knows nothing of the reader's.

use crate::common::{cut, hostile_stream, message, sizes};
use porthole_rfb::{ClientReader, Rights};
use proptest::prelude::*;

/// Reads what came upstream as a server would; the first thing that a view-only viewer must not say is an error.
fn server_reads(mut bytes: &[u8]) -> Result<usize, String> {
    let mut messages = 0;
    while let Some(first) = bytes.first() {
        let length = match first {
            0 => 20,
            2 => 4 + 4 * usize::from(u16::from_be_bytes([bytes[2], bytes[3]])),
            3 | 150 => 10,
            248 => 9 + usize::from(bytes[8]),
            other => return Err(format!("message {other} came through")),
        };
        let message = bytes
            .get(..length)
            .ok_or(format!("message {first} is not whole"))?;
        server_accepts(message)?;
        bytes = &bytes[length..];
        messages += 1;
    }
    Ok(messages)
}

fn server_accepts(message: &[u8]) -> Result<(), String> {
    const FORBIDDEN: [i32; 7] = [-316, -258, -309, -259, -305, -257, 0xc0a1_e5ce_u32.cast_signed()];
    match message[0] {
        0 if ![8, 16, 32].contains(&message[4]) => Err("a pixel format that does not exist".into()),
        2 => {
            let mut list = message[4..]
                .chunks(4)
                .map(|e| i32::from_be_bytes(e.try_into().unwrap()));
            list.find(|e| FORBIDDEN.contains(e))
                .map_or(Ok(()), |e| Err(format!("encoding {e} came through")))
        }
        248 if message[4] & 0x80 != 0 => Err("a fence request came through".into()),
        248 if message[8] > 64 => Err("a fence of more than 64 bytes came through".into()),
        _ => Ok(()),
    }
}

/// Some numbers without an order, the same in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> usize {
        usize::try_from(self.next() % end).unwrap()
    }
}

/// One message of any kind that does not end a view-only session, the forbidden ones most of all.
fn append_message(noise: &mut Noise, stream: &mut Vec<u8>) {
    let start = stream.len();
    let (first, length): (&[u8], usize) = match noise.below(12) {
        0 => (&[0, 0, 0, 0, 32], 20),
        1 => (&[2, 0, 0, 3, 255, 255, 254, 196, 255, 255, 254, 254], 16),
        2 => (&[3], 10),
        3 | 4 => (&[4, 1], 8),
        5 | 6 => (&[5, 0x80], 6),
        7 => (&[6, 0, 0, 0, 255, 255, 255, 240], 24),
        8 => (&[248, 0, 0, 0, 0x80, 0, 0, 0, 5], 14),
        9 => (&[250, 0, 1, 2], 4),
        10 => (&[251, 0, 4, 0, 3, 0, 1, 0], 24),
        _ => (&[255, 0, 0, 1], 12),
    };
    stream.extend(first);
    // What fills the rest looks like the start of a key or pointer event.
    stream.resize(start + length, 4 + u8::from(noise.next().is_multiple_of(2)));
}

#[test]
fn a_million_messages_and_not_one_event() {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut reader = ClientReader::new(Rights::View);
    let (mut stream, mut upstream) = (Vec::new(), Vec::new());
    let mut passed = 0;
    for _ in 0..1000 {
        stream.clear();
        (0..1000).for_each(|_| append_message(&mut noise, &mut stream));
        let mut rest = &stream[..];
        while !rest.is_empty() {
            let (piece, later) = rest.split_at((1 + noise.below(400)).min(rest.len()));
            reader.read(piece, &mut upstream).unwrap();
            rest = later;
        }
        passed += server_reads(&upstream).unwrap();
        upstream.clear();
    }
    // Three kinds of twelve pass: pixel formats, encodings, requests for updates.
    assert!((245_000..255_000).contains(&passed), "{passed} messages passed");
}

fn read_view_only(stream: &[u8], sizes: &[usize]) -> Vec<u8> {
    crate::common::read(Rights::View, cut(stream, sizes)).0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn honest_streams_arrive_as_wishes_for_pixels(
        messages in prop::collection::vec(message(), 0..30),
        sizes in sizes(),
    ) {
        let expected = messages.iter().filter(|m| matches!(m[0], 0 | 2 | 3 | 150) || m[0] == 248 && m[4] < 0x80);
        let upstream = read_view_only(&messages.concat(), &sizes);
        prop_assert_eq!(server_reads(&upstream), Ok(expected.count()));
    }

    #[test]
    fn hostile_streams_arrive_as_wishes_for_pixels(stream in hostile_stream(), sizes in sizes()) {
        let read = server_reads(&read_view_only(&stream, &sizes));
        prop_assert!(read.is_ok(), "{read:?}");
    }

    /// Full control first, with anything negotiated; then view-only, at the end of any message.
    #[test]
    fn a_demoted_viewer_is_held_to_the_same(
        before in prop::collection::vec(message(), 0..20),
        after in hostile_stream(),
        sizes in sizes(),
    ) {
        let mut reader = ClientReader::new(Rights::Control);
        let mut upstream = Vec::new();
        reader.read(&before.concat(), &mut upstream).unwrap();
        reader.set_rights(Rights::View, &mut upstream);
        upstream.clear();
        for piece in cut(&after, &sizes) {
            if reader.read(piece, &mut upstream).is_err() {
                break;
            }
        }
        let read = server_reads(&upstream);
        prop_assert!(read.is_ok(), "{read:?}");
    }
}
