/// Cuts a text that is longer than `bytes` at a word's end and shows by an ellipsis that there was more. A character stays
/// whole, and a quotation that would be left open is closed.
pub fn shortened(text: &str, bytes: usize) -> String {
    const MORE: &str = " …";
    if text.len() <= bytes {
        return text.to_owned();
    }
    let room = text.floor_char_boundary(bytes.saturating_sub(MORE.len() + 1));
    let room = &text[..room];
    let words = room.rsplit_once(' ').map_or(room, |(words, _)| words).trim_end();
    let is_open = words.matches('"').count() % 2 == 1;
    format!("{words}{MORE}{}", if is_open { "\"" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_long_text_is_cut_at_a_word_and_never_inside_a_character_or_a_quotation() {
        let whole = "é".repeat(61);
        assert_eq!(shortened(&whole, 122), whole);
        let one_word = shortened(&"é".repeat(100), 123);
        assert!(one_word.len() <= 123 && one_word.ends_with("é …"));
        assert_eq!(
            shortened(&"word ".repeat(30), 123),
            format!("{}…", "word ".repeat(23))
        );
        assert_eq!(shortened("it said \"no way at all\"", 20), "it said \"no …\"");
        assert_eq!(shortened("it said \"no\" and left us", 20), "it said \"no\" …");
        for bytes in 0..40 {
            let cut = shortened("ä \"ö ü\" ß \"ÄÖ Ü", bytes);
            assert!(cut.len() <= bytes.max(" …\"".len()), "{bytes}: {cut}");
        }
    }
}
