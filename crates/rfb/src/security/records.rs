use std::fmt;

use aes::{Aes128, Aes256};
use eax::{AeadInOut, Eax, KeyInit, Nonce, Tag, aead::consts::U16};

use crate::LogInFault;

/// The longest record of RA2's on the wire, in bytes: its length, what it holds, its tag.
pub const MAX_RECORD_BYTES: usize = HEAD_BYTES + u16::MAX as usize + TAG_BYTES;

const HEAD_BYTES: usize = 2;
const TAG_BYTES: usize = 16;

/// How much one record holds at most that is sealed here; TigerVNC seals as much.
const MAX_SEALED_BYTES: usize = 8192;

/// Both directions of a session that RA2 or RA2_256 encrypts to its end, and what the server has already sent in it.
#[derive(Debug)]
pub struct Records {
    /// Seals what goes to the server, from ClientInit on.
    pub sealer: RecordSealer,
    /// Opens what comes from the server.
    pub opener: RecordOpener,
    /// What the server has sent behind its SecurityResult, already opened; as a rule nothing.
    pub opened: Vec<u8>,
}

/// Seals bytes for the server, in records of at most 8 KiB.
///
/// Each record is its length (U16), the bytes encrypted by AES-EAX, and a tag of 16 bytes, with the length as associated
/// data and the record's number (128 bits, little-endian) as nonce; so neither can be changed, left out or sent again.
#[derive(Debug)]
pub struct RecordSealer(Cipher);

/// Opens the server's records, see [`RecordSealer`].
#[derive(Debug)]
pub struct RecordOpener(Cipher);

/// What [`RecordOpener::open`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Opened<'a> {
    /// The record is not whole before there are so many bytes, counted from its first; at most [`MAX_RECORD_BYTES`].
    Needs(usize),
    /// What the record holds, decrypted where it stood.
    Record {
        /// The bytes; there may be none.
        plain: &'a mut [u8],
        /// How many bytes of the input the record took. The next one begins behind them.
        length: usize,
    },
}

impl RecordSealer {
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Cipher::new(key).map(Self)
    }

    /// Appends `plain` to `output` in as many records as it takes; nothing in none.
    pub fn seal(&mut self, plain: &[u8], output: &mut Vec<u8>) {
        for piece in plain.chunks(MAX_SEALED_BYTES) {
            // A piece has at most 8 KiB.
            let head = u16::try_from(piece.len()).unwrap_or_default().to_be_bytes();
            output.extend(head);
            let start = output.len();
            output.extend(piece);
            let tag = self.0.encrypt(head, &mut output[start..]);
            output.extend(tag);
        }
    }
}

impl RecordOpener {
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Cipher::new(key).map(Self)
    }

    /// Opens the record that begins at the first byte of `held`, once it is whole. It keeps no bytes itself.
    ///
    /// # Errors
    /// [`LogInFault::RecordChanged`] if the record was changed on its way; nothing that follows can be opened.
    pub fn open<'a>(&mut self, held: &'a mut [u8]) -> Result<Opened<'a>, LogInFault> {
        let Some((&mut head, rest)) = held.split_first_chunk_mut::<HEAD_BYTES>() else {
            return Ok(Opened::Needs(HEAD_BYTES));
        };
        let content = usize::from(u16::from_be_bytes(head));
        let length = HEAD_BYTES + content + TAG_BYTES;
        let Some((plain, rest)) = rest.split_at_mut_checked(content) else {
            return Ok(Opened::Needs(length));
        };
        let Some(tag) = rest.first_chunk::<TAG_BYTES>() else {
            return Ok(Opened::Needs(length));
        };
        if !self.0.decrypt(head, plain, tag) {
            return Err(LogInFault::RecordChanged);
        }
        Ok(Opened::Record { plain, length })
    }
}

/// One direction: the key, and the number of the next record.
struct Cipher {
    eax: Kind,
    number: u128,
}

enum Kind {
    Aes128(Eax<Aes128>),
    Aes256(Eax<Aes256>),
}

impl Cipher {
    fn new(key: &[u8]) -> Option<Self> {
        let eax = match key.len() {
            16 => Kind::Aes128(Eax::new_from_slice(key).ok()?),
            _ => Kind::Aes256(Eax::new_from_slice(key).ok()?),
        };
        Some(Self { eax, number: 0 })
    }

    fn encrypt(&mut self, head: [u8; HEAD_BYTES], bytes: &mut [u8]) -> [u8; TAG_BYTES] {
        let nonce = self.next_nonce();
        let tag = match &self.eax {
            Kind::Aes128(eax) => eax.encrypt_inout_detached(&nonce, &head, bytes.into()),
            Kind::Aes256(eax) => eax.encrypt_inout_detached(&nonce, &head, bytes.into()),
        };
        // EAX refuses only what is longer than 64 GiB.
        tag.unwrap_or_default().into()
    }

    fn decrypt(&mut self, head: [u8; HEAD_BYTES], bytes: &mut [u8], tag: &[u8; TAG_BYTES]) -> bool {
        let nonce = self.next_nonce();
        let tag: &Tag<U16> = tag.into();
        match &self.eax {
            Kind::Aes128(eax) => eax.decrypt_inout_detached(&nonce, &head, bytes.into(), tag),
            Kind::Aes256(eax) => eax.decrypt_inout_detached(&nonce, &head, bytes.into(), tag),
        }
        .is_ok()
    }

    fn next_nonce(&mut self) -> Nonce<U16> {
        let nonce = self.number.to_le_bytes();
        self.number = self.number.wrapping_add(1);
        nonce.into()
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cipher(record {})", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(key: &[u8]) -> (RecordSealer, RecordOpener) {
        RecordSealer::new(key).zip(RecordOpener::new(key)).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_record_by_record() {
        for key in [&[7; 16][..], &[7; 32]] {
            let (mut sealer, mut opener) = pair(key);
            let (mut sealed, mut opened, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
            let plain: Vec<u8> = (0..20_000_u32).map(|number| number.to_le_bytes()[0]).collect();
            sealer.seal(&[], &mut sealed);
            assert!(sealed.is_empty());
            sealer.seal(&plain, &mut sealed);
            while !sealed.is_empty() {
                let Ok(Opened::Record { plain, length }) = opener.open(&mut sealed) else {
                    panic!("no record");
                };
                opened.extend_from_slice(plain);
                lengths.push(length);
                sealed.drain(..length);
            }
            assert_eq!(lengths, [8210, 8210, 3634]);
            assert!(opened == plain);
        }
    }

    #[test]
    fn a_record_is_waited_for_and_may_be_empty_or_as_long_as_its_length_can_say() {
        for content in [0, 1, usize::from(u16::MAX)] {
            let (mut sealer, mut opener) = pair(&[1; 32]);
            let mut record = u16::try_from(content).unwrap().to_be_bytes().to_vec();
            record.resize(2 + content, 5);
            let tag = sealer.0.encrypt([record[0], record[1]], &mut record[2..]);
            record.extend(tag);
            assert!(record.len() <= MAX_RECORD_BYTES);
            for held in [0, 1] {
                assert_eq!(opener.open(&mut record[..held]), Ok(Opened::Needs(2)));
            }
            let whole = record.len();
            for held in [2, 2 + content, whole - 1] {
                assert_eq!(opener.open(&mut record[..held]), Ok(Opened::Needs(whole)));
            }
            let mut plain = vec![5; content];
            let plain = &mut plain[..];
            let length = whole;
            assert_eq!(opener.open(&mut record), Ok(Opened::Record { plain, length }));
        }
    }

    #[test]
    fn records_cannot_be_changed_left_out_or_sent_again() {
        let (mut sealer, _) = pair(&[1; 16]);
        let [mut first, mut second] = [Vec::new(), Vec::new()];
        sealer.seal(b"yes", &mut first);
        sealer.seal(b"no!", &mut second);
        for at in 0..first.len() * 8 {
            let mut changed = first.clone();
            changed[at / 8] ^= 1 << (at % 8);
            let opened = pair(&[1; 16])
                .1
                .open(&mut changed)
                .map(|opened| matches!(opened, Opened::Needs(_)));
            assert!(
                matches!(opened, Err(LogInFault::RecordChanged) | Ok(true)),
                "{at}"
            );
        }
        let (_, mut opener) = pair(&[1; 16]);
        assert_eq!(opener.open(&mut second.clone()), Err(LogInFault::RecordChanged));
        let (_, mut opener) = pair(&[1; 16]);
        assert!(opener.open(&mut first.clone()).is_ok());
        assert_eq!(opener.open(&mut first), Err(LogInFault::RecordChanged));
    }
}
