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

    /// As the fuzz target plays them, written by chance alone.
    #[test]
    fn whatever_happens_a_viewer_without_control_is_not_heard(script in prop::collection::vec(any::<u8>(), 0..2000)) {
        let played = play(&script);
        prop_assert!(played.is_ok(), "{played:?}");
    }
}
