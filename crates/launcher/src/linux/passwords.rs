//! A display's two VNC passwords, that only this program and the VNC server know.

use des::{
    Des,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use porthole_rfb::Password;
use serde::{Deserialize, Serialize};

/// The key that VNC servers obfuscate their password file with: known to everybody, so the file's mode protects it.
const KEY: [u8; 8] = [23, 82, 107, 6, 35, 78, 88, 7];

/// One password to control a display, one to look at it. VncAuth counts 8 bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Passwords {
    control: [u8; 8],
    view: [u8; 8],
}

impl Passwords {
    /// Two random ones.
    pub fn generate() -> Result<Self, getrandom::Error> {
        Ok(Self {
            control: random()?,
            view: random()?,
        })
    }

    pub fn control(&self) -> Password {
        Password::new(self.control)
    }

    pub fn view(&self) -> Password {
        Password::new(self.view)
    }

    /// The file that TigerVNC's `-PasswordFile` reads, as `vncpasswd -f` writes it: the two passwords, each encrypted
    /// by DES with the known key, whose bits are in reverse in every byte.
    pub fn file(&self) -> Vec<u8> {
        let des = Des::new(&KEY.map(u8::reverse_bits).into());
        let mut file = [self.control, self.view].concat();
        let (blocks, _) = file.as_chunks_mut::<8>();
        for block in blocks {
            des.encrypt_block(block.into());
        }
        file
    }
}

/// Eight printable characters, each as likely as the others: 52 bits, of the 56 that VncAuth has.
fn random() -> Result<[u8; 8], getrandom::Error> {
    let mut password = [0_u8; 8];
    for character in &mut password {
        while !character.is_ascii_graphic() {
            getrandom::fill(std::slice::from_mut(character))?;
        }
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What TigerVNC's `vncpasswd -f` makes of these two.
    #[test]
    fn the_file_is_that_of_vncpasswd() {
        let passwords = Passwords {
            control: *b"abcdefgh",
            view: *b"12345678",
        };
        assert_eq!(
            passwords.file(),
            0xdb8ab02565e3b4c2_f0e43164f6c2e373_u128.to_be_bytes()
        );
    }

    #[test]
    fn passwords_are_random() {
        let (one, other) = (Passwords::generate().unwrap(), Passwords::generate().unwrap());
        assert!(one.control != other.control && one.view != other.view && one.control != one.view);
        assert!(one.control.iter().all(u8::is_ascii_graphic));
    }
}
