//! What several tests need: messages to send, and ways to cut a stream.

use porthole_rfb::{ClientError, ClientReader, Rights};
use proptest::collection::vec;
use proptest::prelude::*;

/// Runs a whole stream through a new reader, in the given pieces.
pub fn read<'a>(
    rights: Rights,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<u8>, Result<(), ClientError>) {
    let mut reader = ClientReader::new(rights);
    let mut upstream = Vec::new();
    for piece in pieces {
        if let Err(error) = reader.read(piece, &mut upstream) {
            return (upstream, Err(error));
        }
    }
    (upstream, Ok(()))
}

/// Cuts `stream` into pieces of the given sizes, taken in turn; a size of 0 gives an empty piece.
pub fn cut<'a>(stream: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut rest = stream;
    let mut pieces = Vec::new();
    for &size in sizes {
        let (piece, later) = rest.split_at(size.min(rest.len()));
        pieces.push(piece);
        rest = later;
    }
    pieces.push(rest);
    pieces
}

pub fn sizes() -> impl Strategy<Value = Vec<usize>> {
    vec(prop_oneof![3 => 0..4usize, 1 => 0..200usize], 0..300)
}

pub fn set_encodings(list: &[i32]) -> Vec<u8> {
    let mut message = vec![2, 0];
    message.extend(u16::try_from(list.len()).unwrap().to_be_bytes());
    message.extend(list.iter().flat_map(|encoding| encoding.to_be_bytes()));
    message
}

pub fn cut_text(length: i32, text: &[u8]) -> Vec<u8> {
    [&[6, 0, 0, 0], &length.to_be_bytes()[..], text].concat()
}

/// A message with a random rest behind its fixed first bytes.
fn filled(start: &'static [u8], length: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), length - start.len()).prop_map(move |rest| [start, &rest].concat())
}

/// A well-formed message that neither right makes an error.
pub fn message() -> impl Strategy<Value = Vec<u8>> {
    let encoding = prop_oneof![
        Just(-316),
        Just(-305),
        Just(-258),
        Just(-308),
        -800..60i32,
        any::<i32>()
    ];
    prop_oneof![
        (filled(&[0], 20), prop_oneof![Just(8), Just(16), Just(32)]).prop_map(|(mut message, bits)| {
            message[4] = bits;
            message
        }),
        vec(encoding, 0..40).prop_map(|list| set_encodings(&list)),
        filled(&[3], 10),
        filled(&[4], 8),
        filled(&[5], 6),
        (any::<bool>(), vec(any::<u8>(), 0..300)).prop_map(|(extended, text)| {
            let length = i32::try_from(text.len()).unwrap();
            cut_text(if extended { -length } else { length }, &text)
        }),
        filled(&[150], 10),
        (filled(&[248], 8), vec(any::<u8>(), 0..=64)).prop_map(|(head, payload)| [
            &head[..],
            &[u8::try_from(payload.len()).unwrap()],
            &payload
        ]
        .concat()),
        filled(&[250], 4),
        (filled(&[251], 6), 0..5u8, any::<u8>()).prop_map(|(head, screens, padding)| {
            let screens_length = 16 * usize::from(screens);
            [&head[..], &[screens, padding], &vec![screens; screens_length]].concat()
        }),
        filled(&[255, 0], 12),
    ]
}

/// Streams that go wrong in all sorts of places: good messages, damaged ones, noise with a known first byte.
pub fn hostile_stream() -> impl Strategy<Value = Vec<u8>> {
    let damaged =
        (message(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut message, at, byte)| {
            let at = at.index(message.len());
            message[at] = byte;
            message
        });
    let known = prop::sample::select(vec![0, 2, 3, 4, 5, 6, 150, 248, 250, 251, 253, 255]);
    let noise = (known, vec(any::<u8>(), 0..80))
        .prop_map(|(first, rest): (u8, Vec<u8>)| [&[first], &rest[..]].concat());
    vec(prop_oneof![6 => message(), 2 => damaged, 1 => noise], 0..30).prop_map(|parts| parts.concat())
}
