//! Words for what happened.

use crate::{Notice, NoticeKind};

/// Several notices as one, since there is room for one. One error makes it an error.
pub(super) fn together(notices: Vec<Notice>) -> Option<Notice> {
    notices.into_iter().reduce(|one, other| Notice {
        kind: if one.kind == NoticeKind::Error {
            one.kind
        } else {
            other.kind
        },
        text: format!("{} {}", one.text, other.text),
    })
}

/// `text` as a sentence: with a capital letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    let first = chars.next().map(|char| char.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_makes_all_an_error() {
        assert_eq!(together(Vec::new()), None);
        assert_eq!(
            together(vec![Notice::info("A."), Notice::error("B."), Notice::info("C.")]),
            Some(Notice::error("A. B. C."))
        );
        assert_eq!(
            together(vec![Notice::info("A."), Notice::info("B.")]),
            Some(Notice::info("A. B."))
        );
    }

    #[test]
    fn words_become_a_sentence() {
        assert_eq!(sentence("élan: go on"), "Élan: go on.");
        assert_eq!(
            (sentence("Done.").as_str(), sentence("").as_str()),
            ("Done.", ".")
        );
    }
}
