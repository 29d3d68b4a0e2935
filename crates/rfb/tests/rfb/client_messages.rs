//! Every client message, with both rights, at every chunking.

use std::{sync::Arc, time::Duration};

use crate::common::{cut, cut_text, hostile_stream, message, read, set_encodings, sizes};
use porthole_rfb::Rights::{Control, View};
use porthole_rfb::{ClientError, ClientReader, Rights, SharedUpdateBudget, Unit};
use proptest::prelude::*;

/// A key press: what follows a message in these tests, to see that the reader is in step.
const KEY: [u8; 8] = [4, 1, 0, 0, 0, 0, 0xff, 0x0d];
const KEY_UP: [u8; 8] = [4, 0, 0, 0, 0, 0, 0xff, 0x0d];
/// A request for changes, which either right lets through as it is.
const REQUEST: [u8; 10] = [3, 1, 0, 0, 0, 0, 4, 0, 3, 0];

fn filled(start: &[u8], length: usize) -> Vec<u8> {
    let mut message = start.to_vec();
    message.resize(length, 0xa5);
    message
}

fn fence(flags: u8, payload: u8) -> Vec<u8> {
    [
        vec![248, 0, 0, 0, flags, 0, 0, 1, payload],
        vec![0xa5; payload.into()],
    ]
    .concat()
}

/// Name, message, whether view-only forwards it.
fn table() -> Vec<(&'static str, Vec<u8>, bool)> {
    vec![
        ("SetPixelFormat of 8 bits", filled(&[0, 0, 0, 0, 8], 20), true),
        ("SetPixelFormat of 16 bits", filled(&[0, 0, 0, 0, 16], 20), true),
        ("SetPixelFormat of 32 bits", filled(&[0, 0, 0, 0, 32], 20), true),
        ("SetEncodings, empty", set_encodings(&[]), true),
        ("SetEncodings", set_encodings(&[7, 0, -239]), true),
        ("SetEncodings of 256", set_encodings(&[5; 256]), true),
        ("FramebufferUpdateRequest", filled(&[3, 0], 10), true),
        ("FramebufferUpdateRequest, incremental", filled(&[3, 1], 10), true),
        ("KeyEvent", filled(&[4], 8), false),
        ("PointerEvent", filled(&[5], 6), false),
        ("PointerEvent with an eighth button", filled(&[5, 0x80], 6), false),
        ("ClientCutText, empty", cut_text(0, b""), false),
        ("ClientCutText", cut_text(5, b"\x04\x01\x00\x00\x05"), false),
        ("ClientCutText of 64 KiB", cut_text(65536, &[4; 65536]), false),
        ("EnableContinuousUpdates", filled(&[150, 1], 10), true),
        ("ClientFence, empty answer", fence(0, 0), true),
        ("ClientFence, longest answer", fence(0, 64), true),
        ("ClientFence, request", fence(0x80, 4), false),
        ("xvp", filled(&[250, 0, 1, 2], 4), false),
        (
            "SetDesktopSize without screens",
            filled(&[251, 0, 4, 0, 3, 0, 0, 0], 8),
            false,
        ),
        ("SetDesktopSize", filled(&[251, 0, 4, 0, 3, 0, 2, 0], 40), false),
        (
            "SetDesktopSize of 255 screens",
            filled(&[251, 0, 4, 0, 3, 0, 255, 0], 8 + 16 * 255),
            false,
        ),
        ("QEMU key", filled(&[255, 0], 12), false),
    ]
}

#[test]
fn every_message_passes_as_it_is_or_not_at_all() {
    for (name, message, view) in table() {
        for (rights, passes) in [(Control, true), (View, view)] {
            // The key before shows a message that starts off the first byte, those behind that it ended right.
            let stream = [&KEY[..], &message, &REQUEST, &KEY, &REQUEST].concat();
            let mut expected = if rights == Control { KEY.to_vec() } else { vec![] };
            expected.extend(if passes { &message[..] } else { &[] });
            expected.extend(REQUEST);
            expected.extend(if rights == Control { &KEY[..] } else { &[] });
            expected.extend(REQUEST);

            assert_eq!(
                read(rights, [&stream[..]]),
                (expected.clone(), Ok(())),
                "{name}, {rights:?}"
            );
            let bytes = read(rights, stream.chunks(1));
            assert_eq!(
                bytes,
                (expected.clone(), Ok(())),
                "{name}, {rights:?}, one byte at a time"
            );
            for at in 0..stream.len().min(120) {
                let pieces = [&stream[..at], &[], &stream[at..]];
                assert_eq!(
                    read(rights, pieces),
                    (expected.clone(), Ok(())),
                    "{name}, {rights:?}, cut at {at}"
                );
            }
        }
    }
}

fn too_long(message: &'static str, unit: Unit, length: u32, limit: u32) -> ClientError {
    ClientError::TooLong {
        message,
        unit,
        length,
        limit,
    }
}

#[test]
fn what_cannot_be_read_ends_any_session() {
    let qemu = |subtype, operation| ClientError::UnknownQemuMessage { subtype, operation };
    let limit = 16 << 20;
    let mut cases = vec![
        (
            vec![253, 0x81, 0, 4, 1, 2, 3, 4],
            ClientError::NotAllowed { message: "gii" },
        ),
        (vec![255, 1, 0, 3], qemu(1, 3)),
        (vec![255, 2], qemu(2, 0)),
        (
            set_encodings(&[0; 1025]),
            too_long("SetEncodings", Unit::Encodings, 1025, 1024),
        ),
        (fence(0, 65), too_long("ClientFence", Unit::Bytes, 65, 64)),
        (
            cut_text((16 << 20) + 1, b""),
            too_long("ClientCutText", Unit::Bytes, limit + 1, limit),
        ),
        (
            cut_text(-(16 << 20) - 1, b""),
            too_long("ClientCutText", Unit::Bytes, limit + 1, limit),
        ),
        (
            cut_text(i32::MAX, b""),
            too_long("ClientCutText", Unit::Bytes, i32::MAX.unsigned_abs(), limit),
        ),
        (
            cut_text(i32::MIN, b""),
            too_long("ClientCutText", Unit::Bytes, 1 << 31, limit),
        ),
    ];
    let known = [0, 2, 3, 4, 5, 6, 150, 248, 250, 251, 253, 255];
    let unknown = (0..=255).filter(|number| !known.contains(number));
    cases.extend(unknown.map(|number| (vec![number], ClientError::UnknownMessage { number })));

    for (message, error) in cases {
        refuses(Control, &message, error);
        refuses(View, &message, error);
    }
}

#[test]
fn what_no_honest_view_only_viewer_sends_ends_its_session_only() {
    let audio = ClientError::NotAllowed {
        message: "QEMU audio",
    };
    let cases = [
        (vec![255, 1, 0, 0], audio),
        (vec![255, 1, 0, 1], audio),
        (vec![255, 1, 0, 2, 0, 2, 0, 0, 0xac, 0x44], audio),
        (
            filled(&[0, 0, 0, 0, 24], 20),
            ClientError::PixelFormat { bits: 24 },
        ),
        (
            set_encodings(&[0; 257]),
            too_long("SetEncodings", Unit::Encodings, 257, 256),
        ),
        (
            cut_text(65537, &[0; 65537]),
            too_long("ClientCutText", Unit::Bytes, 65537, 65536),
        ),
    ];
    for (message, error) in cases {
        let stream = [&message, &KEY[..]].concat();
        assert_eq!(read(Control, [&stream[..]]), (stream.clone(), Ok(())));
        assert_eq!(read(Control, stream.chunks(1)), (stream.clone(), Ok(())));
        refuses(View, &message, error);
    }
}

fn refuses(rights: Rights, message: &[u8], error: ClientError) {
    let stream = [&REQUEST, message].concat();
    let expected = (REQUEST.to_vec(), Err(error));
    assert_eq!(read(rights, [&stream[..]]), expected, "{rights:?}");
    assert_eq!(
        read(rights, stream.chunks(1)),
        expected,
        "{rights:?}, one byte at a time"
    );
}

#[test]
fn after_an_error_nothing_passes() {
    let mut reader = ClientReader::new(Control);
    let mut upstream = Vec::new();
    let error = reader.read(&[99], &mut upstream);
    assert_eq!(error, Err(ClientError::UnknownMessage { number: 99 }));
    assert_eq!(reader.read(&KEY, &mut upstream), error);
    assert_eq!(reader.read(&[], &mut upstream), error);
    assert_eq!(upstream, []);
}

#[test]
fn encodings_are_taken_out_and_counted_again() {
    let view = [
        0,
        1,
        2,
        5,
        6,
        7,
        16,
        21,
        50,
        -260,
        -32,
        -23,
        -256,
        -247,
        -512,
        -412,
        -768,
        -763,
        -308,
        -312,
        -313,
        -223,
        -224,
        -239,
        -261,
        -307,
        0x574d_5664,
    ];
    let clipboard = i32::from_be_bytes([0xc0, 0xa1, 0xe5, 0xce]);
    let control_only = [
        -258, -309, -259, -257, 8, 15, 17, -22, -33, -246, -411, -513, -240, 4711,
    ];
    // The last as long as the server has not said that it knows it.
    let never = [-316, -305, clipboard];
    let all = [&never[..], &view, &control_only, &never].concat();

    let control = [&view[..], &control_only].concat();
    assert_eq!(
        read(Control, [&set_encodings(&all)[..]]).0,
        set_encodings(&control)
    );
    assert_eq!(read(View, [&set_encodings(&all)[..]]).0, set_encodings(&view));
    assert_eq!(read(View, [&set_encodings(&never)[..]]).0, set_encodings(&[]));
}

#[test]
fn full_updates_beyond_the_budget_become_requests_for_changes() {
    const FULL: [u8; 10] = [3, 0, 0, 1, 0, 2, 4, 0, 3, 0];
    const CHANGES: [u8; 10] = [3, 1, 0, 1, 0, 2, 4, 0, 3, 0];
    let mut reader = ClientReader::new(View);
    let send = |reader: &mut ClientReader, times: usize| {
        let mut upstream = Vec::new();
        reader.read(&FULL.repeat(times), &mut upstream).unwrap();
        upstream
    };
    assert_eq!(
        send(&mut reader, 12),
        [FULL.repeat(10), CHANGES.repeat(2)].concat()
    );
    reader.elapse(Duration::from_millis(999));
    assert_eq!(send(&mut reader, 1), CHANGES);
    reader.elapse(Duration::from_millis(1));
    assert_eq!(send(&mut reader, 2), [FULL, CHANGES].concat());
    reader.elapse(Duration::MAX);
    assert_eq!(
        send(&mut reader, 11),
        [FULL.repeat(10), CHANGES.to_vec()].concat()
    );
    reader.set_rights(Control, &mut Vec::new());
    assert_eq!(send(&mut reader, 100), FULL.repeat(100));
}

#[test]
fn the_first_full_update_costs_the_link_nothing_once() {
    const FULL: [u8; 10] = [3, 0, 0, 1, 0, 2, 4, 0, 3, 0];
    let budget = Arc::new(SharedUpdateBudget::default());
    let full = |reader: &mut ClientReader, times: usize| {
        let mut upstream = Vec::new();
        reader.read(&FULL.repeat(times), &mut upstream).unwrap();
        upstream.chunks(10).filter(|request| request[1] == 0).count()
    };
    let reader = |rights| ClientReader::new(rights).with_shared_budget(Arc::clone(&budget));
    assert_eq!(full(&mut reader(View), 8), 8);
    assert_eq!(full(&mut reader(View), 8), 4);
    assert_eq!(full(&mut reader(View), 8), 1);
    // It had its first with control.
    let mut demoted = reader(Control);
    assert_eq!(full(&mut demoted, 8), 8);
    demoted.set_rights(View, &mut Vec::new());
    assert_eq!(full(&mut demoted, 8), 0);
}

/// Reads the pieces in turn, changing the rights before each.
fn read_with(pieces: &[(Rights, &[u8])]) -> Vec<u8> {
    let mut reader = ClientReader::new(pieces[0].0);
    let mut upstream = Vec::new();
    for &(rights, piece) in pieces {
        reader.set_rights(rights, &mut upstream);
        assert_eq!(reader.rights(), rights);
        reader.read(piece, &mut upstream).unwrap();
    }
    upstream
}

#[test]
fn a_message_passes_if_the_viewer_had_control_from_its_first_byte_to_its_last() {
    let text = cut_text(4, b"\x04\x04\x04\x04");
    let layout = filled(&[251, 0, 4, 0, 3, 0, 2, 0], 40);
    let qemu_key = filled(&[255, 0], 12);
    let pointer = filled(&[5, 0], 6);
    assert_eq!(
        read_with(&[(Control, &KEY), (View, &KEY), (Control, &KEY)]),
        [KEY, KEY_UP, KEY].concat()
    );
    for message in [&KEY[..], &text, &layout, &qemu_key, &pointer, &[250, 0, 1, 2]] {
        let rest = |at: usize| [&message[at..], &REQUEST].concat();
        for at in 1..message.len() {
            let head = &message[..at];
            for (pieces, passes) in [
                (vec![(Control, head), (View, &rest(at)[..])], false),
                (vec![(View, head), (Control, &rest(at))], false),
                (vec![(Control, head), (View, &[]), (Control, &rest(at))], false),
                (
                    vec![(View, head), (Control, &[]), (View, &[]), (Control, &rest(at))],
                    false,
                ),
                (vec![(Control, head), (Control, &rest(at))], true),
            ] {
                let expected = [if passes { message } else { &[] }, &REQUEST].concat();
                assert_eq!(read_with(&pieces), expected, "{message:?} at {at}: {pieces:?}");
            }
        }
    }
    // What needs no control passes whatever the rights were.
    for at in 1..REQUEST.len() {
        assert_eq!(
            read_with(&[(Control, &REQUEST[..at]), (View, &REQUEST[at..])]),
            REQUEST
        );
        assert_eq!(
            read_with(&[(View, &REQUEST[..at]), (Control, &REQUEST[at..])]),
            REQUEST
        );
    }
}

#[test]
fn a_text_passes_whole_up_to_a_mebibyte_and_a_longer_one_not_at_all() {
    const MIB: usize = 1 << 20;
    for (length, passes) in [(MIB, true), (MIB + 1, false), (16 * MIB, false)] {
        let text = cut_text(i32::try_from(length).unwrap(), &vec![4; length]);
        let mut reader = ClientReader::new(Control);
        let mut upstream = Vec::new();
        for piece in text[..text.len() - 1].chunks(100_000) {
            reader.read(piece, &mut upstream).unwrap();
        }
        assert!(upstream.is_empty(), "a part of {length} bytes passed");
        reader.read(&[&[4], &KEY[..]].concat(), &mut upstream).unwrap();
        let expected = [if passes { &text } else { &[][..] }, &KEY].concat();
        assert!(upstream == expected, "{length}: {} bytes", upstream.len());
    }
}

#[test]
fn the_extended_clipboard_passes_to_servers_that_have_said_they_know_it() {
    let caps = cut_text(-8, b"\x1f\0\0\x01\0\0\0\0");
    let list = set_encodings(&[0, 0xc0a1_e5ce_u32.cast_signed(), 7]);
    let stream = [&list, &caps, &KEY[..]].concat();
    for (known, expected) in [
        (true, stream.clone()),
        (false, [&set_encodings(&[0, 7])[..], &KEY].concat()),
    ] {
        let mut reader = ClientReader::new(Control).with_extended_clipboard(known);
        let mut upstream = Vec::new();
        reader.read(&stream, &mut upstream).unwrap();
        assert_eq!(upstream, expected);
    }
}

#[test]
fn what_was_negotiated_before_the_rights_changed_is_still_read_right() {
    let qemu_key = filled(&[255, 0], 12);
    let xvp = [250, 0, 1, 4];
    let clipboard = cut_text(4, b"\x04\x00\x00\x01");
    let negotiated = [qemu_key, xvp.to_vec(), clipboard, vec![5, 0x80, 0, 1, 0, 1]].concat();
    let list = set_encodings(&[-258, -309, -305, -316]);
    let upstream = read_with(&[
        (Control, &list),
        (View, &negotiated),
        (View, &REQUEST),
        (Control, &negotiated),
        (View, &KEY),
    ]);
    assert_eq!(
        upstream,
        [
            set_encodings(&[-258, -309]),
            set_encodings(&[]),
            REQUEST.to_vec(),
            set_encodings(&[-258, -309]),
            negotiated,
            // The key and the buttons that it held down.
            filled(&[255, 0, 0, 0], 12),
            vec![5, 0, 0, 1, 0, 1],
            set_encodings(&[]),
        ]
        .concat()
    );
}

proptest! {
    #[test]
    fn chunking_makes_no_difference(
        messages in prop::collection::vec(message(), 0..30),
        sizes in sizes(),
        view in any::<bool>(),
    ) {
        let rights = if view { View } else { Control };
        let stream = messages.concat();
        let whole = read(rights, [&stream[..]]);
        prop_assert!(whole.1.is_ok());
        prop_assert_eq!(&read(rights, cut(&stream, &sizes)), &whole);
        prop_assert_eq!(&read(rights, stream.chunks(1)), &whole);
    }

    #[test]
    fn chunking_makes_no_difference_to_hostile_streams(
        stream in hostile_stream(),
        sizes in sizes(),
        view in any::<bool>(),
    ) {
        let rights = if view { View } else { Control };
        let whole = read(rights, [&stream[..]]);
        prop_assert!(whole.0.len() <= stream.len());
        prop_assert_eq!(&read(rights, cut(&stream, &sizes)), &whole);
        prop_assert_eq!(&read(rights, stream.chunks(1)), &whole);
    }

    #[test]
    fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..2000), view in any::<bool>()) {
        let (upstream, _) = read(if view { View } else { Control }, [&noise[..]]);
        prop_assert!(upstream.len() <= noise.len());
    }

    /// With full control, a stream differs upstream in its SetEncodings only, and in what the server would misread.
    #[test]
    fn control_changes_nothing_but_encodings(messages in prop::collection::vec(message(), 0..30)) {
        let (upstream, _) = read(Control, [&messages.concat()[..]]);
        let expected: Vec<u8> = messages.iter().flat_map(|message| without_trap(message)).collect();
        prop_assert_eq!(upstream, expected);
    }
}

fn without_trap(message: &[u8]) -> Vec<u8> {
    if message[0] == 6 && message[4] & 0x80 != 0 {
        return Vec::new();
    }
    if message[0] != 2 {
        return message.to_vec();
    }
    let list: Vec<i32> = message[4..]
        .chunks(4)
        .map(|e| i32::from_be_bytes(e.try_into().unwrap()))
        .collect();
    set_encodings(
        &list
            .into_iter()
            .filter(|e| ![-316, -305, 0xc0a1_e5ce_u32.cast_signed()].contains(e))
            .collect::<Vec<_>>(),
    )
}
