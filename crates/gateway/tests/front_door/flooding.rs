//! VNC servers that talk without end before the first pixels, where what they say is looked at, or too late.

use porthole_gateway::Rights;
use porthole_rfb::ServerClipboard;
use tokio::io::AsyncWriteExt;

use crate::{
    common::{Server, Stream, vnc, wire, within},
    relay_bytes::write_until_blocked,
    vnc_route::{Desk, KEY, UPDATE_REQUEST, hears},
};

/// ServerCutText of 2 GiB less a byte: its head.
const HUGE_TEXT: [u8; 8] = [3, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff];
const BELL: u8 = 2;
/// The start of a FramebufferUpdate: from here on there are pixels.
const PIXELS: [u8; 4] = [0, 0, 0, 1];

/// What Xtigervnc says of its extended clipboard.
const CAPS: [u8; 16] = [3, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8, 0x1f, 0, 0, 1, 0, 0, 0, 0];
const WALL: [u8; 12] = [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0x09, 0, 0, 0];

/// A viewer that reads nothing by itself, and its server, which has let the gateway in and has not described its screen.
async fn before_server_init(desk: &Desk) -> (Stream, Server) {
    let hello = wire::frame(wire::BINARY, &[&vnc::VERSION[..], &[1, 1]].concat());
    let viewer = wire::open_with(&desk.gateway, "alice", &hello).await;
    let mut server = desk.target.accept().await;
    within(vnc::log_in(&mut server, None)).await;
    hears(&mut server, &vnc::hello()).await;
    (viewer, server)
}

/// Reads binary frames to the end of `count` bytes.
async fn receive(viewer: &mut Stream, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        let (first, payload) = wire::read_frame(viewer).await;
        assert_eq!(first, wire::BINARY);
        bytes.extend(payload);
    }
    assert_eq!(bytes.len(), count);
    bytes
}

#[tokio::test]
async fn what_a_server_says_before_its_pixels_waits_for_the_viewer_and_not_in_memory() {
    for (rights, head, piece) in [
        (Rights::Control, &HUGE_TEXT[..], vec![b'x'; 100_000]),
        (Rights::Control, &[], vec![BELL; 100_000]),
        (Rights::View, &[], vec![BELL; 100_000]),
    ] {
        let desk = Desk::new(None, rights).await;
        let (mut viewer, mut server) = before_server_init(&desk).await;
        let said = [vnc::SERVER_INIT, head].concat();
        within(server.write_all(&said)).await.unwrap();
        // It panics when somebody takes more than the system's buffers hold.
        let taken = write_until_blocked(&mut server, &piece).await;
        // Nothing of it is lost, and the session is one.
        let handshake = 12 + 2 + 4;
        let all = receive_beginning(&mut viewer, handshake + said.len() + 100_000).await;
        assert!(all[handshake..].starts_with(&said), "{rights:?} {head:?}");
        let rest = &all[handshake + said.len()..];
        assert!(rest.iter().all(|byte| *byte == piece[0]) && taken >= rest.len());
    }
}

/// The first `count` bytes; more may have come.
async fn receive_beginning(viewer: &mut Stream, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        let (first, payload) = wire::read_frame(viewer).await;
        assert_eq!(first, wire::BINARY);
        bytes.extend(payload);
    }
    bytes
}

#[tokio::test]
async fn a_long_text_before_the_pixels_passes_in_control_and_is_left_out_without() {
    const LENGTH: usize = 8 << 20;
    let text = [
        &[3, 0, 0, 0],
        &(LENGTH as u32).to_be_bytes()[..],
        &vec![b'x'; LENGTH],
    ]
    .concat();
    for (rights, passes) in [(Rights::Control, true), (Rights::View, false)] {
        let desk = Desk::new(None, rights).await;
        let (mut viewer, mut server) = before_server_init(&desk).await;
        let talking = async {
            let said = [vnc::SERVER_INIT, &text, &PIXELS].concat();
            within(server.write_all(&said)).await.unwrap();
        };
        let expected = [
            &vnc::VERSION[..],
            &[1, 1, 0, 0, 0, 0],
            vnc::SERVER_INIT,
            if passes { &text } else { &[] },
            &PIXELS,
        ]
        .concat();
        let (heard, ()) = tokio::join!(receive(&mut viewer, expected.len()), talking);
        assert!(heard == expected, "{rights:?}");
        let request = wire::frame(wire::BINARY, &[&UPDATE_REQUEST[..], &KEY].concat());
        within(viewer.write_all(&request)).await.unwrap();
        hears(&mut server, &UPDATE_REQUEST).await;
        if rights == Rights::Control {
            hears(&mut server, &KEY).await;
        }
    }
}

/// A server that knows the extended clipboard and is asked by a viewer without control while it says a long text.
#[tokio::test]
async fn a_long_text_before_the_answer_does_not_leave_a_viewer_without_the_wall() {
    let desk = Desk::new(None, Rights::View).await;
    let (mut viewer, mut server) = before_server_init(&desk).await;
    let text = [&[3, 0, 0, 0, 0, 1, 0, 0], &[b'x'; 0x1_0000][..]].concat();
    let said = [vnc::SERVER_INIT, &text[..], &CAPS].concat();
    within(server.write_all(&said)).await.unwrap();
    hears(&mut server, &[&WALL[..], &ServerClipboard::QUESTION].concat()).await;
    let said = [&text[..], &CAPS, &PIXELS].concat();
    within(server.write_all(&said)).await.unwrap();
    let expected = [&vnc::VERSION[..], &[1, 1, 0, 0, 0, 0], vnc::SERVER_INIT, &PIXELS].concat();
    assert!(receive(&mut viewer, expected.len()).await == expected);
}

/// On a machine that is busy, a server may take its time.
#[tokio::test]
async fn an_answer_that_comes_too_late_to_be_waited_for_is_heard_in_passing() {
    /// Raw, and the extended clipboard; the viewer's list, and what is left of it before the answer.
    const LIST: [u8; 12] = [2, 0, 0, 2, 0, 0, 0, 0, 0xc0, 0xa1, 0xe5, 0xce];
    const RAW_ALONE: [u8; 8] = [2, 0, 0, 1, 0, 0, 0, 0];
    /// A ClientCutText of negative length.
    const NEWS: [u8; 12] = [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0x08, 0, 0, 1];
    for rights in [Rights::Control, Rights::View] {
        let desk = Desk::new(None, rights).await;
        let (mut viewer, mut server) = before_server_init(&desk).await;
        within(server.write_all(vnc::SERVER_INIT)).await.unwrap();
        // It is let in when the answer has been waited for.
        receive(&mut viewer, 12 + 2 + 4 + vnc::SERVER_INIT.len()).await;
        let said = [&LIST[..], &NEWS, &UPDATE_REQUEST].concat();
        within(viewer.write_all(&wire::frame(wire::BINARY, &said)))
            .await
            .unwrap();
        hears(&mut server, &[&RAW_ALONE[..], &UPDATE_REQUEST].concat()).await;
        for piece in [&CAPS[..5], &CAPS[5..], &PIXELS] {
            within(server.write_all(piece)).await.unwrap();
        }
        receive(&mut viewer, CAPS.len() + PIXELS.len()).await;
        let told = match rights {
            Rights::Control => LIST.to_vec(),
            Rights::View => [&LIST[..], &WALL].concat(),
        };
        hears(&mut server, &told).await;
        let said = [&NEWS[..], &UPDATE_REQUEST].concat();
        within(viewer.write_all(&wire::frame(wire::BINARY, &said)))
            .await
            .unwrap();
        if rights == Rights::Control {
            hears(&mut server, &NEWS).await;
        }
        hears(&mut server, &UPDATE_REQUEST).await;
    }
}
