//! What a display is known by, whatever it is called.

use std::{borrow::Borrow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

/// What a display is known by, whatever it is called and wherever it stands in the list: links, sessions, desktops,
/// thumbnails and the history hang on it. 1 to 32 of `a` to `z`, `0` to `9` and `-`, the first of them no `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[ts(type = "string")]
pub struct DisplayId(String);

/// Not how an id is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to 32 of a to z, 0 to 9 and -, the first of them no -")]
pub struct BadDisplayId;

/// How many hexadecimal digits the ids have that nobody wrote: 64 bits.
const DIGITS: usize = 16;

impl DisplayId {
    /// The longest id, in characters.
    pub const MAX_LENGTH: usize = 32;

    /// An id that no display has.
    ///
    /// # Errors
    /// The system has no random numbers to give.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        getrandom::u64().map(|number| Self(format!("{number:016x}")))
    }

    /// The id of a display that the person wrote none for: always the same for a name and a place. With another
    /// `number` it is another one, for when that is taken.
    pub(crate) fn derived(name: &str, place: &str, number: u32) -> Self {
        let mut hash = Sha256::new();
        for part in [name, place] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(number.to_le_bytes());
        let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self(digits[..DIGITS].to_owned())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DisplayId {
    type Err = BadDisplayId;

    fn from_str(text: &str) -> Result<Self, BadDisplayId> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let good =
            (1..=Self::MAX_LENGTH).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('-');
        good.then(|| Self(text.to_owned())).ok_or(BadDisplayId)
    }
}

impl<'de> Deserialize<'de> for DisplayId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for DisplayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for DisplayId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for DisplayId {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for DisplayId {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<DisplayId> for String {
    fn from(id: DisplayId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_plain() {
        let longest = "a".repeat(DisplayId::MAX_LENGTH);
        for good in ["a", "7", "alice", "alice-2", "a-", &longest] {
            assert_eq!(good.parse::<DisplayId>().unwrap().as_str(), good);
        }
        let too_long = "a".repeat(DisplayId::MAX_LENGTH + 1);
        for bad in [
            "", "-a", "Alice", "a b", "a_b", "ä", "a/b", "a:1", "a\n", &too_long,
        ] {
            assert_eq!(bad.parse::<DisplayId>(), Err(BadDisplayId), "{bad}");
        }
        assert!(serde_json::from_str::<DisplayId>("\"a/b\"").is_err());
    }

    #[test]
    fn those_that_nobody_wrote_are_told_apart() {
        let derived = DisplayId::derived;
        let ids = [
            derived("Alice", "h:1", 0),
            derived("Alice", "h:1", 1),
            derived("Alice", "h:2", 0),
            derived("Aliceh", ":1", 0),
            DisplayId::random().unwrap(),
            DisplayId::random().unwrap(),
        ];
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(id.as_str().parse().as_ref(), Ok(id));
            assert!(!ids[..at].contains(id));
        }
        assert_eq!(derived("Alice", "h:1", 0), ids[0]);
    }
}
