//! UltraVNC's MS-Logon II, type 113: Diffie-Hellman with 64 bits, which a listener can undo, and DES in CBC mode.

use des::{
    Des,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use rsa::rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{LogInFault, security::padded::padded};

/// How much the server sends: generator, modulus and its public key.
pub(crate) const MS_LOGON_BYTES: usize = 24;

const USER_BYTES: usize = 256;
const PASSWORD_BYTES: usize = 64;

/// The longest user name and the longest password, in bytes: a NUL stands behind each.
pub(crate) const MAX_MS_LOGON_BYTES: [usize; 2] = [USER_BYTES - 1, PASSWORD_BYTES - 1];

/// What the server sends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MsLogonKey {
    generator: u64,
    modulus: u64,
    public: u64,
}

impl MsLogonKey {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, LogInFault> {
        let (numbers, _) = bytes.as_chunks::<8>();
        match *numbers {
            [generator, modulus, public] => {
                let [generator, modulus, public] = [generator, modulus, public].map(u64::from_be_bytes);
                let is_valid = modulus > 2 && (1..modulus).contains(&public) && generator > 1;
                is_valid.then_some(Self {
                    generator,
                    modulus,
                    public,
                })
            }
            _ => None,
        }
        .ok_or(LogInFault::DiffieHellman)
    }

    /// Appends our public key and the credentials.
    pub(crate) fn send<R: CryptoRng + ?Sized>(
        &self,
        [user, password]: [&[u8]; 2],
        random: &mut R,
        output: &mut Vec<u8>,
    ) {
        let exponent = Zeroizing::new(random.next_u64());
        output.extend(power(self.generator, *exponent, self.modulus).to_be_bytes());
        let secret = Zeroizing::new(power(self.public, *exponent, self.modulus).to_be_bytes());
        for (field, length) in [(user, USER_BYTES), (password, PASSWORD_BYTES)] {
            let mut field = Zeroizing::new(padded(field, length, random));
            encrypt(&secret, &mut field);
            output.extend(&*field);
        }
    }
}

/// DES in CBC mode. The key begins the chain, and has the bits of each byte in reverse, as in VncAuth.
fn encrypt(key: &[u8; 8], bytes: &mut [u8]) {
    let des = Des::new(&key.map(u8::reverse_bits).into());
    let mut last = *key;
    let (blocks, _) = bytes.as_chunks_mut::<8>();
    for block in blocks {
        for (byte, before) in block.iter_mut().zip(last) {
            *byte ^= before;
        }
        des.encrypt_block(block.into());
        last = *block;
    }
}

fn power(base: u64, exponent: u64, modulus: u64) -> u64 {
    let modulus = u128::from(modulus);
    let mut square = u128::from(base) % modulus;
    let mut product = 1;
    for bit in 0..u64::BITS {
        if exponent >> bit & 1 == 1 {
            product = product * square % modulus;
        }
        square = square * square % modulus;
    }
    // It is less than the modulus.
    u64::try_from(product).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_other_calculators() {
        let cases = [
            (2, 10, 1000, 24),
            (3, 0, 7, 1),
            // From Python's pow.
            (
                0xfedc_ba98_7654_3210,
                0xffff_ffff_ffff_fffe,
                0xffff_ffff_ffff_ffc5,
                690_917_337_250_701_672,
            ),
        ];
        for (base, exponent, modulus, result) in cases {
            assert_eq!(power(base, exponent, modulus), result);
        }
    }
}
