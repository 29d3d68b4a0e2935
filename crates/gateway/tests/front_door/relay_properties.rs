//! Whatever the pieces in which bytes come, none is lost and none overtakes another.

use crate::common::{Stream, TestGateway, TestTarget, echo, raw, wire, within};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    runtime::{Builder, Runtime},
};

/// What a viewer sends.
#[derive(Clone, Debug)]
enum Sent {
    /// A message in these fragments.
    Message(Vec<Vec<u8>>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

fn sent() -> impl Strategy<Value = Sent> {
    prop_oneof![
        6 => vec(bytes(), 1..4).prop_map(Sent::Message),
        2 => vec(any::<u8>(), 0..126).prop_map(Sent::Ping),
        1 => vec(any::<u8>(), 0..126).prop_map(Sent::Pong),
    ]
}

/// Lengths around those where a header, a buffer or a share of time ends.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let len = prop_oneof![
        3 => Just(0usize),
        8 => 1..40usize,
        3 => 120..132usize,
        3 => 16_300..16_420usize,
        3 => 65_500..65_600usize,
        1 => 262_000..263_000usize,
    ];
    (len, any::<u8>()).prop_map(|(len, seed)| (0..len).map(|i| seed.wrapping_add((i % 253) as u8)).collect())
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    vec(
        prop_oneof![4 => 1..20usize, 2 => 20..2_000usize, 4 => 2_000..100_000usize],
        1..6,
    )
}

/// The frames, the payload in them, and the payloads of the pings.
fn encode(sent: &[Sent]) -> (Vec<u8>, Vec<u8>, Vec<Vec<u8>>) {
    let (mut stream, mut payload, mut pings) = (Vec::new(), Vec::new(), Vec::new());
    let mut ping = |stream: &mut Vec<u8>, body: &[u8]| {
        stream.extend(wire::frame(wire::PING, body));
        pings.push(body.to_vec());
    };
    for sent in sent {
        match sent {
            Sent::Message(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    let fin = if i + 1 == parts.len() { 0x80 } else { 0 };
                    let opcode = if i == 0 { 2 } else { 0 };
                    stream.extend(wire::frame(fin | opcode, part));
                    payload.extend_from_slice(part);
                    if fin == 0 {
                        ping(&mut stream, b"inside a message");
                    }
                }
            }
            Sent::Ping(body) => ping(&mut stream, body),
            Sent::Pong(body) => stream.extend(wire::frame(wire::PONG, body)),
        }
    }
    (stream, payload, pings)
}

async fn write_in_pieces(to: &mut (impl AsyncWrite + Unpin), mut bytes: &[u8], sizes: &[usize]) {
    // A stream of many bytes in single ones takes long and shows no more than its beginning does.
    let least = bytes.len() / 2_000;
    for size in sizes.iter().cycle() {
        let (piece, rest) = bytes.split_at((*size).max(least).min(bytes.len()));
        within(to.write_all(piece)).await.unwrap();
        // So that the gateway sees pieces, and not what the system made of them.
        tokio::task::yield_now().await;
        bytes = rest;
        if bytes.is_empty() {
            return;
        }
    }
}

/// What the gateway sends, until its close frame: payload, the payloads of its pongs, the close code.
async fn read_all(from: &mut Stream) -> (Vec<u8>, Vec<Vec<u8>>, u16) {
    let (mut payload, mut pongs) = (Vec::new(), Vec::new());
    loop {
        match wire::read_frame(from).await {
            (wire::BINARY, bytes) => payload.extend(bytes),
            (wire::PONG, bytes) => pongs.push(bytes),
            (wire::CLOSE, bytes) => return (payload, pongs, u16::from_be_bytes([bytes[0], bytes[1]])),
            other => panic!("that is no frame for a viewer: {other:?}"),
        }
    }
}

fn same(what: &str, got: &[u8], sent: &[u8]) -> Result<(), TestCaseError> {
    let differ = got.iter().zip(sent).position(|(a, b)| a != b);
    prop_assert!(
        got == sent,
        "{what}: {} of {} bytes, first differing at {differ:?}",
        got.len(),
        sent.len()
    );
    Ok(())
}

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        // What hangs takes the whole deadline each time.
        max_shrink_time: 20_000,
        ..Config::default()
    })
}

/// A viewer says all it has to say and a close frame at once; the target hears it to the end, and what it then still
/// says reaches the viewer.
fn what_is_sent_reaches_a_recorder(target: impl AsyncFnOnce() -> TestTarget) {
    let runtime = runtime();
    let (target, gateway) = runtime.block_on(async {
        let target = target().await;
        let gateway = TestGateway::relaying(target.target()).await;
        (target, gateway)
    });
    let cases = (vec(sent(), 0..8), sizes(), bytes(), sizes());
    let result = runner(40).run(&cases, |(sent, sizes, answer, answer_sizes)| {
        let (mut stream, payload, pings) = encode(&sent);
        stream.extend(wire::frame(wire::CLOSE, &1000u16.to_be_bytes()));
        runtime.block_on(async {
            let mut viewer = wire::open(&gateway, "raw").await;
            let mut server = target.accept().await;
            let recorder = tokio::spawn(async move {
                let mut heard = Vec::new();
                within(server.read_to_end(&mut heard)).await.unwrap();
                write_in_pieces(&mut server, &answer, &answer_sizes).await;
                (heard, answer)
            });
            write_in_pieces(&mut viewer, &stream, &sizes).await;
            let (last_words, pongs, code) = read_all(&mut viewer).await;
            let (heard, answer) = within(recorder).await.unwrap();
            same("to the target", &heard, &payload)?;
            same("to the viewer", &last_words, &answer)?;
            prop_assert_eq!(pongs, pings);
            prop_assert_eq!(code, 1000);
            Ok(())
        })
    });
    result.unwrap();
}

#[test]
fn over_tcp_all_that_is_sent_reaches_a_recorder() {
    what_is_sent_reaches_a_recorder(TestTarget::tcp);
}

#[test]
fn over_a_unix_socket_all_that_is_sent_reaches_a_recorder() {
    what_is_sent_reaches_a_recorder(async || TestTarget::unix());
}

#[test]
fn an_echo_gives_back_what_was_sent_while_it_is_sent() {
    let runtime = runtime();
    let gateway = runtime.block_on(async {
        let gateway = TestGateway::start().await;
        gateway.grant("tcp", raw(echo(TestTarget::tcp().await)));
        gateway.grant("unix", raw(echo(TestTarget::unix())));
        gateway
    });
    let cases = (
        prop_oneof![Just("tcp"), Just("unix")],
        vec(sent(), 1..10),
        sizes(),
    );
    let result = runner(40).run(&cases, |(token, sent, sizes)| {
        let (mut stream, payload, mut pings) = encode(&sent);
        stream.extend(wire::frame(wire::PING, b"last"));
        pings.push(b"last".to_vec());
        runtime.block_on(async {
            let viewer = wire::open(&gateway, token).await;
            let (mut from, mut to) = tokio::io::split(viewer);
            let writer = tokio::spawn(async move {
                write_in_pieces(&mut to, &stream, &sizes).await;
                to
            });
            let (mut heard, mut pongs) = (Vec::new(), Vec::new());
            while heard.len() < payload.len() || pongs.len() < pings.len() {
                match wire::read_frame(&mut from).await {
                    (wire::BINARY, bytes) => heard.extend(bytes),
                    (wire::PONG, bytes) => pongs.push(bytes),
                    other => panic!("that is no frame for a viewer: {other:?}"),
                }
            }
            same("back", &heard, &payload)?;
            prop_assert_eq!(pongs, pings);
            drop(within(writer).await.unwrap());
            Ok(())
        })
    });
    result.unwrap();
}

#[test]
fn a_server_is_heard_whatever_its_pieces() {
    let runtime = runtime();
    let (targets, gateway) = runtime.block_on(async {
        let targets = [TestTarget::tcp().await, TestTarget::unix()];
        let gateway = TestGateway::start().await;
        gateway.grant("0", raw(targets[0].target()));
        gateway.grant("1", raw(targets[1].target()));
        (targets, gateway)
    });
    let cases = (0..2usize, vec(bytes(), 0..10), sizes());
    let result = runner(40).run(&cases, |(which, said, sizes)| {
        let said = said.concat();
        runtime.block_on(async {
            let mut viewer = wire::open(&gateway, &which.to_string()).await;
            let mut server = targets[which].accept().await;
            let words = said.clone();
            let server = tokio::spawn(async move {
                if !words.is_empty() {
                    write_in_pieces(&mut server, &words, &sizes).await;
                }
            });
            let (heard, _, code) = read_all(&mut viewer).await;
            within(server).await.unwrap();
            same("to the viewer", &heard, &said)?;
            prop_assert_eq!(code, 1000);
            Ok(())
        })
    });
    result.unwrap();
}
