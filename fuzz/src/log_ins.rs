//! A log-in whose credentials, policy and random numbers are the same each time.

#[path = "../../crates/rfb/tests/harness/client.rs"]
#[allow(dead_code, missing_docs, reason = "tests need more of it")]
mod client;

use porthole_rfb::{
    Credentials, LogIn, MAX_RECORD_BYTES, Need, Opened, Policy, RecordOpener, ServerError, ServerHandshake,
    TightCapabilities,
};

use client::{SameRandom, client_key};

/// How it came out, and what was sent.
pub type Ended = (Result<usize, ServerError>, Vec<u8>);

/// Logs in at a server that says this. What the log-in is like, its first byte tells: the seeds have 0.
pub fn play<'a>(start: u8, pieces: impl IntoIterator<Item = &'a [u8]>, reckons_with_rsa: bool) -> Ended {
    let mut handshake = ServerHandshake::with(LogIn::new(credentials(start), policy(start), SameRandom(3)));
    let (mut used, mut output) = (0, Vec::new());
    let mut behind = Behind::default();
    for piece in pieces {
        let mut rest = piece;
        if handshake.need() == Need::Nothing {
            behind.read(rest);
            continue;
        }
        loop {
            let progress = match handshake.advance(rest, &mut output) {
                Ok(progress) => progress,
                Err(error) => return (Err(error), output),
            };
            used += progress.consumed;
            rest = &rest[progress.consumed..];
            match handshake.need() {
                Need::Bytes => break,
                Need::Nothing => {
                    behind = Behind::of(&mut handshake);
                    behind.read(rest);
                    break;
                }
                Need::Trust(_) => handshake.trust_server_key(),
                Need::ClientKey if reckons_with_rsa => handshake.set_client_key(client_key()),
                Need::ClientKey => return (Ok(used), output),
                Need::Tls(_) => handshake.tls_started(),
                Need::Credentials(_) => handshake.set_credentials(credentials(0)),
                Need::Answer(challenge) => handshake.answer(challenge, &mut output),
            }
        }
    }
    let _ = handshake.cut_short().to_string();
    assert!(output.len() < 4096, "a log-in says less");
    (Ok(used), output)
}

fn credentials(start: u8) -> Credentials {
    match start & 3 {
        0 => Credentials::User {
            name: "alice".into(),
            password: "rosebud".into(),
            target: Some("host7".into()),
        },
        1 => Credentials::Password("rosebud".into()),
        2 => Credentials::Nothing,
        _ => Credentials::Unknown,
    }
}

fn policy(start: u8) -> Policy {
    Policy {
        certificate_tls: start & 4 != 0,
        anonymous_tls: start & 8 != 0,
        vencrypt: start & 16 == 0,
        needs_encryption: start & 32 != 0,
        needs_identity: start & 64 != 0,
    }
}

/// What comes behind a log-in.
#[derive(Default)]
struct Behind {
    opener: Option<RecordOpener>,
    sealed: Vec<u8>,
    lists: Option<TightCapabilities>,
}

impl Behind {
    fn of(handshake: &mut ServerHandshake) -> Self {
        Self {
            opener: handshake.take_records().map(|records| records.opener),
            sealed: Vec::new(),
            lists: handshake.has_tight_capabilities().then(TightCapabilities::new),
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        if let Some(lists) = &mut self.lists {
            let progress = lists.advance(bytes);
            assert!(progress.done || progress.consumed == bytes.len());
        }
        let Some(opener) = &mut self.opener else {
            return;
        };
        self.sealed.extend(bytes);
        loop {
            match opener.open(&mut self.sealed) {
                Ok(Opened::Record { length, .. }) => drop(self.sealed.drain(..length)),
                Ok(Opened::Needs(bytes)) => {
                    assert!(bytes <= MAX_RECORD_BYTES && bytes > self.sealed.len());
                    return;
                }
                Err(_) => {
                    self.opener = None;
                    return;
                }
            }
        }
    }
}
