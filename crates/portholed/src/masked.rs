//! What is wrong with a command line is told without the secrets that may stand in it: people paste whole addresses.

use clap::error::{ContextKind, ContextValue};

/// What stands in the place of a secret.
const MASK: &str = "***";

/// The error with the secrets in its words masked.
pub fn mask_error(mut error: clap::Error) -> clap::Error {
    let words: Vec<_> = error
        .context()
        .map(|(kind, value)| (kind, value.clone()))
        .collect();
    for (kind, value) in words {
        let is_word = matches!(
            kind,
            ContextKind::InvalidValue
                | ContextKind::InvalidArg
                | ContextKind::TrailingArg
                | ContextKind::InvalidSubcommand
        );
        match value {
            ContextValue::String(text) if is_word => {
                error.insert(kind, ContextValue::String(mask(&text)));
            }
            ContextValue::Strings(texts) if is_word => {
                let masked = texts.iter().map(|text| mask(text)).collect();
                error.insert(kind, ContextValue::Strings(masked));
            }
            // Tips repeat the word; those that could show a secret help nobody.
            ContextValue::StyledStr(text) if mask(&text.to_string()) != text.to_string() => {
                error.remove(kind);
            }
            ContextValue::StyledStrs(texts) => {
                let is_safe = |text: &clap::builder::StyledStr| mask(&text.to_string()) == text.to_string();
                let safe = texts.into_iter().filter(is_safe).collect();
                error.insert(kind, ContextValue::StyledStrs(safe));
            }
            _ => {}
        }
    }
    error
}

/// The word without what may be a user and their password (before an `@`), and, of an address, without a token (behind `?`
/// or `#`).
pub fn mask(word: &str) -> String {
    let begin = word.find("://").map_or_else(
        // The value of an option, or all of it.
        || {
            word.strip_prefix("--")
                .and_then(|_| word.find('='))
                .map_or(0, |at| at + 1)
        },
        |at| at + "://".len(),
    );
    let (head, rest) = word.split_at(begin);
    let (masked, rest) = match rest.rsplit_once('@') {
        Some((_, host)) => (format!("{MASK}@"), host),
        None => (String::new(), rest),
    };
    let rest = match rest.find(['?', '#']) {
        Some(at) if at + 1 < rest.len() => format!("{}{MASK}", &rest[..=at]),
        _ => rest.to_owned(),
    };
    format!("{head}{masked}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_passwords_and_tokens_are_masked() {
        for (word, masked) in [
            ("https://me:pw@desk.example.org", "https://***@desk.example.org"),
            ("https://me:p@w/x@desk:80/a", "https://***@desk:80/a"),
            ("me:pw@desk:5901", "***@desk:5901"),
            ("https://a:b@x,https://c:d@y", "https://***@y"),
            ("--origin=https://me:pw@desk", "--origin=https://***@desk"),
            ("--origin=me:pw@desk", "--origin=***@desk"),
            ("http://desk:6080/v#secret", "http://desk:6080/v#***"),
            ("desk/vnc.html?token=secret", "desk/vnc.html?***"),
            ("desk:5901", "desk:5901"),
            ("--token-sorce=x", "--token-sorce=x"),
            ("https://desk/?", "https://desk/?"),
            ("@", "***@"),
            ("", ""),
        ] {
            assert_eq!(mask(word), masked, "{word}");
        }
    }
}
