//! A screen made small: what a server sends after ServerInit, at any chunking, and when it means harm.

use porthole_rfb::{PictureReader, UpdateError};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{cut, sizes};

const MOST: (u16, u16) = (256, 160);

const RED: [u8; 2] = [0x00, 0xf8];
const GREEN: [u8; 2] = [0xe0, 0x07];

fn update(rectangles: &[Vec<u8>]) -> Vec<u8> {
    let count = u16::try_from(rectangles.len()).unwrap().to_be_bytes();
    [&[0, 0][..], &count, &rectangles.concat()].concat()
}

fn head(x: u16, y: u16, width: u16, height: u16, encoding: i32) -> Vec<u8> {
    let numbers = [x, y, width, height].map(u16::to_be_bytes).concat();
    [&numbers[..], &encoding.to_be_bytes()].concat()
}

fn raw(x: u16, y: u16, width: u16, height: u16, pixels: &[[u8; 2]]) -> Vec<u8> {
    [head(x, y, width, height, 0), pixels.concat()].concat()
}

fn plain(x: u16, y: u16, width: u16, height: u16, colour: [u8; 2]) -> Vec<u8> {
    let count = usize::from(width) * usize::from(height);
    raw(x, y, width, height, &vec![colour; count])
}

fn resize(width: u16, height: u16) -> Vec<u8> {
    head(0, 0, width, height, -223)
}

fn text(length: i32, text: &[u8]) -> Vec<u8> {
    [&[3, 0, 0, 0][..], &length.to_be_bytes(), text].concat()
}

/// A reader whose whole screen was asked for.
fn reader(screen: (u16, u16)) -> PictureReader {
    let mut reader = PictureReader::new(screen, MOST).unwrap();
    assert_eq!(reader.request()[1], 0, "of the whole screen");
    reader
}

fn rgb(reader: &PictureReader) -> Vec<u8> {
    reader.picture().unwrap().rgb()
}

#[test]
fn it_asks_for_raw_pixels_and_nothing_else() {
    let mut reader = PictureReader::new((1920, 1080), MOST).unwrap();
    let begins: Vec<u8> = [
        &[0, 0, 0, 0, 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0][..],
        &[2, 0, 0, 2, 0, 0, 0, 0, 255, 255, 255, 33],
    ]
    .concat();
    assert_eq!(PictureReader::BEGINNING[..], begins);
    assert!(reader.picture().is_none());
    assert_eq!(reader.request(), [3, 0, 0, 0, 0, 0, 7, 128, 4, 56]);
    assert_eq!(reader.request(), [3, 1, 0, 0, 0, 0, 7, 128, 4, 56]);
}

#[test]
fn a_part_that_changes_is_painted_over_the_rest() {
    let mut reader = reader((300, 300));
    assert_eq!(reader.read(&update(&[plain(0, 0, 300, 300, RED)])), Ok(true));
    let (width, height) = reader.picture().unwrap().size();
    assert_eq!((width, height), (160, 160));
    assert_eq!(rgb(&reader), [255, 0, 0].repeat(width * height));
    let half = update(&[plain(0, 150, 300, 100, GREEN), plain(0, 250, 300, 50, GREEN)]);
    assert_eq!(reader.read(&half), Ok(true));
    let halves = [[255, 0, 0].repeat(160 * 80), [0, 255, 0].repeat(160 * 80)].concat();
    assert_eq!(rgb(&reader), halves);
}

#[test]
fn other_messages_are_passed_over() {
    let mut reader = reader((2, 1));
    let others = [
        vec![2],
        [&[1, 0, 0, 5, 0, 2][..], &[9; 12]].concat(),
        text(3, b"abc"),
        text(-4, &[8, 0, 0, 1]),
        text(0, b""),
    ];
    assert_eq!(reader.read(&others.concat()), Ok(false));
    assert!(reader.is_between_messages());
    assert_eq!(reader.read(&update(&[])), Ok(true));
    assert_eq!(reader.read(&update(&[plain(0, 0, 2, 1, RED)])[..17]), Ok(false));
    assert!(!reader.is_between_messages());
    assert_eq!(reader.read(&[0xf8, 0x00, 0xf8]), Ok(true));
    assert_eq!(rgb(&reader), [255, 0, 0, 255, 0, 0]);
}

#[test]
fn a_screen_of_another_size_is_asked_for_as_a_whole() {
    let mut reader = reader((2, 1));
    assert_eq!(reader.read(&update(&[plain(0, 0, 2, 1, RED)])), Ok(true));
    assert_eq!(reader.read(&update(&[resize(1, 3)])), Ok(true));
    assert!(reader.picture().is_none(), "nothing is known of it");
    assert_eq!(reader.request(), [3, 0, 0, 0, 0, 0, 0, 1, 0, 3]);
    assert_eq!(reader.read(&update(&[plain(0, 0, 1, 3, GREEN)])), Ok(true));
    assert_eq!(rgb(&reader), [0, 255, 0].repeat(3));
}

#[test]
fn what_was_not_asked_for_is_refused_for_good() {
    let large = UpdateError::TooLarge {
        width: 16385,
        height: 1,
    };
    assert_eq!(PictureReader::new((16385, 1), MOST).unwrap_err(), large);
    assert!(PictureReader::new((16384, 16384), MOST).is_ok());
    for (sent, error) in [
        (update(&[resize(16385, 1)]), large),
        (vec![4], UpdateError::UnknownMessage(4)),
        (vec![150], UpdateError::UnknownMessage(150)),
        (vec![248, 0, 0, 0], UpdateError::UnknownMessage(248)),
        (update(&[head(0, 0, 1, 1, 1)]), UpdateError::UnknownEncoding(1)),
        (
            update(&[head(0, 0, 0, 0, -224)]),
            UpdateError::UnknownEncoding(-224),
        ),
        (update(&[head(1, 0, 10, 1, 0)]), UpdateError::Outside),
        (update(&[head(0, 0, 1, 11, 0)]), UpdateError::Outside),
        (
            update(&[head(65535, 65535, 65535, 65535, 0)]),
            UpdateError::Outside,
        ),
    ] {
        let mut reader = reader((10, 10));
        assert_eq!(reader.read(&sent), Err(error), "{sent:?}");
        assert_eq!(reader.read(&update(&[])), Err(error));
    }
}

/// A message that is in order for a screen of 40 × 30.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let area = (0..40u16, 0..30u16).prop_flat_map(|(x, y)| (Just((x, y)), 0..=40 - x, 0..=30 - y));
    let pixels = area.prop_flat_map(|((x, y), width, height)| {
        let count = usize::from(width) * usize::from(height);
        vec(any::<[u8; 2]>(), count).prop_map(move |pixels| raw(x, y, width, height, &pixels))
    });
    prop_oneof![
        4 => vec(pixels, 0..4).prop_map(|rectangles| update(&rectangles)),
        1 => Just(vec![2]),
        1 => vec(any::<u8>(), 0..50).prop_map(|words| text(i32::try_from(words.len()).unwrap(), &words)),
        1 => (0..4u16).prop_map(|count| {
            [&[1, 0, 0, 0][..], &count.to_be_bytes(), &vec![7; 6 * usize::from(count)]].concat()
        }),
    ]
}

/// Messages in order, damaged ones, and noise.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let damaged = (message(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut bytes, at, byte)| {
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes
    });
    vec(
        prop_oneof![4 => message(), 2 => damaged, 1 => Just(update(&[resize(7, 9)])), 1 => vec(any::<u8>(), 0..30)],
        0..12,
    )
    .prop_map(|parts| parts.concat())
}

/// What comes of a stream in these pieces: how often an update ended in a piece, and the picture or the error.
fn outcome<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (usize, Result<Option<Vec<u8>>, UpdateError>) {
    let mut reader = reader((40, 30));
    let mut ended = 0;
    for piece in pieces {
        match reader.read(piece) {
            Ok(end) => ended += usize::from(end),
            Err(error) => return (ended, Err(error)),
        }
    }
    (ended, Ok(reader.picture().map(|picture| picture.rgb())))
}

proptest! {
    #[test]
    fn a_stream_makes_the_same_picture_however_it_is_cut(stream in hostile(), sizes in sizes()) {
        let (_, whole) = outcome([&stream[..]]);
        prop_assert_eq!(&outcome(cut(&stream, &sizes)).1, &whole);
        prop_assert_eq!(&outcome(stream.chunks(1)).1, &whole);
    }

    #[test]
    fn every_update_is_seen_to_end(messages in vec(message(), 0..6)) {
        let updates = messages.iter().filter(|message| message[0] == 0).count();
        let stream = messages.concat();
        prop_assert_eq!(outcome(stream.chunks(1)).0, updates);
        prop_assert_eq!(outcome(messages.iter().map(Vec::as_slice)).0, updates);
    }

    #[test]
    fn painting_parts_makes_the_picture_of_the_whole(
        colours in vec(any::<[u8; 2]>(), 300 * 20),
        rows in vec(1..8u16, 1..10),
        columns in vec(1..200u16, 1..4),
    ) {
        let screen = (300, 20);
        let mut whole = PictureReader::new(screen, (32, 16)).unwrap();
        whole.request();
        whole.read(&update(&[raw(0, 0, 300, 20, &colours)])).unwrap();
        let mut parts = PictureReader::new(screen, (32, 16)).unwrap();
        parts.request();
        for (y, height) in shares(20, &rows) {
            for (x, width) in shares(300, &columns) {
                let pixels: Vec<_> = (y..y + height)
                    .flat_map(|y| (x..x + width).map(move |x| usize::from(y) * 300 + usize::from(x)))
                    .map(|at| colours[at])
                    .collect();
                parts.read(&update(&[raw(x, y, width, height, &pixels)])).unwrap();
            }
        }
        prop_assert_eq!(rgb(&parts), rgb(&whole));
    }
}

/// Cuts a side into parts of these lengths; the last takes what is left.
fn shares(side: u16, lengths: &[u16]) -> Vec<(u16, u16)> {
    let mut from = 0;
    let mut shares = Vec::new();
    for length in lengths {
        let length = (*length).min(side - from);
        shares.push((from, length));
        from += length;
    }
    shares.push((from, side - from));
    shares
}
