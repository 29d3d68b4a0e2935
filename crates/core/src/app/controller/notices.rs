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
        path: one.path.or(other.path),
    })
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
}
