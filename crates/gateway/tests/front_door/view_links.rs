//! View-only links through the whole gateway: whatever viewers send, a server hears nothing but wishes for pixels, whole
//! and in step. The traffic and the server's ear are those of the reader's own tests, which send most of the million.

use std::io::ErrorKind;

use porthole_gateway::Rights;
use porthole_rfb::ServerClipboard;
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::watch,
};

#[path = "../../../rfb/tests/harness/mod.rs"]
#[allow(dead_code, reason = "the reader's own tests need more of it")]
mod harness;

use crate::{
    common::{Server, Stream, vnc, wire, within},
    vnc_route::{Desk, hears},
};
use harness::{
    server::Server as Ear,
    traffic::{Noise, hostile, input_or_wish, message},
};

/// What Xtigervnc says of its extended clipboard.
const CAPS: [u8; 16] = [3, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8, 0x1f, 0, 0, 1, 0, 0, 0, 0];
const WALL: [u8; 12] = [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0x09, 0, 0, 0];
/// A wish that no other traffic looks like.
const LAST: [u8; 10] = [3, 1, 0xbe, 0xef, 0xbe, 0xef, 0, 1, 0, 1];

/// A viewer and its server, where the viewer's messages begin; the server knows the extended clipboard.
async fn session(desk: &Desk, rights: Rights) -> (Stream, Server) {
    let hello = wire::frame(wire::BINARY, &[&vnc::VERSION[..], &[1, 1]].concat());
    let viewer = wire::open_with(&desk.gateway, "alice", &hello).await;
    let mut server = desk.target.accept().await;
    within(vnc::log_in(&mut server, None)).await;
    hears(&mut server, &vnc::hello()).await;
    server
        .write_all(&[vnc::SERVER_INIT, &CAPS].concat())
        .await
        .unwrap();
    if rights == Rights::View {
        hears(&mut server, &[&WALL[..], &ServerClipboard::QUESTION].concat()).await;
        server.write_all(&CAPS).await.unwrap();
    }
    (viewer, server)
}

/// Sends `stream` in frames of any size, with pings between them, written in pieces of any size.
async fn send_anyhow(viewer: &mut (impl AsyncWrite + Unpin), noise: &mut Noise, stream: &[u8]) {
    let (mut rest, mut frames) = (stream, Vec::new());
    while !rest.is_empty() {
        let most = if noise.one_in(2) { 8 } else { 2000 };
        let (payload, later) = rest.split_at(noise.below(most).min(rest.len()));
        frames.extend(wire::frame(wire::BINARY, payload));
        if noise.one_in(50) {
            frames.extend(wire::frame(wire::PING, b"there?"));
        }
        rest = later;
    }
    let mut rest = &frames[..];
    while !rest.is_empty() {
        let (piece, later) = rest.split_at((1 + noise.below(5000)).min(rest.len()));
        // The gateway hangs up on a viewer that is not understood.
        if within(viewer.write_all(piece)).await.is_err() {
            return;
        }
        rest = later;
    }
}

/// What the server hears of a viewer that says this and leaves.
async fn heard_of(desk: &Desk, noise: &mut Noise, stream: &[u8]) -> Vec<u8> {
    let (viewer, mut server) = session(desk, Rights::View).await;
    let (mut from, mut to) = tokio::io::split(viewer);
    let talking = async {
        send_anyhow(&mut to, noise, stream).await;
        // It may have been hung up on already.
        let _ = to.write_all(&wire::frame(wire::CLOSE, b"")).await;
    };
    let listening = async {
        let mut heard = Vec::new();
        within(server.read_to_end(&mut heard)).await.unwrap();
        drop(server);
        heard
    };
    let told = async { while within(from.read(&mut [0; 4096])).await.is_ok_and(|read| read > 0) {} };
    tokio::join!(listening, talking, told).0
}

#[tokio::test]
async fn honest_or_not_a_viewer_is_heard_to_wish_for_pixels_only() {
    let desk = Desk::new(None, Rights::View).await;
    let mut noise = Noise::new(2);
    for _ in 0..20 {
        let stream: Vec<u8> = (0..5000).flat_map(|_| message(&mut noise)).chain(LAST).collect();
        let heard = heard_of(&desk, &mut noise, &stream).await;
        let mut ear = Ear::new(Rights::View, true);
        ear.read(&heard).unwrap();
        assert!(heard.ends_with(&LAST) && ear.is_between_messages(), "out of step");
        assert!(ear.messages > 1000, "{}", ear.messages);
    }
}

#[tokio::test]
async fn a_viewer_that_makes_no_sense_is_heard_to_wish_for_pixels_at_most() {
    let mut desk = Desk::new(None, Rights::View).await;
    let mut noise = Noise::new(3);
    for session in 1..=400 {
        // The sessions of one link would have to wait for their turn.
        if session % 50 == 0 {
            desk = Desk::new(None, Rights::View).await;
        }
        let mut next = || {
            if noise.one_in(10) {
                hostile(&mut noise)
            } else {
                message(&mut noise)
            }
        };
        let stream: Vec<u8> = (0..30).flat_map(|_| next()).collect();
        let heard = heard_of(&desk, &mut noise, &stream).await;
        Ear::new(Rights::View, true).read(&heard).unwrap();
    }
}

#[tokio::test]
async fn control_comes_and_goes_in_the_middle_of_everything() {
    let desk = Desk::new(None, Rights::Control).await;
    let (viewer, mut server) = session(&desk, Rights::Control).await;
    let (mut from, mut to) = tokio::io::split(viewer);
    let id = desk.gateway.sessions().list()[0].id;
    let mut ear = Ear::new(Rights::Control, true);
    let (stop, stopped) = watch::channel(false);
    let talking = async {
        let mut noise = Noise::new(4);
        // Its one list; the next that the server hears is the gateway's, when control is gone.
        send_anyhow(&mut to, &mut noise, &[2, 0, 0, 1, 0, 0, 0, 0]).await;
        while !*stopped.borrow() {
            let stream: Vec<u8> = (0..50).flat_map(|_| input_or_wish(&mut noise)).collect();
            send_anyhow(&mut to, &mut noise, &stream).await;
        }
        to.shutdown().await.unwrap();
    };
    let told = async {
        loop {
            match within(from.read(&mut [0; 4096])).await {
                Ok(1..) => {}
                Ok(0) => break,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                    break;
                }
            }
        }
    };
    let switching = async {
        let mut noise = Noise::new(5);
        let mut heard = vec![0; 4096];
        let mut hear = async |ear: &mut Ear| {
            let read = within(server.read(&mut heard)).await.unwrap();
            ear.read(&heard[..read]).unwrap();
            read
        };
        while ear.messages == 0 {
            hear(&mut ear).await;
        }
        for _ in 0..300 {
            let enough = ear.messages + noise.below(100);
            while ear.messages < enough {
                hear(&mut ear).await;
            }
            ear.expect_demotion();
            let demoted = desk.gateway.sessions().set_rights(id, Rights::View);
            let hearing = async {
                while ear.rights() == Rights::Control {
                    hear(&mut ear).await;
                }
            };
            let (demoted, ()) = tokio::join!(within(demoted), hearing);
            assert_eq!(demoted, Ok(()));
            let enough = ear.messages + noise.below(100);
            while ear.messages < enough {
                hear(&mut ear).await;
            }
            // What is under way when control comes back may be heard with it, and no earlier.
            ear.set_rights(Rights::Control);
            let promoted = desk.gateway.sessions().set_rights(id, Rights::Control);
            let lists = ear.lists;
            let hearing = async {
                while ear.lists == lists {
                    hear(&mut ear).await;
                }
            };
            let (promoted, ()) = tokio::join!(within(promoted), hearing);
            assert_eq!(promoted, Ok(()));
        }
        stop.send_replace(true);
        while hear(&mut ear).await > 0 {}
        drop(server);
    };
    tokio::join!(talking, told, switching);
}
