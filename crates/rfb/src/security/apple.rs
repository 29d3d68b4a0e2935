//! Apple's Diffie-Hellman, type 30 (community RFB specification, "Diffie-Hellman Authentication").

use aes::{
    Aes128,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use crypto_bigint::{
    BoxedUint, Odd, Resize,
    modular::{BoxedMontyForm, BoxedMontyParams},
};
use md5::{Digest, Md5};
use rsa::rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{LogInFault, security::padded::padded};

/// The lengths of primes that TigerVNC takes, in bytes.
const PRIME_BYTES: std::ops::RangeInclusive<usize> = 128..=1024;

/// The length of our secret exponent, in bytes. The key that comes of it has 128 bits, for which 256 are enough; as long
/// an exponent as the prime would let a server with a long one keep a processor busy.
const EXPONENT_BYTES: usize = 64;

/// User name and password each lie in half of it, with a NUL behind them.
const FIELD_BYTES: usize = 64;

/// The longest user name or password, in bytes.
pub(crate) const MAX_APPLE_BYTES: usize = FIELD_BYTES - 1;

/// What the server sends: generator (U16), length of the prime, prime, its public key.
#[derive(Debug)]
pub(crate) struct AppleKey {
    generator: u16,
    bytes: usize,
    prime: BoxedMontyParams,
    public: BoxedUint,
}

/// How many bytes follow the generator and this length.
pub(crate) fn bytes_behind(head: &[u8]) -> Result<usize, LogInFault> {
    let bytes = match head {
        [_, _, high, low] => usize::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    };
    if PRIME_BYTES.contains(&bytes) {
        Ok(2 * bytes)
    } else {
        Err(LogInFault::PrimeLength { bytes })
    }
}

impl AppleKey {
    pub(crate) fn read(generator: u16, numbers: &[u8]) -> Result<Self, LogInFault> {
        let fault = LogInFault::DiffieHellman;
        let bytes = numbers.len() / 2;
        let (prime, public) = numbers.split_at(bytes);
        if prime.first().is_none_or(|&first| first == 0) {
            return Err(fault);
        }
        let prime = BoxedUint::from_be_slice_vartime(prime);
        let public = BoxedUint::from_be_slice_vartime(public);
        let one = BoxedUint::one_with_precision(prime.bits_precision());
        // A public key of 0, 1 or p-1 makes a secret that anybody can guess.
        let largest = prime.wrapping_sub(&one);
        if generator < 2 || public <= one || public >= largest {
            return Err(fault);
        }
        let prime = Odd::new(prime).into_option().ok_or(fault)?;
        Ok(Self {
            generator,
            bytes,
            prime: BoxedMontyParams::new_vartime(prime),
            public,
        })
    }

    /// Appends the credentials, encrypted with the MD5 of the secret that both sides share, and our public key.
    pub(crate) fn send<R: CryptoRng + ?Sized>(
        &self,
        [user, password]: [&[u8]; 2],
        random: &mut R,
        output: &mut Vec<u8>,
    ) {
        let mut exponent = Zeroizing::new([0; EXPONENT_BYTES]);
        random.fill_bytes(&mut *exponent);
        let exponent = Zeroizing::new(BoxedUint::from_be_slice_vartime(&*exponent));
        let generator = BoxedUint::from(self.generator).resize(self.prime.bits_precision());
        let ours = self.power(generator, &exponent);
        let secret = Zeroizing::new(self.power(self.public.clone(), &exponent));

        let key = Zeroizing::new(<[u8; 16]>::from(Md5::digest(&*secret)));
        let aes = Aes128::new(&(*key).into());
        let mut fields = Zeroizing::new(padded(user, FIELD_BYTES, random));
        fields.extend_from_slice(&Zeroizing::new(padded(password, FIELD_BYTES, random)));
        let (blocks, _) = fields.as_chunks_mut::<16>();
        for block in blocks {
            aes.encrypt_block(block.into());
            output.extend(&*block);
        }
        output.extend(ours);
    }

    /// A power modulo the prime, in as many bytes as that has.
    fn power(&self, base: BoxedUint, exponent: &BoxedUint) -> Vec<u8> {
        let power = BoxedMontyForm::new(base, &self.prime).pow(exponent).retrieve();
        let bytes = power.to_be_bytes();
        bytes[bytes.len().saturating_sub(self.bytes)..].to_vec()
    }
}
