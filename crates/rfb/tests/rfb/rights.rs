//! Rights that change: what the server is told, and that nothing stays held down.

use crate::common::{cut_text, set_encodings};
use porthole_rfb::{
    ClientReader,
    Rights::{Control, View},
    ServerClipboard,
};

fn key(down: u8, symbol: u8) -> Vec<u8> {
    vec![4, down, 0, 0, 0, 0, 0, symbol]
}

fn qemu_key(down: u8, symbol: u8, code: u8) -> Vec<u8> {
    vec![255, 0, 0, down, 0, 0, 0, symbol, 0, 0, 0, code]
}

/// What goes upstream when a viewer who said this, in control, loses it.
fn demotion_after(said: &[Vec<u8>]) -> Vec<u8> {
    let mut reader = ClientReader::new(Control);
    reader.read(&said.concat(), &mut Vec::new()).unwrap();
    let mut upstream = Vec::new();
    reader.set_rights(View, &mut upstream);
    let mut again = Vec::new();
    reader.set_rights(Control, &mut again);
    reader.set_rights(View, &mut again);
    assert!(again.iter().all(|byte| *byte != 4), "let go twice");
    upstream
}

#[test]
fn what_is_held_down_is_let_go_and_nothing_else() {
    let pointer = |mask, x| vec![5, mask, 0, x, 0, 7];
    for (said, told) in [
        (vec![], vec![]),
        (
            vec![key(1, b'a'), key(0, b'a'), pointer(1, 3), pointer(0, 4)],
            vec![],
        ),
        // A key that repeats is one key.
        (vec![key(1, b'a'), key(1, b'a')], vec![key(0, b'a')]),
        (
            vec![
                key(1, b'a'),
                key(1, b'b'),
                key(0, b'a'),
                pointer(1, 3),
                pointer(5, 4),
            ],
            vec![key(0, b'b'), pointer(0, 4)],
        ),
        // One place on the keyboard, whatever symbol it gives meanwhile.
        (
            vec![
                qemu_key(1, b'a', 30),
                qemu_key(0, b'A', 30),
                qemu_key(1, b's', 31),
            ],
            vec![qemu_key(0, b's', 31)],
        ),
        // TigerVNC ignores a release of the other form: the key is still down there.
        (vec![key(1, b'a'), qemu_key(0, b'a', 30)], vec![key(0, b'a')]),
        (
            vec![qemu_key(1, b'a', 30), key(0, b'a')],
            vec![qemu_key(0, b'a', 30)],
        ),
        (
            vec![qemu_key(1, b'a', 30), key(1, b'a'), key(0, b'a')],
            vec![qemu_key(0, b'a', 30)],
        ),
        // Code 0 names no place, so the symbols tell such keys apart.
        (
            vec![
                qemu_key(1, b'a', 0),
                qemu_key(1, b'b', 0),
                qemu_key(1, b'c', 0),
                qemu_key(0, b'b', 0),
            ],
            vec![qemu_key(0, b'a', 0), qemu_key(0, b'c', 0)],
        ),
    ] {
        assert_eq!(demotion_after(&said), told.concat(), "{said:?}");
    }
}

/// Both forms together hold no more than either.
#[test]
fn keys_of_both_forms_share_one_bound() {
    let mut reader = ClientReader::new(Control);
    let mut upstream = Vec::new();
    for code in 1..=200 {
        let pressed = [key(1, code), qemu_key(1, code, code)].concat();
        reader.read(&pressed, &mut upstream).unwrap();
    }
    upstream.clear();
    reader.set_rights(View, &mut upstream);
    let expected: Vec<_> = (169..=200)
        .flat_map(|code| [key(0, code), qemu_key(0, code, code)].concat())
        .collect();
    assert_eq!(upstream, expected);
}

#[test]
fn one_key_too_many_lets_the_oldest_go() {
    let mut reader = ClientReader::new(Control);
    let mut upstream = Vec::new();
    let keys: Vec<_> = (0..65).map(|symbol| key(1, symbol)).collect();
    reader.read(&keys.concat(), &mut upstream).unwrap();
    assert_eq!(upstream, [keys[..64].concat(), key(0, 0), key(1, 64)].concat());
    upstream.clear();
    reader.set_rights(View, &mut upstream);
    let let_go: Vec<_> = (1..65).map(|symbol| key(0, symbol)).collect();
    assert_eq!(upstream, let_go.concat());
}

/// The old way: the rest of a message that had begun was waited for, and all that was due with it.
#[test]
fn nothing_waits_for_the_end_of_a_message_that_never_comes() {
    for begun in [
        &cut_text(65536, b"\x04")[..],
        &cut_text(-65536, b"\x10\0\0\x01")[..],
        &[251, 0, 4, 0, 3, 0, 255, 0, 1],
        &key(1, b'b')[..7],
        &[2, 0, 4, 0, 1],
        &[248, 0, 0, 0, 0x80, 0, 0, 0, 64, 1],
    ] {
        let mut reader = ClientReader::new(Control).with_extended_clipboard(true);
        let mut upstream = Vec::new();
        let said = [&key(1, b'a')[..], begun].concat();
        reader.read(&said, &mut upstream).unwrap();
        assert_eq!(upstream, key(1, b'a'), "a part of {begun:?} passed");
        upstream.clear();
        reader.set_rights(View, &mut upstream);
        let wall = [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0x09, 0, 0, 0];
        let due = [&key(0, b'a')[..], &ServerClipboard::QUESTION, &wall].concat();
        assert_eq!(upstream, due, "{begun:?}");
    }
}

#[test]
fn the_sound_that_was_switched_on_is_switched_off() {
    let (on, off, format) = (
        vec![255, 1, 0, 0],
        vec![255, 1, 0, 1],
        vec![255, 1, 0, 2, 0, 2, 0, 0, 0xac, 0x44],
    );
    assert_eq!(demotion_after(&[format.clone(), on.clone()]), off);
    assert_eq!(demotion_after(&[on.clone(), format, on, off]), []);
}

#[test]
fn the_viewers_encodings_follow_its_rights() {
    let mut reader = ClientReader::new(View);
    let mut upstream = Vec::new();
    // Without a list there is nothing to tell.
    reader.set_rights(Control, &mut upstream);
    reader.set_rights(View, &mut upstream);
    assert!(upstream.is_empty());
    // QEMU keys; extended mouse buttons, which never pass; Raw; the pointer's shape.
    reader
        .read(&set_encodings(&[-258, -316, 0, -239]), &mut upstream)
        .unwrap();
    assert_eq!(upstream, set_encodings(&[0, -239]));
    upstream.clear();
    reader.set_rights(Control, &mut upstream);
    assert_eq!(upstream, set_encodings(&[-258, 0, -239]));
    upstream.clear();
    reader.set_rights(View, &mut upstream);
    assert_eq!(upstream, set_encodings(&[0, -239]));
}
