//! Words of the config file that stand for values.

use toml::Spanned;

use super::check::{Checked, Checker};
use crate::{OpenIn, SessionRights, Theme, texts::say};

/// Words and what they mean; the first holds when none is written.
pub(super) type Words<T, const COUNT: usize> = [(&'static str, T); COUNT];

pub(super) const OPEN: Words<OpenIn, 2> = [("window", OpenIn::Window), ("browser", OpenIn::Browser)];

pub(super) const RIGHTS: Words<SessionRights, 2> =
    [("control", SessionRights::Control), ("view", SessionRights::View)];

pub(super) const THEMES: Words<Theme, 3> = [
    ("system", Theme::System),
    ("light", Theme::Light),
    ("dark", Theme::Dark),
];

/// The word for a value.
pub(super) fn word<T: PartialEq, const COUNT: usize>(words: &Words<T, COUNT>, value: &T) -> &'static str {
    let found = words.iter().find(|(_, means)| means == value);
    found.map_or(words[0].0, |(word, _)| word)
}

impl Checker<'_> {
    /// What one of a few words means.
    pub(super) fn choice<T: Copy, const COUNT: usize>(
        &self,
        word: Option<Spanned<String>>,
        words: &Words<T, COUNT>,
    ) -> Checked<T> {
        let Some(word) = word else {
            return Ok(words[0].1);
        };
        let chosen = words.iter().find(|(known, _)| known == word.get_ref());
        chosen.map(|(_, means)| *means).ok_or_else(|| {
            let known: Vec<_> = words.iter().map(|(known, _)| format!("\"{known}\"")).collect();
            let cause = match &known[..] {
                [one, other] => {
                    let (one, other) = (one.as_str(), other.as_str());
                    say!(
                        "config-neither",
                        word = word.get_ref().as_str(),
                        one = one,
                        other = other
                    )
                }
                all => say!(
                    "config-none-of",
                    word = word.get_ref().as_str(),
                    all = all.join(", ")
                ),
            };
            self.wrong(&word.span(), cause)
        })
    }
}
