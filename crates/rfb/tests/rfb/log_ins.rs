//! Each log-in against a stand-in server, whose side is then played again in pieces, cut short, and changed.

use std::{os::unix::net::UnixStream, thread};

use porthole_rfb::{
    Asks, CredentialPart, Credentials, LogIn, LogInFault, Need, Policy, Progress, ServerError,
    ServerHandshake, ServerKey, TlsKind,
};
use proptest::prelude::*;

use crate::{
    client::{SameRandom, client_key, log_in},
    stand_in::{Kind, TIGHT_NONE, TIGHT_VNC, UNIX, serve},
};

const KINDS: [Kind; 18] = [
    Kind::None,
    Kind::VncAuth,
    Kind::Ra2(5, true),
    Kind::Ra2(5, false),
    Kind::Ra2(6, true),
    Kind::Ra2(6, false),
    Kind::Ra2(129, true),
    Kind::Ra2(129, false),
    Kind::Ra2(130, true),
    Kind::Apple,
    Kind::MsLogon,
    Kind::Xvp,
    Kind::VeNCrypt(256),
    Kind::VeNCrypt(2),
    UNIX,
    TIGHT_VNC,
    TIGHT_NONE,
    Kind::TightEmpty,
];

fn credentials(kind: Kind) -> Credentials {
    match kind {
        Kind::None | TIGHT_NONE | Kind::TightEmpty => Credentials::Nothing,
        _ => Credentials::User {
            name: "alice".into(),
            password: "rosebud".into(),
            target: Some("host7".into()),
        },
    }
}

fn handshake(kind: Kind) -> ServerHandshake {
    ServerHandshake::with(LogIn::new(credentials(kind), Policy::default(), SameRandom(3)))
}

/// What the server says until it is done, when it hears what we say: both are the same each time.
fn server_side(kind: Kind) -> (Vec<u8>, Vec<u8>) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let server = thread::spawn(move || {
        let mut theirs = theirs;
        let _ = serve(&mut theirs, kind);
    });
    let mut handshake = handshake(kind);
    let (mut said, mut output) = (Vec::new(), Vec::new());
    let (mut stream, mut written) = (ours, 0);
    loop {
        use std::io::{Read, Write};
        let Progress { done, .. } = advance(&mut handshake, &[], &mut output).unwrap();
        stream.write_all(&output[written..]).unwrap();
        written = output.len();
        if done {
            break;
        }
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        said.extend(byte);
        advance(&mut handshake, &byte, &mut output).unwrap();
    }
    drop(stream);
    server.join().unwrap();
    (said, output)
}

/// Advances, and does what the handshake needs on the way.
fn advance(
    handshake: &mut ServerHandshake,
    input: &[u8],
    output: &mut Vec<u8>,
) -> Result<Progress, ServerError> {
    let mut consumed = 0;
    loop {
        let progress = handshake.advance(&input[consumed..], output)?;
        consumed += progress.consumed;
        match handshake.need() {
            Need::Trust(_) => handshake.trust_server_key(),
            Need::ClientKey => handshake.set_client_key(client_key()),
            Need::Tls(_) => handshake.tls_started(),
            Need::Credentials(_) => handshake.set_credentials(credentials(Kind::VncAuth)),
            Need::Answer(challenge) => handshake.answer(challenge, output),
            Need::Bytes | Need::Nothing => {
                return Ok(Progress {
                    consumed,
                    done: progress.done,
                });
            }
        }
    }
}

/// What came of a server's side in pieces of this size.
fn play(kind: Kind, server: &[u8], size: usize) -> (Result<usize, ServerError>, Vec<u8>) {
    let mut handshake = handshake(kind);
    let (mut used, mut output) = (0, Vec::new());
    for piece in server.chunks(size) {
        match advance(&mut handshake, piece, &mut output) {
            Ok(progress) => used += progress.consumed,
            Err(error) => return (Err(error), output),
        }
    }
    match advance(&mut handshake, &[], &mut output) {
        Ok(Progress { done: true, .. }) => (Ok(used), output),
        Ok(_) => (Err(handshake.cut_short()), output),
        Err(error) => (Err(error), output),
    }
}

#[test]
fn each_comes_to_the_same_at_any_chunking_and_takes_nothing_that_follows() {
    for kind in KINDS {
        let (server, ours) = server_side(kind);
        let and_more = [&server[..], b"what follows"].concat();
        for size in [1, 2, 3, 7, 64, 1000, and_more.len()] {
            let (used, output) = play(kind, &and_more, size);
            assert_eq!(used, Ok(server.len()), "{kind:?} by {size}");
            assert!(output == ours, "{kind:?} by {size}");
        }
    }
}

#[test]
fn a_server_that_hangs_up_is_said_at_each_byte() {
    for kind in KINDS {
        let (server, _) = server_side(kind);
        let mut handshake = handshake(kind);
        let mut output = Vec::new();
        for (at, byte) in server.iter().enumerate() {
            let error = handshake.cut_short();
            let is_said = matches!(error, ServerError::CutShort { .. } | ServerError::NotRfb { .. });
            assert!(is_said, "{kind:?} at {at}: {error}");
            assert_eq!(handshake.need(), Need::Bytes);
            assert!(
                !advance(&mut handshake, &[*byte], &mut output).is_ok_and(|progress| progress.done)
                    || at + 1 == server.len()
            );
        }
        assert_eq!(handshake.need(), Need::Nothing);
    }
}

/// Greeting and choice of a type, then this.
fn after_choice(number: u8, then: &[&[u8]]) -> Vec<u8> {
    [b"RFB 003.008\n", &[1, number][..], &then.concat()].concat()
}

#[track_caller]
fn is_broken(number: u8, then: &[&[u8]], fault: LogInFault) {
    let server = after_choice(number, then);
    for size in [1, server.len()] {
        let (ended, output) = play(Kind::VncAuth, &server, size);
        match ended.unwrap_err() {
            ServerError::LogInBroken { fault: seen, .. } => assert_eq!(seen, fault),
            other => panic!("{other}"),
        }
        assert!(output.len() < 2048);
    }
}

#[test]
fn lengths_that_nobody_means_are_refused_before_they_are_believed() {
    for number in [5, 6, 129, 130] {
        for bits in [0, 1, 1023, 8193, 64 << 13, u32::MAX] {
            is_broken(number, &[&bits.to_be_bytes()], LogInFault::RsaKeyLength { bits });
        }
    }
    for bytes in [0_u16, 1, 127, 1025, u16::MAX] {
        let fault = LogInFault::PrimeLength { bytes: bytes.into() };
        is_broken(30, &[&[0, 2], &bytes.to_be_bytes()], fault);
    }
    for count in [65, u32::MAX] {
        is_broken(
            16,
            &[&count.to_be_bytes()],
            LogInFault::TooManyCapabilities { count },
        );
        let types = [&[0; 4], &count.to_be_bytes()[..]];
        is_broken(16, &types, LogInFault::TooManyCapabilities { count });
    }
}

#[test]
fn keys_that_cannot_be_calculated_with_are_refused() {
    let rsa = |modulus: Vec<u8>, exponent: &[u8]| {
        let exponent = [vec![0; 128 - exponent.len()], exponent.to_vec()].concat();
        [1024_u32.to_be_bytes().to_vec(), modulus, exponent].concat()
    };
    let odd = || [vec![0xff; 127], vec![1]].concat();
    for (modulus, exponent) in [
        (vec![0; 128], &[3][..]),
        (vec![0xfe; 128], &[3]),
        ([vec![0], vec![0xff; 127]].concat(), &[3]),
        (odd(), &[]),
        (odd(), &[1]),
        (odd(), &[4]),
        (odd(), &[0xff; 128]),
        (odd(), &[0xff; 9]),
    ] {
        is_broken(129, &[&rsa(modulus, exponent)], LogInFault::RsaKey);
    }
    let apple = |generator: u16, prime: Vec<u8>, public: Vec<u8>| {
        [generator.to_be_bytes().to_vec(), vec![0, 128], prime, public].concat()
    };
    let one = [vec![0; 127], vec![1]].concat();
    for numbers in [
        apple(0, odd(), vec![2; 128]),
        apple(1, odd(), vec![2; 128]),
        apple(2, vec![0; 128], vec![2; 128]),
        apple(2, vec![0xfe; 128], vec![2; 128]),
        apple(2, one.clone(), vec![2; 128]),
        apple(2, odd(), vec![0; 128]),
        apple(2, odd(), one),
        apple(2, odd(), [vec![0xff; 127], vec![0]].concat()),
        apple(2, odd(), vec![0xff; 128]),
    ] {
        is_broken(30, &[&numbers], LogInFault::DiffieHellman);
    }
    let numbers = |numbers: [u64; 3]| numbers.map(u64::to_be_bytes).concat();
    for wrong in [
        [2, 0, 0],
        [2, 1, 0],
        [2, 2, 1],
        [2, 7, 0],
        [2, 7, 7],
        [2, 7, 8],
        [0, 7, 2],
        [1, 7, 2],
    ] {
        is_broken(113, &[&numbers(wrong)], LogInFault::DiffieHellman);
    }
}

#[test]
fn what_vencrypt_and_tight_say_makes_sense_or_is_refused() {
    is_broken(19, &[&[0, 1]], LogInFault::VeNCryptVersion { major: 0, minor: 1 });
    is_broken(19, &[&[0, 0]], LogInFault::VeNCryptVersion { major: 0, minor: 0 });
    is_broken(19, &[&[0, 2], &[1]], LogInFault::VeNCryptRefused);
    is_broken(19, &[&[0, 2], &[0], &[0]], LogInFault::NoSubtypes);
    is_broken(
        16,
        &[&[0, 0, 0, 1], b"\0\0\0\x02ABCDTUNNEL__"],
        LogInFault::NoTunnel,
    );
    // A later version means 0.2, too, and Siemens' servers know to do without their tunnel.
    let (ended, output) = play(Kind::VncAuth, &after_choice(19, &[&[1, 0]]), 1);
    assert!(matches!(ended, Err(ServerError::CutShort { .. })) && output.ends_with(&[19, 0, 2]));
    let siemens = after_choice(16, &[&[0, 0, 0, 1], b"\0\0\0\x01SICRSCHANNEL"]);
    let (ended, output) = play(Kind::VncAuth, &siemens, 1);
    assert!(matches!(ended, Err(ServerError::CutShort { .. })) && output.ends_with(&[16, 0, 0, 0, 0]));
}

/// Changes one byte of what the server says.
fn changed(kind: Kind, at: usize) -> (Result<usize, ServerError>, Vec<u8>) {
    let (mut server, _) = server_side(kind);
    server[at] ^= 0x80;
    play(kind, &server, server.len())
}

#[test]
fn what_is_changed_on_its_way_is_noticed_before_credentials_go_out() {
    // Key, random number, hash, subtype, in the order in which they come behind greeting and types.
    let key = 14;
    let random = key + 4 + 256;
    for (kind, hash_bytes) in [(5, 20), (6, 20), (129, 32), (130, 32)] {
        let kind = Kind::Ra2(kind, true);
        let hash = random + 2 + 256;
        let subtype = hash + 2 + hash_bytes + 16;
        let record = LogInFault::RecordChanged;
        for (at, faults) in [
            // Another key: what it encrypts the server cannot read, and here the hash shows it.
            (key + 4 + 9, vec![LogInFault::Hash, LogInFault::RsaKey]),
            (key + 4 + 255, vec![LogInFault::Hash]),
            (
                random,
                vec![LogInFault::RandomLength {
                    length: 0x8100,
                    expected: 256,
                }],
            ),
            (random + 2 + 100, vec![LogInFault::Random, record]),
            (random + 2 + 255, vec![LogInFault::Random, record]),
            (
                hash,
                vec![LogInFault::RecordLength {
                    length: 0x8000 + hash_bytes,
                }],
            ),
            (hash + 2, vec![record]),
            (hash + 2 + hash_bytes, vec![record]),
            (subtype + 2, vec![record]),
            (subtype + 2 + 16, vec![record]),
        ] {
            let (ended, output) = changed(kind, at);
            match ended {
                Err(ServerError::LogInBroken { fault, .. }) => {
                    assert!(faults.contains(&fault), "{kind:?} at {at}: {fault:?}");
                }
                other => panic!("{kind:?} at {at}: {other:?}"),
            }
            // Version, type, key and random number, and at most the hash.
            assert!(output.len() <= 12 + 1 + 4 + 512 + 2 + 128 + 2 + 32 + 16);
        }
    }
    // The answer to the credentials of RA2 is sealed, too.
    let (server, _) = server_side(Kind::Ra2(129, true));
    let (ended, _) = changed(Kind::Ra2(129, true), server.len() - 1);
    let fault = LogInFault::RecordChanged;
    let log_in = "RA2_256".to_owned();
    assert_eq!(ended, Err(ServerError::LogInBroken { log_in, fault }));
}

#[test]
fn the_servers_key_is_shown_before_anything_is_sent_that_it_could_use() {
    let (server, _) = server_side(Kind::Ra2(129, true));
    let mut handshake = handshake(Kind::Ra2(129, true));
    let mut output = Vec::new();
    let progress = handshake.advance(&server, &mut output).unwrap();
    assert_eq!(progress.consumed, 14 + 4 + 256);
    assert_eq!(output, b"RFB 003.008\n\x81");
    let Need::Trust(key) = handshake.need() else {
        panic!("{:?}", handshake.need());
    };
    assert_eq!(key.to_string(), KEY_SHORT);
    assert_eq!(
        key.fingerprint().map(|byte| format!("{byte:02x}")).concat(),
        KEY_SHA256
    );
    let _: ServerKey = *key;
    // Nothing else makes it go on.
    output.clear();
    handshake.set_client_key(client_key());
    handshake.tls_started();
    handshake.answer([0; 16], &mut output);
    handshake.set_credentials(Credentials::Nothing);
    assert_eq!(
        handshake
            .advance(&server[progress.consumed..], &mut output)
            .unwrap()
            .consumed,
        0
    );
    assert!(output.is_empty());
}

/// By Python's hashlib.
const KEY_SHORT: &str = "16-80-98-0d-32-07-78-20";
const KEY_SHA256: &str = "e7728fd12102b3627a2c3056066ea426a2b2273f9f6b4c1f0db7e135f678aa22";

/// The type that is chosen, or why none is.
fn chosen(credentials: &Credentials, policy: Policy, types: &[u8]) -> Result<String, ServerError> {
    let mut handshake = ServerHandshake::with(LogIn::new(credentials.clone(), policy, SameRandom(3)));
    let count = u8::try_from(types.len()).unwrap();
    let server = [b"RFB 003.008\n", &[count][..], types].concat();
    handshake.advance(&server, &mut Vec::new())?;
    Ok(match handshake.choice() {
        Some(choice) => choice.to_string(),
        None => "inside".into(),
    })
}

#[test]
fn the_strongest_is_chosen_that_the_credentials_allow() {
    let all = [1, 2, 5, 6, 13, 16, 18, 19, 22, 30, 33, 113, 129, 130, 133];
    let nothing = Credentials::Nothing;
    let password = Credentials::Password("rosebud".into());
    let user = Credentials::user("alice", "rosebud");
    let asking = Credentials::Unknown;
    let policy = Policy::default();
    let choose = |credentials: &Credentials, types: &[u8]| chosen(credentials, policy, types);
    assert_eq!(choose(&nothing, &all).unwrap(), "None");
    assert_eq!(choose(&password, &all).unwrap(), "RA2_256");
    assert_eq!(choose(&user, &all).unwrap(), "RA2_256");
    assert_eq!(choose(&asking, &all).unwrap(), "None");
    for (types, name) in [
        (&[2, 130, 6, 5][..], "RA2"),
        (&[2, 6, 130], "RA2ne_256"),
        (&[16, 6, 2], "RA2ne"),
        (&[16, 2, 1], "VncAuth"),
        (&[16], "inside"),
    ] {
        assert_eq!(choose(&password, types).unwrap(), name, "{types:?}");
    }
    for (types, name) in [
        (&[2, 113, 30][..], "Apple Diffie-Hellman"),
        (&[2, 113], "MS-Logon II"),
        (&[2, 16], "inside"),
        (&[2, 19], "inside"),
        // Who has a user name and meets a server that takes none comes in by the password.
        (&[1, 2], "VncAuth"),
    ] {
        assert_eq!(choose(&user, types).unwrap(), name, "{types:?}");
    }
    for (types, name) in [
        (&[2, 113, 30][..], "Apple Diffie-Hellman"),
        (&[113, 2], "VncAuth"),
        (&[2, 19], "VncAuth"),
    ] {
        assert_eq!(choose(&asking, types).unwrap(), name, "{types:?}");
    }
    assert_eq!(choose(&nothing, &[2, 5]), Err(ServerError::PasswordMissing));
    assert_eq!(choose(&nothing, &[30]), Err(ServerError::UserMissing));
    assert_eq!(choose(&password, &[30, 113]), Err(ServerError::UserMissing));
    assert_eq!(choose(&user, &[1]), Err(ServerError::PasswordNotAsked));
    let unknown = Err(ServerError::UnsupportedSecurity {
        offered: vec![13, 33],
    });
    assert_eq!(choose(&user, &[13, 33]), unknown);
    // XVP wants a target, too.
    assert!(matches!(
        choose(&user, &[22]),
        Err(ServerError::UnsupportedSecurity { .. })
    ));
}

#[test]
fn what_the_policy_forbids_is_not_chosen() {
    let password = Credentials::Password("rosebud".into());
    let encrypted = Policy {
        needs_encryption: true,
        ..Policy::default()
    };
    assert_eq!(chosen(&password, encrypted, &[2, 6, 5]).unwrap(), "RA2");
    let weak = Err(ServerError::TooWeak { offered: vec![2, 6] });
    assert_eq!(chosen(&password, encrypted, &[2, 6]), weak);
    let known = Policy {
        needs_identity: true,
        ..Policy::default()
    };
    assert_eq!(chosen(&password, known, &[2, 6]).unwrap(), "RA2ne");
    let weak = Err(ServerError::TooWeak { offered: vec![2] });
    assert_eq!(chosen(&password, known, &[2]), weak);
}

/// What a VeNCrypt server with these types and sub-types comes to: what is needed, and the choice.
fn inside_vencrypt(
    credentials: &Credentials,
    policy: Policy,
    types: &[u8],
    subtypes: &[u32],
) -> Result<(Need, String, Vec<u8>), (ServerError, bool)> {
    let mut handshake = ServerHandshake::with(LogIn::new(credentials.clone(), policy, SameRandom(3)));
    let count = u8::try_from(types.len()).unwrap();
    let list: Vec<u8> = subtypes.iter().flat_map(|each| each.to_be_bytes()).collect();
    let inside = [&[0, 2, 0, u8::try_from(subtypes.len()).unwrap()], &list[..], &[1]].concat();
    let server = [b"RFB 003.008\n", &[count][..], types, &inside, b"TLS"].concat();
    let mut output = Vec::new();
    match handshake.advance(&server, &mut output) {
        Ok(progress) => {
            let need = handshake.need();
            if let Need::Tls(_) = need {
                assert_eq!(&server[progress.consumed..], b"TLS");
            }
            let choice = handshake.choice().map(|choice| choice.to_string());
            handshake.tls_started();
            output.clear();
            let _ = advance(&mut handshake, &[], &mut output);
            Ok((need, choice.unwrap_or_default(), output))
        }
        Err(error) => Err((error, handshake.can_retry_without_vencrypt())),
    }
}

#[test]
fn vencrypt_says_when_tls_begins_and_logs_in_inside_it() {
    let tls = Policy {
        certificate_tls: true,
        anonymous_tls: true,
        ..Policy::default()
    };
    let user = Credentials::user("alice", "rosebud");
    let plain = b"\0\0\0\x05\0\0\0\x07alicerosebud".to_vec();
    let all = [256, 257, 258, 259, 260, 261, 262];
    let certificate = Need::Tls(TlsKind::Certificate);
    let anonymous = Need::Tls(TlsKind::Anonymous);
    assert_eq!(
        inside_vencrypt(&user, tls, &[19, 2], &all).unwrap(),
        (certificate.clone(), "X509Plain".into(), plain.clone())
    );
    assert_eq!(
        inside_vencrypt(&user, tls, &[19], &all[..4]).unwrap(),
        (anonymous.clone(), "TLSPlain".into(), plain)
    );
    let password = Credentials::Password("rosebud".into());
    let (need, choice, _) = inside_vencrypt(&password, tls, &[2, 19], &all).unwrap();
    assert_eq!((need, &choice[..]), (certificate.clone(), "X509Vnc"));
    let (need, choice, _) = inside_vencrypt(&Credentials::Nothing, tls, &[1, 19], &all).unwrap();
    assert_eq!((need, &choice[..]), (certificate, "X509None"));
    let (need, choice, _) = inside_vencrypt(&password, tls, &[2, 19], &[2, 258]).unwrap();
    assert_eq!((need, &choice[..]), (anonymous, "TLSVnc"));
}

#[test]
fn vencrypt_without_anything_better_is_no_dead_end() {
    let certificates = Policy {
        certificate_tls: true,
        ..Policy::default()
    };
    let password = Credentials::Password("rosebud".into());
    // TigerVNC as it comes: what it offers outside it offers inside as well.
    let (_, choice, _) = inside_vencrypt(&password, certificates, &[19, 2], &[258, 2]).unwrap();
    assert_eq!(choice, "VncAuth");
    // Another may not.
    let (error, can_retry) = inside_vencrypt(&password, certificates, &[19, 2], &[258]).unwrap_err();
    assert!(matches!(error, ServerError::UnsupportedSecurity { .. }) && can_retry);
    let (_, can_retry) =
        inside_vencrypt(&Credentials::user("a", "b"), certificates, &[19, 129], &[256]).unwrap_err();
    assert!(can_retry, "RA2_256 is better than Plain");
    let without = Policy {
        vencrypt: false,
        ..certificates
    };
    assert_eq!(chosen(&password, without, &[19, 2]).unwrap(), "VncAuth");
    // What is inside is named.
    let (error, can_retry) = inside_vencrypt(&password, Policy::default(), &[19], &[257, 258]).unwrap_err();
    assert!(
        !can_retry && error.to_string().contains("TLSNone (257), TLSVnc (258)"),
        "{error}"
    );
    let (error, _) = inside_vencrypt(&password, Policy::default(), &[19], &[256]).unwrap_err();
    assert_eq!(error, ServerError::UserMissing);
    let (error, _) = inside_vencrypt(&password, certificates, &[19], &[260]).unwrap_err();
    assert_eq!(error, ServerError::PasswordNotAsked);
    let refusing = [
        b"RFB 003.008\n\x01\x13\0\x02\0\x01",
        &261_u32.to_be_bytes()[..],
        &[0],
    ]
    .concat();
    let mut handshake = ServerHandshake::with(LogIn::new(password, certificates, SameRandom(3)));
    let fault = LogInFault::TlsRefused;
    let log_in = "X509Vnc".to_owned();
    let ended = handshake.advance(&refusing, &mut Vec::new());
    assert_eq!(ended, Err(ServerError::LogInBroken { log_in, fault }));
}

#[test]
fn old_tls_begins_and_the_types_come_anew_inside() {
    let tls = Policy {
        anonymous_tls: true,
        ..Policy::default()
    };
    let password = Credentials::Password("rosebud".into());
    let mut handshake = ServerHandshake::with(LogIn::new(password.clone(), tls, SameRandom(3)));
    let mut output = Vec::new();
    let server = b"RFB 003.008\n\x02\x12\x02TLS";
    assert_eq!(handshake.advance(server, &mut output).unwrap().consumed, 15);
    assert_eq!(handshake.need(), Need::Tls(TlsKind::Anonymous));
    handshake.tls_started();
    // TLS is not begun inside TLS.
    handshake.advance(b"\x03\x12\x13\x02", &mut output).unwrap();
    assert_eq!(handshake.choice().unwrap().to_string(), "TLSVnc");
    assert_eq!(output, b"RFB 003.008\n\x12\x02");
    assert_eq!(chosen(&password, Policy::default(), &[18, 2]).unwrap(), "VncAuth");
}

#[test]
fn a_visitor_is_asked_for_what_the_server_wants() {
    for (kind, asks) in [
        (Kind::Ra2(129, true), Asks::UserAndPassword),
        (Kind::Ra2(129, false), Asks::Password),
        (Kind::Apple, Asks::UserAndPassword),
        (Kind::MsLogon, Asks::UserAndPassword),
        (UNIX, Asks::UserAndPassword),
        (Kind::VeNCrypt(256), Asks::UserAndPassword),
    ] {
        let (server, ours) = server_side(kind);
        let mut handshake =
            ServerHandshake::with(LogIn::new(Credentials::Unknown, Policy::default(), SameRandom(3)));
        let mut output = Vec::new();
        let mut unread = &server[..];
        let mut asked = None;
        loop {
            let progress = handshake.advance(unread, &mut output).unwrap();
            unread = &unread[progress.consumed..];
            match handshake.need() {
                Need::Trust(_) => handshake.trust_server_key(),
                Need::ClientKey => handshake.set_client_key(client_key()),
                Need::Credentials(asks) => {
                    asked = Some(asks);
                    handshake.set_credentials(credentials(kind));
                }
                Need::Nothing => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(asked, Some(asks), "{kind:?}");
        assert_eq!(handshake.choice().unwrap().asks, asks);
        assert!(output == ours && unread.is_empty(), "{kind:?}");
    }
    // A challenge is answered in the browser, as ever.
    let server = [b"RFB 003.008\n\x01\x02", &[7; 16][..]].concat();
    let mut handshake =
        ServerHandshake::with(LogIn::new(Credentials::Unknown, Policy::default(), SameRandom(3)));
    handshake.advance(&server, &mut Vec::new()).unwrap();
    assert_eq!(handshake.need(), Need::Answer([7; 16]));
}

#[test]
fn what_a_log_in_has_no_room_for_is_not_cut() {
    for (kind, user, password, what, limit) in [
        (Kind::Apple, 64, 1, CredentialPart::User, 63),
        (Kind::Apple, 1, 64, CredentialPart::Password, 63),
        (Kind::MsLogon, 256, 1, CredentialPart::User, 255),
        (Kind::MsLogon, 1, 64, CredentialPart::Password, 63),
        (UNIX, 1025, 1, CredentialPart::User, 1024),
        (Kind::VeNCrypt(256), 1, 1025, CredentialPart::Password, 1024),
        (Kind::Ra2(6, true), 256, 1, CredentialPart::User, 255),
        (Kind::Ra2(6, true), 1, 256, CredentialPart::Password, 255),
    ] {
        let (server, _) = server_side(kind);
        for is_longer in [false, true] {
            let cut = usize::from(!is_longer);
            let credentials = Credentials::user(
                "u".repeat(if what == CredentialPart::User {
                    user - cut
                } else {
                    user
                }),
                &"p".repeat(if what == CredentialPart::Password {
                    password - cut
                } else {
                    password
                })[..],
            );
            let mut handshake =
                ServerHandshake::with(LogIn::new(credentials, Policy::default(), SameRandom(3)));
            let ended = advance(&mut handshake, &server, &mut Vec::new());
            match ended {
                Err(ServerError::CredentialTooLong {
                    what: seen,
                    limit: most,
                    ..
                }) => {
                    assert!(is_longer && (seen, most) == (what, limit), "{kind:?}");
                }
                _ => assert!(!is_longer, "{kind:?}: {ended:?}"),
            }
        }
    }
}

/// However far it came, a flood is not swallowed.
#[test]
fn no_more_than_64_kib_are_taken_of_a_flood() {
    let flood = vec![0; 1 << 20];
    for kind in KINDS {
        let (server, _) = server_side(kind);
        // Behind RSA each step is slow, and like any other record.
        let behind = if let Kind::Ra2(..) = kind { 97 } else { 1 };
        for length in (0..server.len()).step_by(behind) {
            let mut handshake = handshake(kind);
            let mut output = Vec::new();
            advance(&mut handshake, &server[..length], &mut output).unwrap();
            match advance(&mut handshake, &flood, &mut output) {
                Ok(progress) => assert!(progress.consumed < 64 << 10, "{kind:?} at {length}"),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

/// What the fuzzer begins with: how the log-in is (as here), no pieces, the server's side. Written when asked for, by
/// PORTHOLE_WRITE_SEEDS=1.
#[test]
fn write_seeds() {
    if std::env::var_os("PORTHOLE_WRITE_SEEDS").is_none() {
        return;
    }
    let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    for kind in KINDS {
        let (server, _) = server_side(kind);
        let (target, start) = match kind {
            Kind::Ra2(..) => ("log_in_ra2", 0),
            Kind::None | TIGHT_NONE | Kind::TightEmpty => ("log_in", 2),
            _ => ("log_in", 0),
        };
        let name = match kind {
            Kind::Tight(_, code, _) => format!("tight-{code}"),
            kind => format!("{kind:?}")
                .to_lowercase()
                .replace(['(', ','], "-")
                .replace([')', ' '], ""),
        };
        std::fs::create_dir_all(seeds.join(target)).unwrap();
        std::fs::write(seeds.join(target).join(name), [&[start, 0], &server[..]].concat()).unwrap();
    }
}

#[test]
fn each_is_let_in_or_refused_with_the_servers_reason() {
    for kind in KINDS {
        for password in ["rosebud", "another"] {
            let (ours, theirs) = UnixStream::pair().unwrap();
            let server = thread::spawn(move || {
                let mut theirs = theirs;
                serve(&mut theirs, kind)
            });
            let credentials = match credentials(kind) {
                Credentials::Nothing if password == "rosebud" => Credentials::Nothing,
                Credentials::Nothing => continue,
                _ => Credentials::User {
                    name: "alice".into(),
                    password: password.into(),
                    target: Some("host7".into()),
                },
            };
            let login = LogIn::new(credentials, Policy::default(), SameRandom(9));
            let ended = log_in(Box::new(ours), login, |_, _| panic!("no TLS"));
            let told = server.join().unwrap().unwrap();
            match ended {
                Ok(session) => assert!(told.is_known() && session.screen.name == "here"),
                Err(ServerError::WrongUser { said } | ServerError::WrongPassword { said }) => {
                    assert!(!told.is_known() && said == "not you: no");
                }
                Err(error) => panic!("{kind:?}: {error}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A beginning as it should be, and then anything: it never panics, comes to the same at any chunking, and says little.
    #[test]
    fn hostile_servers_never_panic(
        kind in prop::sample::select(&[Kind::Apple, Kind::MsLogon, UNIX, TIGHT_VNC, Kind::VeNCrypt(256), Kind::Xvp][..]),
        keep in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..600),
        size in 1..50_usize,
    ) {
        let (server, _) = server_side(kind);
        let server = [&server[..keep.index(server.len() + 1)], &noise].concat();
        let (ended, output) = play(kind, &server, server.len().max(1));
        prop_assert!(output.len() < 2048);
        prop_assert_eq!(play(kind, &server, size), (ended, output));
    }
}

proptest! {
    // Each reckons with RSA twice.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn hostile_servers_of_ra2_never_panic(
        keep in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..600),
        size in 1..50_usize,
    ) {
        let kind = Kind::Ra2(129, true);
        let (server, _) = server_side(kind);
        let server = [&server[..keep.index(server.len() + 1)], &noise].concat();
        let (ended, output) = play(kind, &server, server.len().max(1));
        prop_assert!(output.len() < 2048);
        prop_assert_eq!(play(kind, &server, size), (ended, output));
    }
}
