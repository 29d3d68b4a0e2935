use std::fmt;

use des::Des;
use des::cipher::{BlockCipherEncrypt, KeyInit};

/// How many bytes of a password VncAuth looks at.
const SIGNIFICANT: usize = 8;

/// The password of a VNC server.
///
/// VncAuth uses its first 8 bytes only, so only these are kept. `Debug` does not show them.
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
