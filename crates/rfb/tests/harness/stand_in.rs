//! A VNC server's side of each log-in, written from the specifications, with other arithmetic than the crate's. What it
//! does is vouched for by noVNC, which logs in to it (`tests/servers`).

use std::io::{Read, Result, Write};

use aes::{
    Aes128, Aes256,
    cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use des::Des;
use eax::{AeadInOut, Eax};
use md5::Md5;
use num_bigint::BigUint;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::client::SameRandom;
use rsa::rand_core::Rng;

/// What the client is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    None,
    VncAuth,
    /// Security type, whether the credentials have a user name.
    Ra2(u8, bool),
    Apple,
    MsLogon,
    Xvp,
    /// VeNCrypt with this sub-type, which must be without TLS.
    VeNCrypt(u32),
    /// How many tunnels, and the code and signature of the log-in.
    Tight(usize, u32, &'static [u8; 12]),
    /// An empty list of log-ins.
    TightEmpty,
}

pub const UNIX: Kind = Kind::Tight(1, 129, b"TGHTULGNAUTH");
pub const TIGHT_VNC: Kind = Kind::Tight(0, 2, b"STDVVNCAUTH_");
pub const TIGHT_NONE: Kind = Kind::Tight(2, 1, b"STDVNOAUTH__");

/// What the client told of itself; of a challenge, whether the answer is right for "rosebud".
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub user: String,
    pub password: String,
    pub target: String,
}

impl Told {
    pub fn is_known(&self) -> bool {
        self.password == "rosebud" || self.password.is_empty()
    }
}

/// A key that openssl made.
const MODULUS: &[u8] = b"db55aaba44029223bf04ab9287bb198efa8cae15d9c00798afa063b4b0fc5cc0cc8fba2d554ada4fe8659808a3df56673446b904e1c1674c2d9a17b78afb421fbf5e91573d431880ba75c9f0a7baccfeceafcf306a32d6bfb2ff7db5f29e393208ac51ce5bd2b53d4adb4b065113e02b5c3caa2cb4119555d58cb62ec129e845";
const PRIVATE: &[u8] = b"df06ad23da240315f616799ff6047a68b8bc740823f2efc6824f4513672435ec96154feae8dfc43d9cc2316617bbf1cfdf884a7a7c547d05291997243b5e624ca2ed1f371d3505db6c1781734036361089aaa6a0108dc1c7a2abb28a14212d831252f9e0b6e8c8a1941f774905b72b0f90a0fe99d4109e92f31fad24a5bf89d";
const MODULUS_BYTES: usize = 128;

/// The prime of RFC 2409's second group, which Apple's servers have.
const PRIME: &[u8] = b"ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff";

fn number(hex: &[u8]) -> BigUint {
    BigUint::parse_bytes(hex, 16).expect("a number")
}

fn bytes_of(number: &BigUint, length: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; length - bytes.len()], bytes].concat()
}

/// Serves one client, to the end of ServerInit; a wrong password is refused. Gives what it was told.
pub fn serve(stream: &mut (impl Read + Write), kind: Kind) -> Result<Told> {
    let mut server = Server {
        stream,
        random: SameRandom(42),
        sealed: None,
    };
    server.greet(kind)?;
    let told = match kind {
        Kind::None => Told::default(),
        Kind::VncAuth => server.vnc_auth()?,
        Kind::Ra2(number, asks_user) => server.ra2(number, asks_user)?,
        Kind::Apple => server.apple()?,
        Kind::MsLogon => server.ms_logon()?,
        Kind::Xvp => server.xvp()?,
        Kind::VeNCrypt(subtype) => server.vencrypt(subtype)?,
        Kind::Tight(tunnels, code, signature) => server.tight(tunnels, Some((code, signature)))?,
        Kind::TightEmpty => server.tight(0, None)?,
    };
    if !told.is_known() {
        server.write(b"\0\0\0\x01\0\0\0\x0bnot you: no")?;
        return Ok(told);
    }
    server.write(&[0; 4])?;
    assert_eq!(server.read::<1>()?, [1], "ClientInit");
    let mut screen = b"\x01\x40\0\xc8\x20\x18\0\x01\0\xff\0\xff\0\xff\x10\x08\0\0\0\0\0\0\0\x04here".to_vec();
    if matches!(kind, Kind::Tight(..) | Kind::TightEmpty) {
        // One server message, no client message, two encodings.
        screen.extend([0, 1, 0, 0, 0, 2, 0, 0]);
        screen.extend([b'c'; 48]);
    }
    server.write(&screen)?;
    Ok(told)
}

struct Server<'a, S> {
    stream: &'a mut S,
    random: SameRandom,
    sealed: Option<Sealed>,
}

/// Both directions, sealed.
struct Sealed {
    sending: Direction,
    receiving: Direction,
    unread: Vec<u8>,
}

impl<S: Read + Write> Server<'_, S> {
    fn greet(&mut self, kind: Kind) -> Result<()> {
        self.write(b"RFB 003.008\n")?;
        assert_eq!(&self.read::<12>()?, b"RFB 003.008\n");
        let number = match kind {
            Kind::None => 1,
            Kind::VncAuth => 2,
            Kind::Ra2(number, _) => number,
            Kind::Apple => 30,
            Kind::MsLogon => 113,
            Kind::Xvp => 22,
            Kind::VeNCrypt(_) => 19,
            Kind::Tight(..) | Kind::TightEmpty => 16,
        };
        self.write(&[1, number])?;
        assert_eq!(self.read::<1>()?, [number]);
        Ok(())
    }

    fn vnc_auth(&mut self) -> Result<Told> {
        let mut challenge = [0; 16];
        self.random.fill_bytes(&mut challenge);
        self.write(&challenge)?;
        let answer = self.read::<16>()?;
        let des = Des::new(&b"rosebud\0".map(u8::reverse_bits).into());
        for block in challenge.as_chunks_mut::<8>().0 {
            des.encrypt_block(block.into());
        }
        Ok(Told {
            password: if answer == challenge { "rosebud" } else { "another" }.into(),
            ..Told::default()
        })
    }

    fn ra2(&mut self, kind: u8, asks_user: bool) -> Result<Told> {
        let (is_256_bit, encrypts_session) = (kind > 100, [5, 129].contains(&kind));
        let random_bytes = if is_256_bit { 32 } else { 16 };
        let modulus = number(MODULUS);
        let ours = [
            &1024_u32.to_be_bytes()[..],
            &bytes_of(&modulus, MODULUS_BYTES),
            &bytes_of(&65537_u32.into(), MODULUS_BYTES),
        ]
        .concat();
        self.write(&ours)?;
        let length = self.read::<4>()?;
        let bytes = u32::from_be_bytes(length) as usize / 8;
        let theirs = [&length[..], &self.read_many(2 * bytes)?].concat();
        let their_modulus = BigUint::from_bytes_be(&theirs[4..4 + bytes]);
        let their_exponent = BigUint::from_bytes_be(&theirs[4 + bytes..]);

        let mut random = vec![0; random_bytes];
        self.random.fill_bytes(&mut random);
        let padding = vec![0x55; bytes - 3 - random_bytes];
        let block = [&[0, 2][..], &padding, &[0], &random].concat();
        let encrypted = BigUint::from_bytes_be(&block).modpow(&their_exponent, &their_modulus);
        // In one piece, as servers do: noVNC waits for the length alone.
        let length = (bytes as u16).to_be_bytes();
        self.write(&[&length[..], &bytes_of(&encrypted, bytes)].concat())?;

        assert_eq!(u16::from_be_bytes(self.read()?) as usize, MODULUS_BYTES);
        let encrypted = BigUint::from_bytes_be(&self.read_many(MODULUS_BYTES)?);
        let block = bytes_of(&encrypted.modpow(&number(PRIVATE), &modulus), MODULUS_BYTES);
        assert_eq!(block[..2], [0, 2]);
        let start = MODULUS_BYTES - random_bytes;
        assert_eq!((block[start - 1], block[2..start - 1].contains(&0)), (0, false));
        let client_random = &block[start..];

        let hash = |parts: [&[u8]; 2]| -> Vec<u8> {
            let bytes = parts.concat();
            if is_256_bit {
                Sha256::digest(bytes).to_vec()
            } else {
                Sha1::digest(bytes).to_vec()
            }
        };
        let key = |parts| hash(parts)[..random_bytes].to_vec();
        self.sealed = Some(Sealed {
            sending: Direction::new(key([client_random, &random])),
            receiving: Direction::new(key([&random, client_random])),
            unread: Vec::new(),
        });
        self.write(&hash([&ours, &theirs]))?;
        let expected = hash([&theirs, &ours]);
        assert_eq!(self.read_many(expected.len())?, expected, "the client's hash");
        self.write(&[if asks_user { 1 } else { 2 }])?;
        let user = self.short_text()?;
        let password = self.short_text()?;
        if !encrypts_session {
            self.sealed = None;
        }
        Ok(Told {
            user,
            password,
            ..Told::default()
        })
    }

    fn apple(&mut self) -> Result<Told> {
        let prime = number(PRIME);
        let mut secret = [0; 128];
        self.random.fill_bytes(&mut secret);
        let secret = BigUint::from_bytes_be(&secret);
        let public = BigUint::from(2_u32).modpow(&secret, &prime);
        self.write(&[0, 2, 0, 128])?;
        self.write(&bytes_of(&prime, 128))?;
        self.write(&bytes_of(&public, 128))?;
        let mut credentials = self.read::<128>()?;
        let theirs = BigUint::from_bytes_be(&self.read::<128>()?);
        let shared = bytes_of(&theirs.modpow(&secret, &prime), 128);
        let aes = Aes128::new(&Md5::digest(shared));
        for block in credentials.as_chunks_mut::<16>().0 {
            aes.decrypt_block(block.into());
        }
        let (user, password) = credentials.split_at(64);
        Ok(Told {
            user: text(user),
            password: text(password),
            ..Told::default()
        })
    }

    fn ms_logon(&mut self) -> Result<Told> {
        // UltraVNC takes a prime of 31 bits.
        let (generator, modulus, secret) = (3_u64, 2_147_483_647_u64, 1_234_567_u64);
        let power = |base: u64, exponent: u64| -> u64 {
            let power = BigUint::from(base).modpow(&exponent.into(), &modulus.into());
            power.try_into().expect("64 bits")
        };
        for number in [generator, modulus, power(generator, secret)] {
            self.write(&number.to_be_bytes())?;
        }
        let theirs = u64::from_be_bytes(self.read()?);
        let key = power(theirs, secret).to_be_bytes();
        let des = Des::new(&key.map(u8::reverse_bits).into());
        let mut fields = [vec![0; 256], vec![0; 64]];
        for field in &mut fields {
            *field = self.read_many(field.len())?;
            let mut last = key;
            for block in field.as_chunks_mut::<8>().0 {
                let sealed = *block;
                des.decrypt_block(block.into());
                for (byte, before) in block.iter_mut().zip(last) {
                    *byte ^= before;
                }
                last = sealed;
            }
        }
        Ok(Told {
            user: text(&fields[0]),
            password: text(&fields[1]),
            ..Told::default()
        })
    }

    fn xvp(&mut self) -> Result<Told> {
        let [user, target] = self.read::<2>()?;
        let user = self.read_many(user.into())?;
        let target = self.read_many(target.into())?;
        Ok(Told {
            user: String::from_utf8(user).expect("UTF-8"),
            target: String::from_utf8(target).expect("UTF-8"),
            ..self.vnc_auth()?
        })
    }

    fn vencrypt(&mut self, subtype: u32) -> Result<Told> {
        self.write(&[0, 2])?;
        assert_eq!(self.read()?, [0, 2]);
        self.write(&[0, 2])?;
        // One that nobody knows comes first.
        self.write(&[&999_u32.to_be_bytes()[..], &subtype.to_be_bytes()].concat())?;
        assert_eq!(u32::from_be_bytes(self.read()?), subtype);
        match subtype {
            2 => self.vnc_auth(),
            256 => self.plain(),
            _ => Ok(Told::default()),
        }
    }

    fn tight(&mut self, tunnels: usize, log_in: Option<(u32, &[u8; 12])>) -> Result<Told> {
        self.write(&(tunnels as u32).to_be_bytes())?;
        for tunnel in 0..tunnels {
            self.write(if tunnel == 0 {
                b"\0\0\0\0TGHTNOTUNNEL"
            } else {
                b"\0\0\0\x09ABCDTUNNEL__"
            })?;
        }
        if tunnels > 0 {
            assert_eq!(self.read()?, [0; 4], "no tunnel");
        }
        let Some((code, signature)) = log_in else {
            self.write(&[0; 4])?;
            return Ok(Told::default());
        };
        self.write(&2_u32.to_be_bytes())?;
        self.write(b"\0\0\0\x07ABCDLOG_IN__")?;
        self.write(&code.to_be_bytes())?;
        self.write(signature)?;
        assert_eq!(u32::from_be_bytes(self.read()?), code);
        match code {
            2 => self.vnc_auth(),
            129 => self.plain(),
            _ => Ok(Told::default()),
        }
    }

    fn plain(&mut self) -> Result<Told> {
        let [user, password] = [self.read()?, self.read()?].map(|length| u32::from_be_bytes(length) as usize);
        let user = self.read_many(user)?;
        let password = self.read_many(password)?;
        Ok(Told {
            user: String::from_utf8(user).expect("UTF-8"),
            password: String::from_utf8(password).expect("UTF-8"),
            ..Told::default()
        })
    }

    fn short_text(&mut self) -> Result<String> {
        let [length] = self.read()?;
        let text = self.read_many(length.into())?;
        Ok(String::from_utf8(text).expect("UTF-8"))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.sealed {
            Some(sealed) => {
                let record = sealed.sending.seal(bytes);
                self.stream.write_all(&record)
            }
            None => self.stream.write_all(bytes),
        }
    }

    fn read<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.read_many(N)?.try_into().expect("so many"))
    }

    fn read_many(&mut self, length: usize) -> Result<Vec<u8>> {
        let Some(sealed) = &mut self.sealed else {
            let mut bytes = vec![0; length];
            self.stream.read_exact(&mut bytes)?;
            return Ok(bytes);
        };
        while sealed.unread.len() < length {
            let mut head = [0; 2];
            self.stream.read_exact(&mut head)?;
            let mut record = vec![0; usize::from(u16::from_be_bytes(head)) + 16];
            self.stream.read_exact(&mut record)?;
            sealed.unread.extend(sealed.receiving.open(head, record));
        }
        Ok(sealed.unread.drain(..length).collect())
    }
}

/// One direction of records.
pub struct Direction {
    key: Vec<u8>,
    number: u128,
}

impl Direction {
    pub fn new(key: Vec<u8>) -> Self {
        Self { key, number: 0 }
    }

    pub fn seal(&mut self, plain: &[u8]) -> Vec<u8> {
        let head = (plain.len() as u16).to_be_bytes();
        let mut bytes = plain.to_vec();
        let nonce = self.number.to_le_bytes().into();
        self.number += 1;
        let tag = match self.key.len() {
            16 => Eax::<Aes128>::new_from_slice(&self.key)
                .expect("a key")
                .encrypt_inout_detached(&nonce, &head, (&mut bytes[..]).into()),
            _ => Eax::<Aes256>::new_from_slice(&self.key)
                .expect("a key")
                .encrypt_inout_detached(&nonce, &head, (&mut bytes[..]).into()),
        };
        [&head[..], &bytes, &tag.expect("sealed")].concat()
    }

    fn open(&mut self, head: [u8; 2], mut record: Vec<u8>) -> Vec<u8> {
        let tag: [u8; 16] = record.split_off(record.len() - 16).try_into().expect("a tag");
        let nonce = self.number.to_le_bytes().into();
        self.number += 1;
        let opened = match self.key.len() {
            16 => Eax::<Aes128>::new_from_slice(&self.key)
                .expect("a key")
                .decrypt_inout_detached(&nonce, &head, (&mut record[..]).into(), (&tag).into()),
            _ => Eax::<Aes256>::new_from_slice(&self.key)
                .expect("a key")
                .decrypt_inout_detached(&nonce, &head, (&mut record[..]).into(), (&tag).into()),
        };
        opened.expect("a record of the client's");
        record
    }
}

/// What stands before the NUL.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|&byte| byte == 0).expect("a NUL");
    String::from_utf8(field[..end].to_vec()).expect("UTF-8")
}
