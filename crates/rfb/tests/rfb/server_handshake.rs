//! The handshake with VNC servers of every version and temper, at every chunking.

use porthole_phrase::{Explain, Phrase, phrase};
use porthole_rfb::{Password, Progress, ServerError, ServerHandshake, ServerInit, ServerInitInfo};
use proptest::prelude::*;

const CHALLENGE: &[u8; 16] = b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f";
/// The answer to it for the password "secret", as OpenSSL computes it.
const ANSWER: &[u8; 16] = b"\xee\x22\x53\x9f\x33\xa5\x98\x3e\xc1\x2f\x9c\x2e\xdb\xc9\x95\xdd";

/// How a handshake ended: the bytes consumed, or the error.
type Ended = Result<usize, ServerError>;

/// Feeds `input` in pieces of `size`. A server that stops in the middle is one that hung up.
fn run(password: Option<&str>, input: &[u8], size: usize) -> (Vec<u8>, Ended) {
    let mut handshake = ServerHandshake::new(password.map(Password::from));
    let (mut output, mut consumed) = (Vec::new(), 0);
    for piece in input.chunks(size) {
        match handshake.advance(piece, &mut output) {
            Ok(progress) => consumed += progress.consumed,
            Err(error) => return (output, Err(error)),
        }
    }
    match handshake.advance(&[], &mut output) {
        Ok(Progress { done: true, .. }) => (output, Ok(consumed)),
        Ok(_) => (output, Err(handshake.cut_short())),
        Err(error) => (output, Err(error)),
    }
}

fn check(password: Option<&str>, server: &[&[u8]], ours: &[&[u8]], ended: &Ended) {
    let input = server.concat();
    for size in 1..=input.len().max(1) {
        let (output, seen) = run(password, &input, size);
        assert_eq!(&seen, ended, "{server:?} by {size}");
        assert_eq!(output, ours.concat(), "{server:?} by {size}");
    }
}

fn cut(during: Phrase) -> Ended {
    Err(ServerError::CutShort { during })
}

#[test]
fn every_version_is_answered_with_one_that_it_understands() {
    let cases: [(&[u8; 12], &[u8; 12]); 12] = [
        (b"RFB 003.003\n", b"RFB 003.003\n"),
        (b"RFB 003.004\n", b"RFB 003.003\n"),
        (b"RFB 003.005\n", b"RFB 003.003\n"),
        (b"RFB 003.006\n", b"RFB 003.003\n"),
        (b"RFB 003.007\n", b"RFB 003.007\n"),
        (b"RFB 003.008\n", b"RFB 003.008\n"),
        (b"RFB 003.010\n", b"RFB 003.008\n"),
        (b"RFB 003.889\n", b"RFB 003.008\n"),
        (b"RFB 004.000\n", b"RFB 003.008\n"),
        (b"RFB 004.001\n", b"RFB 003.008\n"),
        (b"RFB 005.000\n", b"RFB 003.008\n"),
        (b"RFB 999.999\n", b"RFB 003.008\n"),
    ];
    for (theirs, ours) in cases {
        check(None, &[theirs], &[ours], &cut(phrase!("server-before-security")));
    }
}

#[test]
fn what_is_not_rfb_is_named() {
    for greeting in [
        "SSH-2.0-Open",
        "HTTP/1.1 400",
        "RFB 3.8\n    ",
        "RFB 003,008\n",
        "RFB 003.00a\n",
        "220 hi\r\n",
    ] {
        let shown = greeting.trim().to_owned();
        check(
            None,
            &[greeting.as_bytes()],
            &[],
            &Err(ServerError::NotRfb { greeting: shown }),
        );
    }
    check(None, &[], &[], &cut(phrase!("server-before-greeting")));
    for old in ["000.000", "002.009", "003.002"] {
        let greeting = format!("RFB {old}\n");
        check(
            None,
            &[greeting.as_bytes()],
            &[],
            &Err(ServerError::Version { version: old.into() }),
        );
    }
}

#[test]
fn a_server_that_asks_for_nothing() {
    check(
        None,
        &[b"RFB 003.003\n", b"\0\0\0\x01"],
        &[b"RFB 003.003\n"],
        &Ok(16),
    );
    check(
        None,
        &[b"RFB 003.007\n", b"\x01\x01"],
        &[b"RFB 003.007\n", b"\x01"],
        &Ok(14),
    );
    let ours: &[&[u8]] = &[b"RFB 003.008\n", b"\x01"];
    check(None, &[b"RFB 003.008\n", b"\x01\x01", &[0; 4]], ours, &Ok(18));
    check(
        None,
        &[b"RFB 003.008\n", b"\x03\x02\x13\x01", &[0; 4]],
        ours,
        &Ok(20),
    );
    check(
        None,
        &[b"RFB 003.008\n", b"\x01\x01", &[0; 4], b"what follows"],
        ours,
        &Ok(18),
    );
    check(
        None,
        &[b"RFB 003.008\n", b"\x01\x01"],
        ours,
        &cut(phrase!("server-before-accepting")),
    );
    let refused = Err(ServerError::Refused { said: "full".into() });
    check(
        None,
        &[b"RFB 003.008\n", b"\x01\x01", b"\0\0\0\x01", b"\0\0\0\x04full"],
        ours,
        &refused,
    );
}

#[test]
fn a_server_that_asks_for_the_password() {
    let ok: &[u8] = &[0; 4];
    type Case<'a> = (&'a [u8], &'a [u8], &'a [&'a [u8]]);
    let cases: [Case; 3] = [
        (b"RFB 003.003\n", b"\0\0\0\x02", &[b"RFB 003.003\n", ANSWER]),
        (
            b"RFB 003.007\n",
            b"\x02\x01\x02",
            &[b"RFB 003.007\n", b"\x02", ANSWER],
        ),
        (
            b"RFB 003.008\n",
            b"\x02\x02\x13",
            &[b"RFB 003.008\n", b"\x02", ANSWER],
        ),
    ];
    for (version, types, ours) in cases {
        let length = version.len() + types.len() + 16 + 4;
        check(
            Some("secret"),
            &[version, types, CHALLENGE, ok, b"more"],
            ours,
            &Ok(length),
        );
        check(
            Some("secret"),
            &[version, types, CHALLENGE],
            ours,
            &cut(phrase!("server-before-accepting")),
        );
        let unanswered = &ours[..ours.len() - 1];
        check(
            Some("secret"),
            &[version, types, &CHALLENGE[1..]],
            unanswered,
            &cut(phrase!("server-before-challenge")),
        );
    }
}

#[test]
fn a_wrong_password_is_said_with_the_reason_where_there_is_one() {
    let wrong = |said: &str| Err(ServerError::WrongPassword { said: said.into() });
    let many = |said: &str| Err(ServerError::TooManyFailures { said: said.into() });
    let v33: &[&[u8]] = &[b"RFB 003.003\n", b"\0\0\0\x02", CHALLENGE];
    let ours33: &[&[u8]] = &[b"RFB 003.003\n", ANSWER];
    let v38: &[&[u8]] = &[b"RFB 003.008\n", b"\x01\x02", CHALLENGE];
    let ours38: &[&[u8]] = &[b"RFB 003.008\n", b"\x02", ANSWER];

    let then = |start: &[&[u8]], end: &[u8]| [&start.concat(), end].concat();
    check(Some("secret"), &[&then(v33, b"\0\0\0\x01")], ours33, &wrong(""));
    check(Some("secret"), &[&then(v33, b"\0\0\0\x02")], ours33, &many(""));
    check(
        Some("secret"),
        &[&then(v38, b"\0\0\0\x01\0\0\0\x05wrong")],
        ours38,
        &wrong("wrong"),
    );
    check(
        Some("secret"),
        &[&then(v38, b"\0\0\0\x01\0\0\0\0")],
        ours38,
        &wrong(""),
    );
    // Hung up before the reason, or in it.
    check(Some("secret"), &[&then(v38, b"\0\0\0\x01")], ours38, &wrong(""));
    check(
        Some("secret"),
        &[&then(v38, b"\0\0\0\x01\0\0\0\x05wro")],
        ours38,
        &wrong("wro"),
    );
    let reason = b"\0\0\0\x01\0\0\0\x21Too many  authentication failures";
    check(
        Some("secret"),
        &[&then(v38, reason)],
        ours38,
        &many("Too many  authentication failures"),
    );
}

#[test]
fn a_refusal_before_the_types() {
    let many = Err(ServerError::TooManyFailures {
        said: "Too many security failures".into(),
    });
    let reason = b"\0\0\0\x1aToo many security failures";
    // TigerVNC says this as a server of 3.3, whatever it speaks else.
    check(
        Some("x"),
        &[b"RFB 003.003\n", &[0; 4], reason],
        &[b"RFB 003.003\n"],
        &many,
    );
    check(
        None,
        &[b"RFB 003.008\n", &[0], reason],
        &[b"RFB 003.008\n"],
        &many,
    );
    let hostile = b"\0\0\0\x0b\x1b[31mno\r\n\xff.";
    let said = "[31mno  ÿ.".to_owned();
    check(
        None,
        &[b"RFB 003.007\n", &[0], hostile],
        &[b"RFB 003.007\n"],
        &Err(ServerError::Refused { said }),
    );
}

#[test]
fn a_reason_is_cut_at_4_kib() {
    let refused = ServerError::Refused {
        said: "a".repeat(4096),
    };
    for length in [4096, 4097, u32::MAX] {
        let mut handshake = ServerHandshake::new(None);
        let mut output = Vec::new();
        let start = [&b"RFB 003.008\n\0"[..], &length.to_be_bytes(), &[b'a'; 4095]].concat();
        assert!(handshake.advance(&start, &mut output).is_ok());
        // No more than this is waited for, however much was announced.
        assert_eq!(handshake.advance(b"a", &mut output), Err(refused.clone()));
    }
}

#[test]
fn a_server_whose_security_does_not_fit() {
    let ours: &[&[u8]] = &[b"RFB 003.008\n"];
    check(
        None,
        &[b"RFB 003.008\n", b"\x02\x13\x02"],
        ours,
        &Err(ServerError::PasswordMissing),
    );
    check(
        Some("x"),
        &[b"RFB 003.008\n", b"\x02\x13\x01"],
        ours,
        &Err(ServerError::PasswordNotAsked),
    );
    check(
        None,
        &[b"RFB 003.003\n", b"\0\0\0\x02"],
        &[b"RFB 003.003\n"],
        &Err(ServerError::PasswordMissing),
    );
    check(
        Some("x"),
        &[b"RFB 003.003\n", b"\0\0\0\x01"],
        &[b"RFB 003.003\n"],
        &Err(ServerError::PasswordNotAsked),
    );
    // A four-byte type is not cut to one byte.
    let far = Err(ServerError::UnsupportedSecurity {
        offered: vec![0x0100_0001],
    });
    check(
        None,
        &[b"RFB 003.003\n", b"\x01\0\0\x01"],
        &[b"RFB 003.003\n"],
        &far,
    );
    for alien in [5, 6, 13, 16, 19, 30, 113, 129, 130, 133] {
        for password in [None, Some("x")] {
            let refused = Err(ServerError::UnsupportedSecurity {
                offered: vec![alien.into()],
            });
            check(password, &[b"RFB 003.008\n", &[1, alien]], ours, &refused);
        }
    }
}

/// A password that is not known here: the challenge waits for whoever knows it.
#[test]
fn a_challenge_is_left_to_another() {
    type Case = (&'static [u8], &'static [u8], Result<(), ServerError>);
    let said = "no way".to_owned();
    let cases: [Case; 4] = [
        (b"RFB 003.008\n\x02\x13\x02", b"\0\0\0\0", Ok(())),
        (b"RFB 003.003\n\0\0\0\x02", b"\0\0\0\0", Ok(())),
        (
            b"RFB 003.008\n\x01\x02",
            b"\0\0\0\x01\0\0\0\x06no way",
            Err(ServerError::WrongPassword { said }),
        ),
        (
            b"RFB 003.003\n\0\0\0\x02",
            b"\0\0\0\x02",
            Err(ServerError::TooManyFailures { said: String::new() }),
        ),
    ];
    for (greeting, judged, expected) in cases {
        for size in 1..=greeting.len() {
            let mut handshake = ServerHandshake::asking(None);
            let mut output = Vec::new();
            for piece in greeting.chunks(size) {
                handshake.advance(piece, &mut output).unwrap();
                assert_eq!(handshake.challenge(), None);
            }
            handshake.answer([9; 16], &mut output);
            let progress = handshake.advance(&[&[7; 16], judged].concat(), &mut output);
            assert_eq!(
                progress,
                Ok(Progress {
                    consumed: 16,
                    done: false
                })
            );
            assert_eq!(handshake.challenge(), Some([7; 16]));
            output.clear();
            handshake.answer([9; 16], &mut output);
            assert_eq!((&output[..], handshake.challenge()), (&[9; 16][..], None));
            let judged = handshake.advance(judged, &mut output);
            assert_eq!(judged.map(|progress| assert!(progress.done)), expected);
        }
    }
}

#[test]
fn nobody_is_asked_for_a_password_that_is_known_or_not_wanted() {
    let mut output = Vec::new();
    let mut known = ServerHandshake::asking(Some("x".into()));
    let hello = [&b"RFB 003.008\n\x01\x02"[..], &[7; 16]].concat();
    known.advance(&hello, &mut output).unwrap();
    assert_eq!((known.challenge(), output.len()), (None, 12 + 1 + 16));
    let mut open = ServerHandshake::asking(None);
    let done = open.advance(b"RFB 003.008\n\x02\x02\x01\0\0\0\0", &mut output);
    assert!(done.unwrap().done);
    let refused =
        ServerHandshake::asking(None).advance(b"RFB 003.008\n\x01\x01\0\0\0\x01\0\0\0\0", &mut output);
    assert_eq!(refused, Err(ServerError::Refused { said: String::new() }));
}

#[test]
fn it_stays_ended() {
    let mut output = Vec::new();
    let mut good = ServerHandshake::new(None);
    assert!(
        good.advance(b"RFB 003.003\n\0\0\0\x01", &mut output)
            .unwrap()
            .done
    );
    assert_eq!(
        good.advance(b"more", &mut output),
        Ok(Progress {
            consumed: 0,
            done: true
        })
    );
    let mut bad = ServerHandshake::new(None);
    let error = bad.advance(b"RFB 003.003\n\0\0\0\x02", &mut output).unwrap_err();
    assert_eq!(bad.advance(b"\0\0\0\x01", &mut output), Err(error.clone()));
    assert_eq!(bad.cut_short(), error);
}

/// The sentences stand in `crates/core/texts`; a test there sees that they fit into a close frame.
#[test]
fn what_a_server_said_stands_behind_cause_and_fix() {
    let refused = ServerError::Refused {
        said: "come \"later\"".into(),
    };
    assert_eq!(
        refused.to_string(),
        r#"server-refused server-refused-fix server-said said="come 'later'""#
    );
    let offered = |offered| ServerError::UnsupportedSecurity { offered }.cause();
    assert_eq!(
        offered(vec![19, 5, 6, 30]),
        phrase!(
            "server-security",
            offered = phrase!(
                "server-types-more",
                names = "VeNCrypt (19), RSA-AES (5), RSA-AES (6)",
                more = 1u8
            )
        )
    );
    assert_eq!(
        offered(vec![u32::MAX]),
        phrase!(
            "server-security",
            offered = phrase!("server-types", names = "#4294967295")
        )
    );
    assert_eq!(ServerError::PasswordMissing.said(), None);
    assert_eq!(ServerError::Refused { said: String::new() }.said(), None);
}

#[test]
fn in_little_room_our_own_words_go_first_and_the_servers_stay_in_their_quotes() {
    let refused = |said: &str| ServerError::WrongPassword { said: said.into() };
    let told = |said: &str| format!("server-wrong-password server-said said=\"{said}\"");
    let short = "Authentication failed";
    assert_eq!(refused(short).within(200), refused(short).to_string());
    assert_eq!(refused(short).within(80), told(short));
    let long = "Zu viele „falsche“ Kennwörter, die Anmeldung ist für eine Stunde gesperrt";
    assert_eq!(refused(long).within(80), told("Zu viele „falsche“ …"));
    for said in [long, &"ä".repeat(200), &"x \"y\" ".repeat(40), "\""] {
        for error in [refused(said), ServerError::Refused { said: said.into() }] {
            for bytes in 70..200 {
                let text = error.within(bytes);
                assert!(text.len() <= bytes, "{} of {bytes}: {text}", text.len());
                assert!(text.ends_with('"') && text.matches('"').count() == 2, "{text}");
            }
        }
    }
    let missing = ServerError::UnsupportedSecurity {
        offered: vec![133, 113, 36, 19],
    };
    assert!(missing.within(60).len() <= 60 && missing.within(60).ends_with('…'));
}

#[test]
fn reasons_are_utf_8_or_latin_1_and_end_where_their_words_do() {
    let reason = |said: &[u8]| {
        let length = u32::try_from(said.len()).unwrap().to_be_bytes();
        let bytes = [&b"RFB 003.008\n\0"[..], &length, said].concat();
        let refused = ServerHandshake::new(None).advance(&bytes, &mut Vec::new());
        refused.unwrap_err().said().map(str::to_owned)
    };
    for said in [
        &b"f\xfcr B\xe4r\0"[..],
        "für Bär\0".as_bytes(),
        b"f\xfcr\x07 B\xe4r\n",
    ] {
        assert_eq!(reason(said).as_deref(), Some("für Bär"));
    }
    assert_eq!(reason(b"\0\0"), None);
}

#[test]
fn passwords_are_not_shown() {
    let shown = format!("{:?}", ServerHandshake::new(Some("secret".into())));
    assert!(
        shown.contains("Password(****)") && !shown.contains("secret"),
        "{shown}"
    );
}

fn server_init(name_length: u32, name: &[u8]) -> Vec<u8> {
    let format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
    [&[4, 0, 3, 0][..], &format, &name_length.to_be_bytes(), name].concat()
}

#[test]
fn server_init_is_read_to_its_last_byte() {
    let cases: [(&[u8], &str); 4] = [
        (b"", ""),
        (b"alice:1", "alice:1"),
        (b"a\0b\n", "ab"),
        ("bj\u{f6}rk".as_bytes(), "bj\u{f6}rk"),
    ];
    for (name, shown) in cases {
        let init = server_init(u32::try_from(name.len()).unwrap(), name);
        let input = [&init[..], b"pixels"].concat();
        let info = ServerInitInfo {
            width: 1024,
            height: 768,
            name: shown.into(),
        };
        for size in 1..=input.len() {
            let mut reader = ServerInit::new();
            let (mut before, mut found) = (0, None);
            for piece in input.chunks(size) {
                found = reader.advance(piece).unwrap();
                if found.is_some() {
                    break;
                }
                before += piece.len();
            }
            let (consumed, seen) = found.unwrap();
            assert_eq!((before + consumed, seen), (init.len(), info.clone()), "by {size}");
        }
    }
}

#[test]
fn a_desktop_name_over_4_kib_is_refused() {
    let name = vec![b'n'; 4096];
    let (consumed, info) = ServerInit::new()
        .advance(&server_init(4096, &name))
        .unwrap()
        .unwrap();
    assert_eq!((consumed, info.name.len()), (24 + 4096, 4096));
    for length in [4097, u32::MAX] {
        let refused = ServerInit::new().advance(&server_init(length, &name));
        assert_eq!(refused, Err(ServerError::NameTooLong { length }));
    }
}

proptest! {
    #[test]
    fn hostile_servers_neither_panic_nor_depend_on_chunking(
        start in prop::sample::select(vec!["", "RFB 003.003\n", "RFB 003.007\n", "RFB 003.008\n"]),
        rest in prop::collection::vec(prop_oneof![0..4u8, any::<u8>()], 0..200),
        size in 1..50usize,
        password in prop::option::of(Just("secret")),
    ) {
        let input = [start.as_bytes(), &rest].concat();
        let whole = run(password, &input, input.len().max(1));
        prop_assert_eq!(run(password, &input, size), whole);
    }

    #[test]
    fn hostile_descriptions_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = ServerInit::new().advance(&bytes);
    }
}
