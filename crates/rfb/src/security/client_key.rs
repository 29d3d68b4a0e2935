use std::fmt;

use rsa::{BoxedUint, PrivateKey, pkcs1v15::Pkcs1v15Encrypt, rand_core::CryptoRng, traits::PublicKeyParts};
use zeroize::Zeroizing;

use crate::LogInFault;

/// The length of our RSA keys, in bits; noVNC has the same, whatever length the server's has.
const CLIENT_KEY_BITS: u32 = 2048;
const CLIENT_KEY_BYTES: usize = CLIENT_KEY_BITS as usize / 8;

/// Our RSA key for one log-in by RA2.
///
/// It decrypts one number of the server's and is gone, so nobody can watch it at work often enough to learn it
/// (docs/decisions/0013). To make one takes some tenths of a second of calculation: do it where nothing waits for the
/// thread.
pub struct ClientKey(PrivateKey);

impl ClientKey {
    /// Makes a key out of random numbers; `None` if these never lead to one, as those of no sound generator do.
    pub fn generate<R: CryptoRng + ?Sized>(random: &mut R) -> Option<Self> {
        PrivateKey::new(random, CLIENT_KEY_BITS as usize).ok().map(Self)
    }

    /// The key of two primes, for tests, which would wait for a new one each time.
    #[doc(hidden)]
    pub fn of_primes(primes: [&[u8]; 2]) -> Option<Self> {
        let [p, q] = primes.map(BoxedUint::from_be_slice_vartime);
        PrivateKey::from_p_q(p, q, BoxedUint::from(65537_u32))
            .ok()
            .map(Self)
    }

    /// The public half, as it is sent: length in bits (U32), modulus, exponent.
    pub(crate) fn wire(&self) -> Vec<u8> {
        let mut wire = CLIENT_KEY_BITS.to_be_bytes().to_vec();
        for number in [self.0.n_bytes(), self.0.e_bytes()] {
            wire.extend(std::iter::repeat_n(
                0,
                CLIENT_KEY_BYTES.saturating_sub(number.len()),
            ));
            wire.extend(number);
        }
        wire
    }

    /// Decrypts what the server encrypted for it, into as many bytes as wanted.
    pub(crate) fn decrypt<R: CryptoRng + ?Sized>(
        &self,
        random: &mut R,
        encrypted: &[u8],
        wanted: usize,
    ) -> Result<Zeroizing<Vec<u8>>, LogInFault> {
        self.0
            .decrypt_blinded(random, Pkcs1v15Encrypt, encrypted)
            .map(Zeroizing::new)
            .ok()
            .filter(|plain| plain.len() == wanted)
            .ok_or(LogInFault::Random)
    }

    /// How long what the server encrypts for it is, in bytes.
    pub(crate) fn encrypted_bytes(&self) -> usize {
        CLIENT_KEY_BYTES
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientKey(****)")
    }
}
