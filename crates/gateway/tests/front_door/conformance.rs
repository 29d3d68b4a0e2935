//! The WebSocket protocol, case by case, through a gateway and a target that echoes.
//!
//! The numbers are those of Autobahn's test suite, its cases 12 and 13 (compression) aside. Its echo server speaks text
//! and gives back messages; this is a relay of bytes. So what Autobahn says in text frames is said here in binary ones,
//! a text frame is refused whatever it holds, and where the suite wants the same messages back this wants the same bytes.

use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::common::{
    TestGateway, TestTarget, echo,
    wire::{self, BINARY, CLOSE, PING, PONG, TEXT, frame},
    within,
};

/// A binary message that goes on, and how it does, and how it ends.
const FIRST: u8 = 0x02;
const MIDDLE: u8 = 0x00;
const LAST: u8 = 0x80;

/// What is sent, and what is to come back.
struct Case {
    number: String,
    sent: Vec<u8>,
    /// So many bytes are sent at once.
    chop: usize,
    echo: Vec<u8>,
    pongs: Vec<Vec<u8>>,
    end: CloseReason,
}

#[derive(PartialEq, Eq)]
enum CloseReason {
    /// All comes back; then the viewer closes.
    Echoed,
    /// What was sent closes the session with this code; 0 stands for none.
    Closed(u16),
    /// What was sent is wrong: the session ends with this code. What was right before may have come back.
    Refused(u16),
}

/// Many cases, of which each is told by what is different.
fn case(number: impl Into<String>, sent: &[Vec<u8>], end: CloseReason) -> Case {
    Case {
        number: number.into(),
        sent: sent.concat(),
        chop: usize::MAX,
        echo: Vec::new(),
        pongs: Vec::new(),
        end,
    }
}

impl Case {
    fn chopped(self, chop: usize) -> Self {
        Self { chop, ..self }
    }

    fn echoes(self, echo: impl Into<Vec<u8>>) -> Self {
        let echo = echo.into();
        Self { echo, ..self }
    }

    fn pongs(self, pongs: &[&[u8]]) -> Self {
        let pongs = pongs.iter().map(|body| body.to_vec()).collect();
        Self { pongs, ..self }
    }
}

fn binary(payload: &[u8]) -> Vec<u8> {
    frame(BINARY, payload)
}

/// A message in frames of this size.
fn fragments(payload: &[u8], size: usize) -> Vec<u8> {
    let mut parts: Vec<_> = payload.chunks(size).map(|part| frame(MIDDLE, part)).collect();
    parts[0][0] = FIRST;
    parts.last_mut().unwrap()[0] |= LAST;
    parts.concat()
}

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

const SIZES: [usize; 8] = [0, 125, 126, 127, 128, 65535, 65536, 65536];

/// 1.*: frames of every form of length.
fn framing() -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, size) in SIZES.into_iter().enumerate() {
        let chop = if i == 7 { 997 } else { usize::MAX };
        let (text, bytes) = (frame(TEXT, &vec![b'*'; size]), pattern(size));
        cases.push(case(format!("1.1.{}", i + 1), &[text], CloseReason::Refused(1003)).chopped(chop));
        let message = case(format!("1.2.{}", i + 1), &[binary(&bytes)], CloseReason::Echoed);
        cases.push(message.echoes(bytes).chopped(chop));
    }
    cases
}

/// 2.*: pings and pongs.
fn pings() -> Vec<Case> {
    let ping = |body: &[u8]| frame(PING, body);
    let many: Vec<_> = (0..10).map(|i| format!("payload-{i}").into_bytes()).collect();
    let ten = many.iter().map(|body| ping(body)).collect::<Vec<_>>();
    let ten_pongs: Vec<_> = many.iter().map(|body| &body[..]).collect();
    let (hello, odd, long) = (b"Hello, world!", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", [0xfe; 125]);
    vec![
        case("2.1", &[ping(b"")], CloseReason::Echoed).pongs(&[b""]),
        case("2.2", &[ping(hello)], CloseReason::Echoed).pongs(&[hello]),
        case("2.3", &[ping(odd)], CloseReason::Echoed).pongs(&[odd]),
        case("2.4", &[ping(&long)], CloseReason::Echoed).pongs(&[&long]),
        case("2.5", &[ping(&[0xfe; 126])], CloseReason::Refused(1002)),
        case("2.6", &[ping(&long)], CloseReason::Echoed)
            .pongs(&[&long])
            .chopped(1),
        case("2.7", &[frame(PONG, b"")], CloseReason::Echoed),
        case("2.8", &[frame(PONG, b"unsolicited")], CloseReason::Echoed),
        case(
            "2.9",
            &[frame(PONG, b"unsolicited"), ping(b"ping")],
            CloseReason::Echoed,
        )
        .pongs(&[b"ping"]),
        case("2.10", &ten, CloseReason::Echoed).pongs(&ten_pongs),
        case("2.11", &ten, CloseReason::Echoed)
            .pongs(&ten_pongs)
            .chopped(1),
    ]
}

/// 3.*: reserved bits, while no extension was agreed on.
fn reserved_bits() -> Vec<Case> {
    let with = |bits: u8, first: u8| frame(first | bits << 4, b"Hello");
    let between = |bits| [binary(b"Hello"), with(bits, BINARY), frame(PING, b"")];
    let refused = |number: &str, sent: &[Vec<u8>]| case(number, sent, CloseReason::Refused(1002));
    vec![
        refused("3.1", &[with(1, BINARY)]),
        refused("3.2", &between(2)).echoes(b"Hello"),
        refused("3.3", &between(3)).echoes(b"Hello").chopped(11),
        refused("3.4", &between(4)).echoes(b"Hello").chopped(1),
        refused("3.5", &[with(5, BINARY)]),
        refused("3.6", &[with(6, PING)]),
        refused("3.7", &[with(7, CLOSE)]),
    ]
}

/// 4.*: opcodes that mean nothing.
fn opcodes() -> Vec<Case> {
    let mut cases = Vec::new();
    for (group, first) in [("4.1", 3), ("4.2", 11)] {
        for i in 0..5 {
            let unknown = frame(0x80 | (first + i), if i == 0 { b"" } else { b"Hello" });
            let alone = [unknown.clone()];
            let between = [binary(b"Hello"), unknown, frame(PING, b"")];
            let sent = if i < 2 { &alone[..] } else { &between };
            let case = case(format!("{group}.{}", i + 1), sent, CloseReason::Refused(1002));
            let echo = if i < 2 { &b""[..] } else { b"Hello" };
            let chop = [usize::MAX, usize::MAX, usize::MAX, 11, 1][i as usize];
            cases.push(case.echoes(echo).chopped(chop));
        }
    }
    cases
}

/// 5.*: fragments.
fn fragmentation() -> Vec<Case> {
    let (one, two) = (frame(FIRST, b"fragment1"), frame(LAST, b"fragment2"));
    let both = b"fragment1fragment2";
    let (frames, between) = (
        [one.clone(), two.clone()],
        [one.clone(), frame(PING, b"ping"), two],
    );
    let nothing = |fin: u8| [frame(MIDDLE | fin, b"non-continuation payload"), binary(b"Hello")];
    let five = [
        one,
        frame(MIDDLE, b"fragment2"),
        frame(PING, b"ping1"),
        frame(MIDDLE, b"fragment3"),
        frame(MIDDLE, b"fragment4"),
        frame(PING, b"ping2"),
        frame(LAST, b"fragment5"),
    ];
    let all = b"fragment1fragment2fragment3fragment4fragment5";
    // By frame and by byte, as the suite has it.
    let chops = [usize::MAX, frames[0].len(), 1];
    let refused = |number: String, sent: &[Vec<u8>]| case(number, sent, CloseReason::Refused(1002));
    let mut cases = vec![
        refused(
            "5.1".into(),
            &[frame(PING & 0x7f, b"fragment1"), frame(LAST, b"fragment2")],
        ),
        refused(
            "5.2".into(),
            &[frame(PONG & 0x7f, b"fragment1"), frame(LAST, b"fragment2")],
        ),
        refused("5.15".into(), &[frames.concat(), nothing(0).concat()]).echoes(both),
        refused(
            "5.16".into(),
            &[[nothing(0)[0].clone(), frames.concat()].concat().repeat(2)],
        ),
        refused(
            "5.17".into(),
            &[[nothing(LAST)[0].clone(), frames.concat()].concat().repeat(2)],
        ),
        refused("5.18".into(), &[frame(FIRST, b"fragment1"), binary(b"fragment2")]).echoes(b"fragment1"),
        case("5.20", &five, CloseReason::Echoed)
            .echoes(all)
            .pongs(&[b"ping1", b"ping2"]),
    ];
    for (i, chop) in chops.into_iter().enumerate() {
        let numbered = |first: usize| format!("5.{}", first + i);
        cases.extend([
            case(numbered(3), &frames, CloseReason::Echoed)
                .echoes(both)
                .chopped(chop),
            case(numbered(6), &between, CloseReason::Echoed)
                .echoes(both)
                .pongs(&[b"ping"])
                .chopped(chop),
            refused(numbered(9), &nothing(LAST)).chopped(chop),
            refused(numbered(12), &nothing(0)).chopped(chop),
        ]);
    }
    // The suite waits between the frames; here each comes by itself.
    cases.push(
        case("5.19", &five, CloseReason::Echoed)
            .echoes(all)
            .pongs(&[b"ping1", b"ping2"])
            .chopped(11),
    );
    cases
}

/// 6.*: text, good or not, is not for a relay of bytes.
fn text() -> Vec<Case> {
    let refused = |number: &str, sent: &[Vec<u8>]| case(number, sent, CloseReason::Refused(1003));
    let word = "Hello-µ@ßöäüàá-UTF-8!!".as_bytes();
    let broken = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited";
    vec![
        refused("6.1.1", &[frame(TEXT, b"")]),
        refused("6.1.2", &[frame(0x01, b""), frame(MIDDLE, b""), frame(LAST, b"")]),
        refused(
            "6.1.3",
            &[frame(0x01, b""), frame(MIDDLE, b"middle"), frame(LAST, b"")],
        ),
        refused("6.2.1", &[frame(TEXT, word)]),
        refused("6.2.2", &[frame(0x01, &word[..12]), frame(LAST, &word[12..])]),
        refused("6.2.3", &[frame(0x01, &word[..1]), frame(LAST, &word[1..])]).chopped(1),
        refused("6.3.1", &[frame(TEXT, broken)]),
        refused("6.3.2", &[frame(TEXT, broken)]).chopped(1),
        refused("6.4.1", &[frame(0x01, &broken[..11]), frame(LAST, &broken[11..])]),
    ]
}

/// 7.*: how a session is closed.
fn closing() -> Vec<Case> {
    let close = |body: &[u8]| frame(CLOSE, body);
    let coded = |code: u16, reason: &[u8]| close(&[&code.to_be_bytes(), reason].concat());
    let closed = |number: &str, sent: &[Vec<u8>]| case(number, sent, CloseReason::Closed(1000));
    let normal = coded(1000, b"");
    let large = pattern(256 << 10);
    let mut cases = vec![
        closed("7.1.1", &[binary(b"Hello World!"), normal.clone()]).echoes(b"Hello World!"),
        closed("7.1.2", &[normal.clone(), normal.clone()]),
        closed("7.1.3", &[normal.clone(), frame(PING, b"")]),
        closed("7.1.4", &[normal.clone(), binary(b"Hello World!")]),
        closed("7.1.5", &[frame(FIRST, b"1"), normal.clone(), frame(LAST, b"2")]).echoes(b"1"),
        closed("7.1.6", &[binary(&large), normal.clone(), frame(PING, b"")]).echoes(large),
        case("7.3.1", &[close(b"")], CloseReason::Closed(0)),
        case("7.3.2", &[close(b"a")], CloseReason::Refused(1002)),
        closed("7.3.3", &[normal]),
        closed("7.3.4", &[coded(1000, b"Hello World!")]),
        closed("7.3.5", &[coded(1000, &[b'*'; 123])]),
        case("7.3.6", &[coded(1000, &[b'*'; 124])], CloseReason::Refused(1002)),
        case(
            "7.5.1",
            &[coded(1000, b"\xce\xba\xed\xa0\x80edited")],
            CloseReason::Refused(1002),
        ),
    ];
    let good = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ];
    for (i, code) in (1..).zip(good) {
        cases.push(case(
            format!("7.7.{i}"),
            &[coded(code, b"")],
            CloseReason::Closed(code),
        ));
    }
    let bad = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
    for (i, code) in (1..).zip(bad) {
        cases.push(case(
            format!("7.9.{i}"),
            &[coded(code, b"")],
            CloseReason::Refused(1002),
        ));
    }
    for (i, code) in [(1, 5000), (2, 65535)] {
        cases.push(case(
            format!("7.13.{i}"),
            &[coded(code, b"")],
            CloseReason::Refused(1002),
        ));
    }
    cases
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// 9.*: large messages, in one frame, in many, and in small pieces.
fn limits() -> Vec<Case> {
    let echoed = |number: String, sent: Vec<u8>, echo: Vec<u8>| {
        case(number, &[sent], CloseReason::Echoed).echoes(echo)
    };
    let mut cases = Vec::new();
    for (i, size) in (1..).zip([64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB]) {
        let bytes = pattern(size);
        cases.push(echoed(format!("9.2.{i}"), binary(&bytes), bytes));
    }
    let bytes = pattern(4 * MIB);
    for (i, size) in (1..).zip([64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB]) {
        cases.push(echoed(format!("9.4.{i}"), fragments(&bytes, size), bytes.clone()));
    }
    let bytes = pattern(MIB);
    for (i, chop) in (1..).zip([64, 128, 256, 512, KIB, 2 * KIB]) {
        cases.push(echoed(format!("9.6.{i}"), binary(&bytes), bytes.clone()).chopped(chop));
    }
    for (i, size) in (1..).zip([0, 16, 64, 256, KIB, 4 * KIB]) {
        let (bytes, times) = (pattern(size), 1000);
        cases.push(echoed(
            format!("9.8.{i}"),
            binary(&bytes).repeat(times),
            bytes.repeat(times),
        ));
    }
    cases.push(case(
        "9.1.6",
        &[frame(TEXT, &vec![b'*'; 16 * MIB])],
        CloseReason::Refused(1003),
    ));
    cases
}

/// 10.1: fragments of an odd size.
fn automatic_fragments() -> Vec<Case> {
    let bytes = pattern(65536);
    vec![case("10.1.1", &[fragments(&bytes, 1300)], CloseReason::Echoed).echoes(bytes)]
}

/// Runs each in a session of its own.
async fn hold(cases: Vec<Case>) {
    let gateway = TestGateway::relaying(echo(TestTarget::tcp().await)).await;
    for case in cases {
        let (mut from, mut to) = tokio::io::split(wire::open(&gateway, "raw").await);
        let (sent, chop) = (case.sent, case.chop);
        let writing = tokio::spawn(async move {
            let whole = write(&mut to, &sent, chop).await;
            (to, whole)
        });
        let (mut heard, mut pongs, mut told) = (Vec::new(), Vec::new(), None);
        let is_all = |heard: &[u8], pongs: &[Vec<u8>]| heard == case.echo && pongs == case.pongs;
        while told.is_none() && !(case.end == CloseReason::Echoed && is_all(&heard, &pongs)) {
            match wire::read_frame(&mut from).await {
                (BINARY, bytes) => heard.extend(bytes),
                (PONG, body) => pongs.push(body),
                (CLOSE, body) => told = Some(body),
                other => panic!("{}: {other:?}", case.number),
            }
            assert!(
                case.echo.starts_with(&heard),
                "{}: other bytes came back",
                case.number
            );
        }
        let (mut to, whole) = within(writing).await.unwrap();
        match case.end {
            CloseReason::Echoed => {
                assert!(whole && told.is_none(), "{}: {told:?}", case.number);
                within(to.write_all(&frame(CLOSE, b"\x03\xe8"))).await.unwrap();
                assert_eq!(
                    wire::read_frame(&mut from).await,
                    (CLOSE, b"\x03\xe8".to_vec()),
                    "{}",
                    case.number
                );
            }
            CloseReason::Closed(code) => {
                assert!(
                    is_all(&heard, &pongs),
                    "{}: {} bytes, {pongs:?}",
                    case.number,
                    heard.len()
                );
                let code = if code == 0 {
                    vec![]
                } else {
                    code.to_be_bytes().to_vec()
                };
                assert_eq!(told, Some(code), "{}", case.number);
            }
            CloseReason::Refused(code) => {
                let told = told.unwrap();
                assert_eq!(told[..2], code.to_be_bytes(), "{}", case.number);
                assert!(pongs.is_empty(), "{}: {pongs:?}", case.number);
            }
        }
    }
}

/// Whether the gateway took all of it.
async fn write(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8], chop: usize) -> bool {
    for piece in bytes.chunks(chop) {
        if to.write_all(piece).await.is_err() || to.flush().await.is_err() {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn framing_1() {
    hold(framing()).await;
}

#[tokio::test]
async fn pings_2() {
    hold(pings()).await;
}

#[tokio::test]
async fn reserved_bits_3() {
    hold(reserved_bits()).await;
}

#[tokio::test]
async fn opcodes_4() {
    hold(opcodes()).await;
}

#[tokio::test]
async fn fragmentation_5() {
    hold(fragmentation()).await;
}

#[tokio::test]
async fn text_6() {
    hold(text()).await;
}

#[tokio::test]
async fn closing_7() {
    hold(closing()).await;
}

#[tokio::test]
async fn limits_9() {
    hold(limits()).await;
}

#[tokio::test]
async fn automatic_fragments_10() {
    hold(automatic_fragments()).await;
}
