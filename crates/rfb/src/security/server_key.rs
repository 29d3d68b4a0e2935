use std::fmt;

use rsa::{BoxedUint, PublicKey};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::LogInFault;

/// The lengths of RSA keys that TigerVNC takes, in bits.
const RSA_KEY_BITS: std::ops::RangeInclusive<u32> = 1024..=8192;

/// The RSA key by which a VNC server can be recognised.
///
/// It proves nothing until it is compared: with what was kept when a person accepted it, or with what the server's owner
/// sees. `Display` gives the short form that vncviewer shows.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerKey {
    /// As it came: length in bits (U32), modulus, exponent.
    wire: Vec<u8>,
    key: PublicKey,
}

impl ServerKey {
    /// How many bytes follow a length that was announced in bits.
    pub(crate) fn bytes_behind(bits: u32) -> Result<usize, LogInFault> {
        match usize::try_from(bits) {
            Ok(fits) if RSA_KEY_BITS.contains(&bits) => Ok(2 * fits.div_ceil(8)),
            _ => Err(LogInFault::RsaKeyLength { bits }),
        }
    }

    /// Reads modulus and exponent, which are both as long as the key.
    pub(crate) fn read(bits: u32, numbers: &[u8]) -> Result<Self, LogInFault> {
        let (modulus, exponent) = numbers.split_at(numbers.len() / 2);
        // A modulus that begins with a zero has fewer bytes than its length says, and what it encrypts has, too.
        if modulus.first().is_none_or(|&first| first == 0) {
            return Err(LogInFault::RsaKey);
        }
        let limits = 8 * (modulus.len() - 1)..=8 * modulus.len();
        let key = PublicKey::new_with_size_limits(number(modulus)?, number(exponent)?, limits)
            .map_err(|_| LogInFault::RsaKey)?;
        let wire = [&bits.to_be_bytes(), numbers].concat();
        Ok(Self { wire, key })
    }

    /// The SHA-256 of the key as it is sent: what to keep, and to compare with the next time.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.wire).into()
    }

    /// The first 8 bytes of the SHA-1, which TigerVNC's and RealVNC's viewers show. Whoever has a key of their own can try
    /// others until it looks alike, so it is for people only, in programs the [fingerprint](Self::fingerprint) is compared.
    pub fn short_fingerprint(&self) -> [u8; 8] {
        let hash: [u8; 20] = Sha1::digest(&self.wire).into();
        let mut short = [0; 8];
        short.copy_from_slice(&hash[..8]);
        short
    }

    pub(crate) fn wire(&self) -> &[u8] {
        &self.wire
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }
}

impl fmt::Display for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = self.short_fingerprint().map(|byte| format!("{byte:02x}"));
        f.write_str(&short.join("-"))
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerKey({self})")
    }
}

fn number(bytes: &[u8]) -> Result<BoxedUint, LogInFault> {
    // At most 8192 bits, as checked above.
    let bits = u32::try_from(8 * bytes.len()).map_err(|_| LogInFault::RsaKey)?;
    BoxedUint::from_be_slice(bytes, bits).map_err(|_| LogInFault::RsaKey)
}
