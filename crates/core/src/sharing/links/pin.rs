//! PINs of links.

use porthole_gateway::{Token, TokenHash};
use serde::{Deserialize, Serialize};

use super::NotMade;

/// So many wrong PINs end a link: of a million, a stranger who has the link may try these.
pub(crate) const MAX_WRONG_PINS: u32 = 10;

/// What is stored in place of a link's PIN: its SHA-256 together with the link's token.
///
/// Six digits are soon tried out, however they are hashed. The token is the salt, and is stored nowhere: who has stolen
/// the state file alone cannot try anything. Who has the link as well finds the PIN at once, and against him a PIN does
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PinHash(TokenHash);

impl PinHash {
    /// `pin` as the visitor typed it: spaces do not count.
    pub fn of(pin: &str, token: &Token) -> Self {
        let digits: String = pin.chars().filter(|char| !char.is_whitespace()).collect();
        Self(Token::from(format!("pin {digits} of {}", token.expose())).hash())
    }
}

/// A new PIN of six digits.
pub(super) fn random() -> Result<String, NotMade> {
    // Of 2^64 numbers the last ones favour small PINs, by less than one in ten million million.
    let number = getrandom::u64().map_err(|error| NotMade::NoRandom(error.to_string()))?;
    Ok(format!("{:06}", number % 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_right_for_its_link_alone_however_it_is_spaced() {
        let (one, other) = (Token::from("one"), Token::from("other"));
        let hash = PinHash::of("012345", &one);
        assert_eq!(PinHash::of(" 012 345\n", &one), hash);
        for (pin, token) in [("012346", &one), ("12345", &one), ("", &one), ("012345", &other)] {
            assert_ne!(PinHash::of(pin, token), hash, "{pin}");
        }
    }

    #[test]
    fn a_pin_has_six_digits() {
        for _ in 0..1000 {
            let pin = random().unwrap();
            assert!(
                pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()),
                "{pin}"
            );
        }
    }
}
