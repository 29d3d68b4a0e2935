use std::fmt;

use des::Des;
use des::cipher::{BlockCipherEncrypt, KeyInit};
use zeroize::Zeroize;

/// How many bytes of a password VncAuth looks at.
const SIGNIFICANT: usize = 8;

/// The password of a VNC server.
///
/// VncAuth uses its first 8 bytes only, so only these are kept. `Debug` does not show them, and they are overwritten when
/// it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Password([u8; SIGNIFICANT]);

impl Password {
    /// A password of any bytes; those after the eighth are ignored, as VncAuth does.
    pub fn new(password: impl AsRef<[u8]>) -> Self {
        let mut key = [0; SIGNIFICANT];
        for (to, from) in key.iter_mut().zip(password.as_ref()) {
            *to = *from;
        }
        Self(key)
    }

    /// What is kept of it, padded with zeros.
    pub(crate) fn bytes(&self) -> [u8; SIGNIFICANT] {
        self.0
    }

    /// The answer to a server's challenge (RFC 6143 §7.2.2): the challenge encrypted by DES in ECB mode, the
    /// password being the key. Unlike in other uses of DES, the bits of each byte of the key are in reverse.
    pub(crate) fn answer(&self, challenge: [u8; 16]) -> [u8; 16] {
        let des = Des::new(&self.0.map(u8::reverse_bits).into());
        let mut answer = challenge;
        let (blocks, _) = answer.as_chunks_mut::<8>();
        for block in blocks {
            des.encrypt_block(block.into());
        }
        answer
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<&str> for Password {
    fn from(password: &str) -> Self {
        Self::new(password)
    }
}

impl From<&[u8]> for Password {
    fn from(password: &[u8]) -> Self {
        Self::new(password)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers as OpenSSL's DES in ECB mode gives them, the bits of each byte of the key reversed.
    #[test]
    fn answers_are_those_of_vnc() {
        let cases: [(&str, u128, u128); 5] = [
            ("", 0, 0x8ca64de9c1b123a7_8ca64de9c1b123a7),
            (
                "secret",
                0x0001020304050607_08090a0b0c0d0e0f,
                0xee22539f33a5983e_c12f9c2edbc995dd,
            ),
            (
                "password123",
                0x0011223344556677_8899aabbccddeeff,
                0xb7b9c87777661a7a_2299733209bfdfce,
            ),
            (
                "password",
                0x0011223344556677_8899aabbccddeeff,
                0xb7b9c87777661a7a_2299733209bfdfce,
            ),
            (
                "p\u{e4}ssw\u{f6}rd",
                u128::MAX,
                0xb441fcdbcbb9ce19_b441fcdbcbb9ce19,
            ),
        ];
        for (password, challenge, answer) in cases {
            assert_eq!(
                Password::from(password).answer(challenge.to_be_bytes()),
                answer.to_be_bytes(),
                "{password}"
            );
        }
    }

    #[test]
    fn bytes_and_text_make_the_same_password() {
        assert_eq!(Password::from("secret"), Password::from(&b"secret"[..]));
        assert_eq!(Password::new("12345678"), Password::new("123456789"));
    }
}
