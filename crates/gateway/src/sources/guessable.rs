//! Tokens that can be guessed.

use crate::Token;

/// A token of fewer bits can be guessed. Right tokens never wait, so somebody who does not wait for the answers to wrong
/// ones can try some 3,000 a second: all of 40 bits in eleven years.
const MIN_BITS: f64 = 40.0;

/// Whether a token is so short that it can be guessed, even if its characters were chosen at random from those of its
/// kinds.
pub(super) fn is_guessable(token: &Token) -> bool {
    let text = token.expose();
    let choices_of = |is_of_kind: fn(char) -> bool, choices: u32| match text.chars().any(is_of_kind) {
        true => choices,
        false => 0,
    };
    let choices = choices_of(|c| c.is_ascii_digit(), 10)
        + choices_of(|c| c.is_ascii_lowercase(), 26)
        + choices_of(|c| c.is_ascii_uppercase(), 26)
        + choices_of(|c| !c.is_ascii_alphanumeric(), 32);
    text.chars().count() as f64 * f64::from(choices.max(1)).log2() < MIN_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tokens_are_guessable_and_eight_mixed_characters_are_not() {
        for token in ["", "4711", "alice", "000000000000", "deadbeef", "Secre1"] {
            assert!(is_guessable(&Token::from(token)), "{token}");
        }
        let random = Token::random().unwrap();
        for token in [
            "U6F7msdQ",
            "3FEZm5UX",
            "0000000000000",
            "k2v9x7q1",
            random.expose(),
        ] {
            assert!(!is_guessable(&Token::from(token)), "{token}");
        }
    }
}
