//! A view-only session as the VNC server sees it: whatever the viewer sends, nothing arrives that is more than
//! a wish for pixels. The server's side is read by a parser of its own, which knows nothing of the reader's.

use crate::{
    common::{cut, hostile_stream, message, sizes},
    harness::{
        server::Server,
        session::play,
        traffic::{Noise, script},
    },
};
use porthole_rfb::{ClientReader, Rights};
use proptest::prelude::*;

/// What a server hears of a view-only session: how many messages, or the first that should not have come.
fn server_reads(bytes: &[u8]) -> Result<usize, String> {
    let mut server = Server::new(Rights::View, false);
    server.read(bytes)?;
    server.end()?;
    Ok(server.messages)
}

#[test]
fn a_million_messages_and_not_one_event() {
    let mut noise = Noise::new(1);
    let mut heard = 0;
    for _ in 0..800 {
        heard += play(&script(&mut noise, 1000, 0)).unwrap();
    }
    // Those that are wrong end their session, sooner or later.
    for _ in 0..10_000 {
        heard += play(&script(&mut noise, 30, 20)).unwrap();
    }
    // A third of them passes where nothing but wishes for pixels does, all where everything does.
    assert!(heard > 400_000, "{heard} messages passed");
}

/// Whether a message needs no control.
fn is_wish(message: &[u8]) -> bool {
    matches!(message[0], 0 | 2 | 3 | 150) || message[0] == 248 && message[4] < 0x80
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
        let expected = messages.iter().filter(|message| is_wish(message));
        let upstream = read_view_only(&messages.concat(), &sizes);
        prop_assert_eq!(server_reads(&upstream), Ok(expected.count()));
    }

    #[test]
    fn hostile_streams_arrive_as_wishes_for_pixels(stream in hostile_stream(), sizes in sizes()) {
        let read = server_reads(&read_view_only(&stream, &sizes));
        prop_assert!(read.is_ok(), "{read:?}");
    }

    /// Full control first, with anything negotiated; then view-only, at any byte, and whatever comes behind it.
    #[test]
    fn a_viewer_is_demoted_at_any_byte(
        messages in prop::collection::vec(message(), 0..20),
        at in any::<prop::sample::Index>(),
        after in hostile_stream(),
        sizes in sizes(),
        walled in any::<bool>(),
    ) {
        let stream = messages.concat();
        let at = at.index(stream.len() + 1);
        let mut server = Server::new(Rights::Control, walled);
        let mut reader = ClientReader::new(Rights::Control).with_extended_clipboard(walled);
        let hears = |upstream: &mut Vec<u8>, server: &mut Server| {
            let heard = server.read(upstream);
            upstream.clear();
            heard.and_then(|()| server.is_between_messages().then_some(()).ok_or("a part came through".into()))
        };
        let mut upstream = Vec::new();
        for piece in cut(&stream[..at], &sizes) {
            reader.read(piece, &mut upstream).unwrap();
            prop_assert_eq!(hears(&mut upstream, &mut server), Ok(()));
        }
        reader.set_rights(Rights::View, &mut upstream);
        server.set_rights(Rights::View);
        prop_assert_eq!(hears(&mut upstream, &mut server), Ok(()));
        prop_assert_eq!(server.is_demoted(), Ok(()));
        // In step: of the honest messages, all are heard from there on that need no control.
        let before = server.messages;
        for piece in cut(&stream[at..], &sizes) {
            reader.read(piece, &mut upstream).unwrap();
        }
        prop_assert_eq!(hears(&mut upstream, &mut server), Ok(()));
        let (mut end, mut expected) = (0, 0);
        for message in &messages {
            end += message.len();
            expected += usize::from(end > at && is_wish(message)) * if walled && message[0] == 2 { 2 } else { 1 };
        }
        prop_assert_eq!(server.messages - before, expected);
        for piece in cut(&after, &sizes) {
            let read = reader.read(piece, &mut upstream);
            prop_assert_eq!(hears(&mut upstream, &mut server), Ok(()));
            if read.is_err() {
                break;
            }
        }
    }

    /// View-only first, then control, at any byte: the message that was begun without it is not sent.
    #[test]
    fn a_viewer_is_promoted_at_any_byte(
        messages in prop::collection::vec(message(), 0..20),
        at in any::<prop::sample::Index>(),
        sizes in sizes(),
    ) {
        let stream = messages.concat();
        let at = at.index(stream.len() + 1);
        let mut reader = ClientReader::new(Rights::View);
        let mut upstream = Vec::new();
        for (piece, rights) in [(&stream[..at], Rights::View), (&stream[at..], Rights::Control)] {
            reader.set_rights(rights, &mut upstream);
            for piece in cut(piece, &sizes) {
                reader.read(piece, &mut upstream).unwrap();
            }
        }
        let (mut start, mut expected, mut has_list) = (0, 0, false);
        for message in &messages {
            let misread = message[0] == 6 && message[4] & 0x80 != 0;
            expected += usize::from(is_wish(message) || (start >= at && !misread));
            start += message.len();
            has_list |= message[0] == 2 && start <= at;
        }
        // The list is told anew with the new rights.
        expected += usize::from(has_list);
        let mut server = Server::new(Rights::Control, false);
        prop_assert_eq!(server.read(&upstream), Ok(()));
        prop_assert_eq!(server.messages, expected);
    }

    /// As the fuzz target plays them, written by chance alone.
    #[test]
    fn whatever_happens_a_viewer_without_control_is_not_heard(script in prop::collection::vec(any::<u8>(), 0..2000)) {
        let played = play(&script);
        prop_assert!(played.is_ok(), "{played:?}");
    }
}
