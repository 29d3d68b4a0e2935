//! How a server is kept from telling a view-only viewer what is on its clipboard.

use crate::common::{cut, set_encodings, sizes};
use porthole_rfb::{
    ClientReader, Learnt,
    Rights::{self, Control, View},
    ServerClipboard,
};
use proptest::prelude::*;

const EXTENDED: i32 = 0xc0a1_e5ce_u32.cast_signed();
/// What Xtigervnc 1.12 says of its extended clipboard: text of any length, and all that can be done with it.
const CAPS: [u8; 16] = [3, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8, 0x1f, 0, 0, 1, 0, 0, 0, 0];
/// Takes only notice (caps and notify), and no format.
const WALL: [u8; 12] = [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0x09, 0, 0, 0];
const BELL: [u8; 1] = [2];
/// The start of a FramebufferUpdate: from here on there are pixels.
const UPDATE: [u8; 4] = [0, 0, 0, 1];

fn text(length: i32, content: &[u8]) -> Vec<u8> {
    [&[3, 0, 0, 0], &length.to_be_bytes()[..], content].concat()
}

/// A text in the extended way: *provide*, and something compressed.
fn provided() -> Vec<u8> {
    text(-9, &[0x10, 0, 0, 1, b'z', b'l', b'i', b'b', 3])
}

/// What the viewer and the server get to hear of `said`, and whether all was said.
fn conversation(rights: Rights, pieces: &[&[u8]]) -> (Vec<u8>, Vec<u8>, bool, ServerClipboard) {
    let mut clipboard = ServerClipboard::new(rights);
    let (mut unread, mut viewer, mut server) = (Vec::new(), Vec::new(), Vec::new());
    let mut done = false;
    for piece in pieces {
        unread.extend_from_slice(piece);
        done = done || clipboard.advance(&mut unread, &mut viewer, &mut server);
    }
    if done {
        viewer.append(&mut unread);
    }
    (viewer, server, done, clipboard)
}

#[test]
fn with_control_a_server_is_only_asked() {
    let said = [&BELL[..], &text(4, b"text"), &provided(), &CAPS, &UPDATE].concat();
    let (viewer, server, done, clipboard) = conversation(Control, &[&said]);
    assert!(done && clipboard.is_extended());
    assert_eq!(
        viewer,
        [&BELL[..], &text(4, b"text"), &provided(), &UPDATE].concat()
    );
    assert_eq!(server, b"");
}

#[test]
fn for_a_viewer_the_wall_stands_once_the_server_has_answered_behind_it() {
    let before = [&text(4, b"text")[..], &BELL, &CAPS].concat();
    let (viewer, server, done, clipboard) = conversation(View, &[&before]);
    assert_eq!(
        (viewer, done, clipboard.is_extended()),
        (BELL.to_vec(), false, true)
    );
    assert_eq!(server, [&WALL[..], &ServerClipboard::QUESTION].concat());

    // What was said before the server read that is not for the viewer either.
    let (viewer, _, done, _) = conversation(View, &[&before, &provided(), &text(0, b""), &CAPS, &UPDATE]);
    assert_eq!((viewer, done), ([&BELL[..], &UPDATE].concat(), true));
}

#[test]
fn a_server_that_begins_with_pixels_does_not_know_it() {
    for rights in [Control, View] {
        let (viewer, server, done, clipboard) = conversation(rights, &[&BELL, &UPDATE, &CAPS]);
        assert_eq!(viewer, [&BELL[..], &UPDATE, &CAPS].concat());
        assert!(done && server.is_empty() && !clipboard.is_extended());
    }
}

#[test]
fn a_text_that_is_still_to_come_is_waited_for() {
    let long = text(1 << 30, &[7; 1000]);
    let (viewer, _, done, clipboard) = conversation(View, &[&long]);
    assert!(viewer.is_empty() && !done && !clipboard.may_stop());
    // Half a head commits to nothing.
    let (.., clipboard) = conversation(View, &[&BELL, &long[..7]]);
    assert!(clipboard.may_stop());
    // With control it passes, whoever passes it.
    let (viewer, .., clipboard) = conversation(Control, &[&long]);
    assert!(viewer == long && clipboard.may_stop());
}

#[test]
fn lengths_that_no_server_means_are_no_end_of_the_world() {
    for length in [i32::MIN, i32::MIN + 1, -1, -3, -4, 0, i32::MAX] {
        for flags in [[0; 4], [0xff; 4]] {
            conversation(View, &[&text(length, &flags), &UPDATE]);
        }
    }
}

#[test]
fn the_wall_is_kept_up_and_taken_down_with_the_rights() {
    let mut reader = ClientReader::new(View).with_extended_clipboard(true);
    let mut upstream = Vec::new();
    let mut read = |said: &[u8]| {
        upstream.clear();
        reader.read(said, &mut upstream).unwrap();
        upstream.clone()
    };
    // The viewer's own is no better than any other encoding that is taken out.
    for list in [&[0, EXTENDED][..], &[0]] {
        let passed = [&set_encodings(&[0, EXTENDED])[..], &WALL].concat();
        assert_eq!(read(&set_encodings(list)), passed);
    }
    assert_eq!(
        read(&[6, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8, 0x1f, 0, 0, 1, 0, 0, 0, 0]),
        b""
    );
    assert_eq!(read(&set_encodings(&[7, EXTENDED])).len(), 12 + 12);
    let mut told = Vec::new();
    reader.set_rights(Control, &mut told);
    // The server answers that, and the viewer tells it anew what it can take.
    assert_eq!(told, set_encodings(&[7, EXTENDED]));
    told.clear();
    reader.set_rights(View, &mut told);
    assert_eq!(told, [&set_encodings(&[7, EXTENDED])[..], &WALL].concat());

    // A viewer that has named no encodings yet.
    let mut reader = ClientReader::new(Control).with_extended_clipboard(true);
    let mut told = Vec::new();
    reader.set_rights(View, &mut told);
    assert_eq!(told, [&ServerClipboard::QUESTION[..], &WALL].concat());
}

#[test]
fn an_answer_that_comes_late_makes_the_list_and_the_wall_follow() {
    for (rights, told) in [
        (Control, set_encodings(&[0, EXTENDED])),
        (View, [&set_encodings(&[0, EXTENDED])[..], &WALL].concat()),
    ] {
        let mut reader = ClientReader::new(rights);
        let mut upstream = Vec::new();
        reader
            .read(&set_encodings(&[0, EXTENDED]), &mut upstream)
            .unwrap();
        assert_eq!(upstream, set_encodings(&[0]));
        upstream.clear();
        reader.learn_extended_clipboard(&mut upstream);
        assert_eq!(upstream, told);
        upstream.clear();
        reader.learn_extended_clipboard(&mut upstream);
        assert!(upstream.is_empty(), "told twice");
    }
}

/// What is learnt of what passes, after `settled` was said while an answer was waited for.
fn learnt(settled: &[u8], pieces: &[&[u8]]) -> Option<Learnt> {
    let mut clipboard = ServerClipboard::new(Control);
    let mut unread = settled.to_vec();
    clipboard.advance(&mut unread, &mut Vec::new(), &mut Vec::new());
    let mut late = match clipboard.look_out(&unread) {
        Ok(late) => late,
        Err(learnt) => return Some(learnt),
    };
    pieces.iter().find_map(|piece| late.read(piece))
}

proptest! {
    #[test]
    fn a_late_answer_is_found_at_any_chunking_and_only_before_the_pixels(
        messages in prop::collection::vec(prop_oneof![
            Just(text(4, b"text")), Just(text(0, b"")), Just(text(1, b"\x03")), Just(text(300, &CAPS.repeat(20)[..300])),
            Just(provided()), Just(BELL.to_vec()), Just(text(-4, &[8, 0, 0, 0])), Just(text(-1, b"x")),
        ], 0..20),
        at in any::<prop::sample::Index>(),
        sizes in sizes(),
    ) {
        let before = messages.concat();
        let at = at.index(before.len() + 1);
        for (end, expected) in [
            (&CAPS[..], Some(Learnt::Extended)),
            (&UPDATE, Some(Learnt::NoMore)),
            (&[&UPDATE[..], &CAPS].concat(), Some(Learnt::NoMore)),
            (&CAPS[..11], None),
            (b"", None),
        ] {
            let rest = [&before[at..], end].concat();
            prop_assert_eq!(learnt(&before[..at], &cut(&rest, &sizes)), expected);
            prop_assert_eq!(learnt(&[&before[..], end].concat(), &[]), expected);
        }
    }

    #[test]
    fn at_any_chunking_no_text_passes_the_wall(
        messages in prop::collection::vec(prop_oneof![
            Just(text(4, b"text")), Just(provided()), Just(BELL.to_vec()), Just(text(-4, &[8, 0, 0, 0])),
        ], 0..20),
        sizes in sizes(),
    ) {
        let half = messages.len() / 2;
        let said = [&messages[..half].concat()[..], &CAPS, &messages[half..].concat(), &CAPS, &UPDATE].concat();
        let bells = messages.iter().filter(|message| message.len() == 1).count();
        let (viewer, server, done, _) = conversation(View, &cut(&said, &sizes));
        prop_assert!(done);
        prop_assert_eq!(viewer, [&vec![2; bells][..], &UPDATE].concat());
        prop_assert_eq!(server, [&WALL[..], &ServerClipboard::QUESTION].concat());
    }
}
