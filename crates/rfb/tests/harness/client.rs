//! The client's side of a log-in with real sockets, as the gateway will have it.

use std::{
    convert::Infallible,
    io::{Read, Write},
};

use porthole_rfb::{
    CLIENT_INIT_SHARED, ClientKey, LogIn, Need, Opened, Records, SecurityChoice, ServerError,
    ServerHandshake, ServerInit, ServerInitInfo, ServerKey, TightCapabilities, TlsKind,
};
use rsa::rand_core::{TryCryptoRng, TryRng};

/// Random numbers that are the same each time.
#[derive(Clone, Debug)]
pub struct SameRandom(pub u64);

impl TryRng for SameRandom {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|number| (number >> 32) as u32)
    }

    /// SplitMix64.
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(mixed ^ mixed >> 31)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for piece in bytes.chunks_mut(8) {
            piece.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..piece.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for SameRandom {}

/// Our key, which is the same in every test: to make one takes a while. The primes are openssl's.
pub fn client_key() -> ClientKey {
    let [p, q] =
        [P, Q].map(|hex| -> Vec<u8> { hex.as_chunks::<2>().0.iter().map(|pair| byte(*pair)).collect() });
    ClientKey::of_primes([&p, &q]).expect("an RSA key")
}

fn byte(pair: [u8; 2]) -> u8 {
    pair.iter().fold(0, |sum, digit| {
        sum << 4
            | if *digit > b'9' {
                digit - b'a' + 10
            } else {
                digit - b'0'
            }
    })
}

const P: &[u8] = b"c8e3a75b81078ae04850a8f7c52206104755cdc35d3d30bb811b0cc49e26646e998ad11c572302c1546f318802828faa9cd149abf5655645569be987e0cee80353d70d18c378dd2729c46e705364529d6328aa2961965765f4b99e6a5a427071efb2bd6aa0a7a4475e9ce72afd3e92481dbb7171760a4ea5f2e05522b524b1c7";
const Q: &[u8] = b"b9d5384d91d99115916c55b675d716e350daaacc6a1fc7380fec884e31002237c3eee0d9ce68934dcca87dd46503b8f4d3b14b733f2d00442d6863718d93bd41c9d4adbb1a898179951e4c976dfa7b1e9d5178d2957c2b79b5ca927b51cadd40d77970d68ee171016f746e74f44bb61467a9987d56609f9a49de9edf9f92499d";

/// Bytes both ways.
pub trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// A session that was begun.
pub struct Session {
    pub choice: SecurityChoice,
    pub server_key: Option<ServerKey>,
    pub screen: ServerInitInfo,
}

/// Logs in and reads ServerInit. TLS is begun by `start_tls`, where the server wants it.
pub fn log_in(
    mut stream: Box<dyn Stream>,
    log_in: LogIn,
    start_tls: impl Fn(Box<dyn Stream>, TlsKind) -> Box<dyn Stream>,
) -> Result<Session, ServerError> {
    let mut handshake = ServerHandshake::with(log_in);
    let (mut unread, mut output) = (Vec::new(), Vec::new());
    let mut server_key = None;
    loop {
        let progress = handshake.advance(&unread, &mut output)?;
        unread.drain(..progress.consumed);
        // A server that has gone may still have said why.
        let _ = stream.write_all(&output);
        output.clear();
        match handshake.need() {
            Need::Nothing => break,
            Need::Bytes => {
                let mut buffer = [0; 1024];
                match stream.read(&mut buffer) {
                    Ok(read @ 1..) => unread.extend_from_slice(&buffer[..read]),
                    _ => return Err(handshake.cut_short()),
                }
            }
            Need::Trust(key) => {
                server_key = Some(*key);
                handshake.trust_server_key();
            }
            Need::ClientKey => handshake.set_client_key(client_key()),
            Need::Tls(kind) => {
                assert!(unread.is_empty(), "the server speaks before TLS");
                stream = start_tls(stream, kind);
                handshake.tls_started();
            }
            Need::Answer(_) | Need::Credentials(_) => panic!("they are known"),
        }
    }
    let choice = handshake.choice().expect("a choice");
    let records = handshake.take_records();
    assert_eq!(
        records.is_some(),
        choice.tls.is_none() && choice.encrypts_session()
    );
    let screen = initialise(stream, records, unread, handshake.has_tight_capabilities())?;
    Ok(Session {
        choice,
        server_key,
        screen,
    })
}

fn initialise(
    mut stream: Box<dyn Stream>,
    mut records: Option<Records>,
    mut unread: Vec<u8>,
    is_tight: bool,
) -> Result<ServerInitInfo, ServerError> {
    let mut output = Vec::new();
    match &mut records {
        Some(records) => records.sealer.seal(&CLIENT_INIT_SHARED, &mut output),
        None => output.extend(CLIENT_INIT_SHARED),
    }
    let mut init = ServerInit::new();
    let _ = stream.write_all(&output);
    let mut sealed = std::mem::take(&mut unread);
    let mut plain = records
        .as_mut()
        .map(|records| std::mem::take(&mut records.opened))
        .unwrap_or_default();
    loop {
        match &mut records {
            None => plain.append(&mut sealed),
            Some(records) => {
                while let Opened::Record {
                    plain: opened,
                    length,
                } = records.opener.open(&mut sealed).expect("a record")
                {
                    plain.extend_from_slice(opened);
                    sealed.drain(..length);
                }
            }
        }
        if let Some((consumed, screen)) = init.advance(&plain)? {
            if is_tight {
                let lists = TightCapabilities::new().advance(&plain[consumed..]);
                assert!(lists.done, "the stand-ins send it in one piece");
            }
            return Ok(screen);
        }
        plain.clear();
        let mut buffer = [0; 1024];
        match stream.read(&mut buffer) {
            Ok(read @ 1..) => sealed.extend_from_slice(&buffer[..read]),
            _ => return Err(init.cut_short()),
        }
    }
}
