//! The handshake with a viewer, at every chunking.

use porthole_rfb::{Progress, ViewerError, ViewerHandshake};
use proptest::prelude::*;

/// Feeds `input` in pieces of `size`; returns what was written and how it ended, with the bytes consumed.
fn run(
    mut handshake: ViewerHandshake,
    input: &[u8],
    size: usize,
) -> (Vec<u8>, Result<Progress, ViewerError>) {
    let mut output = Vec::new();
    let mut total = Progress {
        consumed: 0,
        done: false,
    };
    for piece in input.chunks(size) {
        match handshake.advance(piece, &mut output) {
            Ok(progress) => {
                total = Progress {
                    consumed: total.consumed + progress.consumed,
                    done: progress.done,
                };
            }
            Err(error) => return (output, Err(error)),
        }
        if total.done {
            break;
        }
    }
    (output, Ok(total))
}

#[test]
fn the_version_is_written_before_anything_is_read() {
    let mut output = Vec::new();
    let progress = ViewerHandshake::new().advance(&[], &mut output);
    assert_eq!(
        progress,
        Ok(Progress {
            consumed: 0,
            done: false
        })
    );
    assert_eq!(output, b"RFB 003.008\n");
}

#[test]
fn every_script_at_every_chunking() {
    let done = |consumed| Ok(Progress { consumed, done: true });
    let version = |said: &str| Err(ViewerError::Version { said: said.into() });
    type Case = (&'static [u8], &'static [u8], Result<Progress, ViewerError>);
    let cases: [Case; 7] = [
        (
            b"RFB 003.008\n\x01\x01",
            b"RFB 003.008\n\x01\x01\0\0\0\0",
            done(14),
        ),
        (
            b"RFB 003.008\n\x01\x00",
            b"RFB 003.008\n\x01\x01\0\0\0\0",
            done(14),
        ),
        (
            b"RFB 003.008\n\x01\x01\x04\x01 what follows",
            b"RFB 003.008\n\x01\x01\0\0\0\0",
            done(14),
        ),
        (
            b"RFB 003.008\n\x01",
            b"RFB 003.008\n\x01\x01\0\0\0\0",
            Ok(Progress {
                consumed: 13,
                done: false,
            }),
        ),
        (
            b"RFB 003.008\n\x02",
            b"RFB 003.008\n\x01\x01",
            Err(ViewerError::Security {
                chosen: 2,
                offered: 1,
            }),
        ),
        (b"RFB 003.003\n\x01", b"RFB 003.008\n", version("RFB 003.003")),
        (b"GET / HTTP/1.1\r\n", b"RFB 003.008\n", version("GET / HTTP/1")),
    ];
    for (input, output, ended) in cases {
        for size in 1..=input.len() {
            let seen = run(ViewerHandshake::new(), input, size);
            assert_eq!(seen, (output.to_vec(), ended.clone()), "{input:?} by {size}");
        }
    }
}

#[test]
fn a_refusal_gives_its_reason_in_place_of_the_types() {
    for size in 1..=12 {
        let (output, ended) = run(ViewerHandshake::refusing("no\nway"), b"RFB 003.008\n", size);
        assert_eq!(output, b"RFB 003.008\n\x00\0\0\0\x06no way");
        assert_eq!(
            ended,
            Ok(Progress {
                consumed: 12,
                done: true
            })
        );
    }
    let (output, _) = run(ViewerHandshake::refusing(&"ü".repeat(5000)), b"RFB 003.008\n", 12);
    assert_eq!(output[12..17], [0, 0, 0, 0x10, 0]);
    assert_eq!(output.len(), 17 + 4096);
}

#[test]
fn it_stays_ended() {
    let mut output = Vec::new();
    let mut good = ViewerHandshake::new();
    good.advance(b"RFB 003.008\n\x01\x01", &mut output).unwrap();
    assert_eq!(
        good.advance(b"more", &mut output),
        Ok(Progress {
            consumed: 0,
            done: true
        })
    );
    let mut bad = ViewerHandshake::new();
    let error = bad.advance(b"RFB 003.008\n\x05", &mut output).unwrap_err();
    assert_eq!(bad.advance(b"\x01\x01", &mut output), Err(error));
}

proptest! {
    #[test]
    fn noise_never_panics_nor_enters(noise in prop::collection::vec(any::<u8>(), 0..100), size in 1..20usize) {
        let (_, ended) = run(ViewerHandshake::new(), &noise, size);
        let entered = ended.is_ok_and(|progress| progress.done);
        prop_assert!(!entered);
    }
}

/// A server's password that only the viewer knows: it is asked by the server's challenge, and the server judges.
#[test]
fn a_viewer_is_asked_for_a_password() {
    for (judged, said, client_init) in [
        (Ok(()), &b"\0\0\0\0"[..], 1),
        (Err("no\x07"), b"\0\0\0\x01\0\0\0\x02no", 0),
    ] {
        for size in 1..=29 {
            let mut handshake = ViewerHandshake::asking([7; 16]);
            let input = [&b"RFB 003.008\n\x02"[..], &[9; 16]].concat();
            let mut output = Vec::new();
            for piece in input.chunks(size) {
                assert_eq!(handshake.answer(), None);
                handshake.judge(Ok(()), &mut output);
                let progress = handshake.advance(piece, &mut output).unwrap();
                assert!(!progress.done);
            }
            assert_eq!(output, [&b"RFB 003.008\n\x01\x02"[..], &[7; 16]].concat());
            assert_eq!(handshake.answer(), Some([9; 16]));
            // Whatever comes meanwhile waits.
            let waits = Progress {
                consumed: 0,
                done: false,
            };
            assert_eq!(handshake.advance(b"\x01", &mut output), Ok(waits));
            output.clear();
            handshake.judge(judged, &mut output);
            assert_eq!(output, said);
            let done = Progress {
                consumed: client_init,
                done: true,
            };
            assert_eq!(handshake.advance(b"\x01\x01", &mut output), Ok(done));
        }
    }
    let mut output = Vec::new();
    let declined = ViewerHandshake::asking([7; 16]).advance(b"RFB 003.008\n\x01", &mut output);
    assert_eq!(
        declined,
        Err(ViewerError::Security {
            chosen: 1,
            offered: 2
        })
    );
}
