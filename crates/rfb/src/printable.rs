use crate::MAX_TEXT;

/// Makes text of the other side fit to be shown and logged: bounded, on one line, without control characters
/// and without the marks that reorder what is shown around them.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(MAX_TEXT)];
    let shown: String = String::from_utf8_lossy(bytes).chars().map(shown).collect();
    shown.trim().to_owned()
}

fn shown(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        // Direction marks, embeddings, overrides and isolates.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            char::REPLACEMENT_CHARACTER
        }
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_made_harmless() {
        let cases: [(&[u8], &str); 6] = [
            (b"", ""),
            (b" Authentication failed \n", "Authentication failed"),
            (b"one\r\ntwo\tthree", "one  two three"),
            (b"\x1b]0;title\x07", "\u{fffd}]0;title\u{fffd}"),
            (b"latin \xe4", "latin \u{fffd}"),
            (
                "a\u{202e}b\u{2066}c\u{85}d\u{2028}e".as_bytes(),
                "a\u{fffd}b\u{fffd}c\u{fffd}d e",
            ),
        ];
        for (bytes, shown) in cases {
            assert_eq!(printable(bytes), shown);
        }
        assert_eq!(printable(&[b'x'; 5000]).len(), MAX_TEXT);
    }
}
