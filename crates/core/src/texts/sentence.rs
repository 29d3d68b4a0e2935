//! Words of programs as sentences for people.

/// `text` as a sentence: with a capital letter, and a full stop unless it asks.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    let first = chars.next().map(|char| char.to_uppercase().to_string());
    let stop = if text.ends_with('?') { "" } else { "." };
    format!("{}{}{stop}", first.unwrap_or_default(), chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_sentence() {
        assert_eq!(sentence("élan: go on"), "Élan: go on.");
        assert_eq!(sentence("is it there?"), "Is it there?");
        assert_eq!(
            (sentence("Done.").as_str(), sentence("").as_str()),
            ("Done.", ".")
        );
    }
}
