//! RA2, RA2ne, RA2_256 and RA2ne_256: RSA keys are exchanged, random numbers encrypted with them, and keys for AES-EAX
//! made of those (community RFB specification, "RSA-AES Security Type").

use rsa::{pkcs1v15::Pkcs1v15Encrypt, rand_core::CryptoRng};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    LogInFault,
    security::{
        choice::{Asks, Ra2},
        client_key::ClientKey,
        records::{RecordOpener, RecordSealer},
        server_key::ServerKey,
    },
};

/// The keys and random numbers of one log-in by RA2.
#[derive(Debug)]
pub(crate) struct Ra2Exchange {
    kind: Ra2,
    pub(crate) server_key: ServerKey,
    ours: Option<OurPart>,
}

struct OurPart {
    key: ClientKey,
    /// The key as it was sent.
    wire: Vec<u8>,
    random: Zeroizing<Vec<u8>>,
}

impl Ra2Exchange {
    pub(crate) fn new(kind: Ra2, server_key: ServerKey) -> Self {
        Self {
            kind,
            server_key,
            ours: None,
        }
    }

    /// Sends our key, and a random number that only the server can read.
    pub(crate) fn send<R: CryptoRng + ?Sized>(
        &mut self,
        key: ClientKey,
        random: &mut R,
        output: &mut Vec<u8>,
    ) -> Result<(), LogInFault> {
        let mut ours = Zeroizing::new(vec![0; self.random_bytes()]);
        random.fill_bytes(&mut ours);
        let encrypted = self
            .server_key
            .key()
            .encrypt(random, Pkcs1v15Encrypt, &ours)
            .map_err(|_| LogInFault::RsaKey)?;
        let wire = key.wire();
        output.extend(&wire);
        output.extend(u16::try_from(encrypted.len()).unwrap_or_default().to_be_bytes());
        output.extend(encrypted);
        self.ours = Some(OurPart {
            key,
            wire,
            random: ours,
        });
        Ok(())
    }

    /// How many bytes the server's random number has, if this is the length that it announced.
    pub(crate) fn check_random_length(&self, length: usize) -> Result<usize, LogInFault> {
        let expected = self.ours.as_ref().map_or(0, |ours| ours.key.encrypted_bytes());
        if length == expected {
            Ok(length)
        } else {
            Err(LogInFault::RandomLength { length, expected })
        }
    }

    /// Takes the server's random number: from here on everything is sealed, at first our hash of both keys.
    pub(crate) fn agree<R: CryptoRng + ?Sized>(
        &self,
        encrypted: &[u8],
        random: &mut R,
        output: &mut Vec<u8>,
    ) -> Result<(RecordSealer, RecordOpener), LogInFault> {
        let ours = self.ours.as_ref().ok_or(LogInFault::Random)?;
        let theirs = ours.key.decrypt(random, encrypted, self.random_bytes())?;
        let sealing = self.session_key(&theirs, &ours.random);
        let opening = self.session_key(&ours.random, &theirs);
        let sealer = RecordSealer::new(&sealing).zip(RecordOpener::new(&opening));
        let (mut sealer, opener) = sealer.ok_or(LogInFault::Random)?;
        sealer.seal(&self.hash(&[&ours.wire, self.server_key.wire()]), output);
        Ok((sealer, opener))
    }

    /// How long the server's hash is, in bytes.
    pub(crate) fn hash_bytes(&self) -> usize {
        if self.kind.is_256_bit { 32 } else { 20 }
    }

    /// The server has seen the same keys, or somebody sits in between.
    pub(crate) fn check_hash(&self, hash: &[u8]) -> Result<(), LogInFault> {
        let ours = self.ours.as_ref().map_or(&[][..], |ours| &ours.wire);
        if hash == self.hash(&[self.server_key.wire(), ours]) {
            Ok(())
        } else {
            Err(LogInFault::Hash)
        }
    }

    fn random_bytes(&self) -> usize {
        if self.kind.is_256_bit { 32 } else { 16 }
    }

    /// The first bytes of the hash of both random numbers.
    fn session_key(&self, first: &[u8], second: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut hash = self.hash(&[first, second]);
        let key = Zeroizing::new(hash[..self.random_bytes()].to_vec());
        hash.zeroize();
        key
    }

    fn hash(&self, parts: &[&[u8]]) -> Vec<u8> {
        if self.kind.is_256_bit {
            hash_of::<Sha256>(parts)
        } else {
            hash_of::<Sha1>(parts)
        }
    }
}

/// What kind of credentials the server wants.
pub(crate) fn subtype(bytes: &[u8]) -> Result<Asks, LogInFault> {
    match bytes {
        [1] => Ok(Asks::UserAndPassword),
        [2] => Ok(Asks::Password),
        other => Err(LogInFault::Subtype(other.first().copied().unwrap_or_default())),
    }
}

fn hash_of<H: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = H::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().to_vec()
}

impl std::fmt::Debug for OurPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OurPart(****)")
    }
}
