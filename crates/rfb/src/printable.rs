use std::borrow::Cow;

use crate::MAX_TEXT;

/// Makes text of the other side fit to be shown and logged: bounded, on one line, without control characters
/// and without the marks that reorder what is shown around them.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let shown: String = decoded(bytes).chars().filter_map(shown).collect();
    shown.trim().to_owned()
}

/// UTF-8, which the community's RFB specification asks for, or else Latin-1, which RFC 6143 and older servers have.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let cut = &bytes[..bytes.len().min(MAX_TEXT)];
    let error = match str::from_utf8(cut) {
        Ok(text) => return text.into(),
        Err(error) => error,
    };
    let (valid, _) = cut.split_at(error.valid_up_to());
    // A last character that is not whole was cut; unless it is the only one, for so one ends in Latin-1 as well.
    let is_cut = error.error_len().is_none() && (cut.len() == MAX_TEXT || !valid.is_ascii());
    match str::from_utf8(valid) {
        Ok(text) if is_cut => text.into(),
        _ => cut.iter().copied().map(char::from).collect(),
    }
}

fn shown(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        // Direction marks, embeddings, overrides and isolates.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(char::REPLACEMENT_CHARACTER)
        }
        c => (!c.is_control()).then_some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_made_harmless() {
        let cases: [(&[u8], &str); 11] = [
            (b"", ""),
            (b" Authentication failed \n", "Authentication failed"),
            (b"one\r\ntwo\tthree", "one  two three"),
            (b"\x1b]0;title\x07", "]0;title"),
            // QEMU counts its NUL.
            (b"Authentication failed\0", "Authentication failed"),
            (b"\0a\0b\0", "ab"),
            (b"Zugriff verweigert f\xfcr B\xe4r", "Zugriff verweigert für Bär"),
            (b"latin \xe4", "latin ä"),
            ("Zugriff für Bär\0".as_bytes(), "Zugriff für Bär"),
            // Cut in the middle of its last character.
            (b"f\xc3\xbcr B\xc3", "für B"),
            (
                "a\u{202e}b\u{2066}c\u{85}d\u{2028}e".as_bytes(),
                "a\u{fffd}b\u{fffd}cd e",
            ),
        ];
        for (bytes, shown) in cases {
            assert_eq!(printable(bytes), shown);
        }
        assert_eq!(printable(&[b'x'; 5000]).len(), MAX_TEXT);
        // The limit may fall into a character, also into the first that is not ASCII.
        let long = format!("{}ä{}", "x".repeat(MAX_TEXT - 1), "x".repeat(10));
        assert_eq!(printable(long.as_bytes()), "x".repeat(MAX_TEXT - 1));
    }
}
