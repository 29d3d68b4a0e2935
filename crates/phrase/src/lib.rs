//! What an error says, as a value: the key of a sentence and its arguments.
//!
//! The crates below `porthole-core` make errors and know no language. Each error type implements [`Explain`]; the
//! sentences of its phrases stand in Fluent's files in `crates/core/texts`, once for each language. `porthole-core`
//! says them in the reader's language, and [installs](speak_english) the English ones for `Display`: logs and what
//! goes over the network are English. Without that, as in the tests of these crates, `Display` shows key and arguments.

use std::{borrow::Cow, fmt, sync::OnceLock};

use serde::{Deserialize, Serialize};

/// The key of a sentence, and what is inserted into it. Made by [`phrase!`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// The name of the sentence in `crates/core/texts`.
    pub key: Cow<'static, str>,
    /// Its arguments, by name, in the order in which they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<(Cow<'static, str>, Argument)>,
}

/// What is inserted into a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Argument {
    /// A number, which may decide between singular and plural.
    Number(i64),
    /// A name, a path, or what somebody else said: the same in each language.
    Text(String),
    /// A part of the sentence that depends on the language, too.
    Phrase(Box<Phrase>),
}

/// What can be explained to a person: errors, and why something ended.
pub trait Explain {
    /// What is wrong.
    fn cause(&self) -> Phrase;

    /// What to do about it; `None` where the cause says it, or where only the cause can tell.
    fn fix(&self) -> Option<Phrase> {
        None
    }
}

/// A phrase: `phrase!("launch-no-user", user = name)`. A test of `porthole-core` finds every use of it in the sources
/// and fails if a language has no such sentence, or has it with other arguments.
#[macro_export]
macro_rules! phrase {
    ($key:literal $(, $argument:ident = $value:expr)* $(,)?) => {
        $crate::Phrase {
            key: ::std::borrow::Cow::Borrowed($key),
            arguments: ::std::vec![$((
                ::std::borrow::Cow::Borrowed(stringify!($argument)),
                $crate::Argument::from($value),
            )),*],
        }
    };
}

/// Implements `Display` for types that are [`Explain`]: cause and fix, in English.
#[macro_export]
macro_rules! display_explained {
    ($($type:ty),+ $(,)?) => {$(
        impl ::std::fmt::Display for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                use $crate::Explain as _;
                self.cause().fmt(f)?;
                self.fix().map_or(Ok(()), |fix| ::std::write!(f, " {fix}"))
            }
        }
    )+};
}

static ENGLISH: OnceLock<fn(&Phrase) -> String> = OnceLock::new();

/// Says by which words `Display` says phrases from now on. The first call counts.
pub fn speak_english(words: fn(&Phrase) -> String) {
    let _ = ENGLISH.set(words);
}

impl Phrase {
    /// With no text of more than `chars` characters in it: what others say may be long.
    #[must_use]
    pub fn shortened(self, chars: usize) -> Self {
        let shortened = |argument| match argument {
            Argument::Text(text) => Argument::Text(match text.char_indices().nth(chars) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            }),
            Argument::Phrase(phrase) => Argument::Phrase(Box::new(phrase.shortened(chars))),
            Argument::Number(number) => Argument::Number(number),
        };
        let arguments = self.arguments.into_iter();
        Self {
            key: self.key,
            arguments: arguments
                .map(|(name, argument)| (name, shortened(argument)))
                .collect(),
        }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(english) = ENGLISH.get() {
            return f.write_str(&english(self));
        }
        f.write_str(&self.key)?;
        self.arguments
            .iter()
            .try_for_each(|(name, argument)| match argument {
                Argument::Number(number) => write!(f, " {name}={number}"),
                Argument::Text(text) => write!(f, " {name}={text:?}"),
                Argument::Phrase(phrase) => write!(f, " {name}=({phrase})"),
            })
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Argument {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&std::path::Path> for Argument {
    fn from(path: &std::path::Path) -> Self {
        Self::Text(path.display().to_string())
    }
}

impl From<&std::path::PathBuf> for Argument {
    fn from(path: &std::path::PathBuf) -> Self {
        path.as_path().into()
    }
}

impl From<&std::io::Error> for Argument {
    fn from(error: &std::io::Error) -> Self {
        Self::Text(error.to_string())
    }
}

impl From<Phrase> for Argument {
    fn from(phrase: Phrase) -> Self {
        Self::Phrase(Box::new(phrase))
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for Argument {
            /// A number beyond what Fluent counts with is inserted as text.
            fn from(number: $number) -> Self {
                i64::try_from(number).map_or_else(|_| Self::Text(number.to_string()), Self::Number)
            }
        }
    )+};
}
numbers!(u8, u16, u32, u64, usize, i32, i64);

#[cfg(test)]
mod tests {
    use super::*;

    fn nested() -> Phrase {
        let why = phrase!("folder-foreign", user = 7u32);
        phrase!("launch-bad-folder", folder = "/tmp/\"x\"", why = why)
    }

    #[test]
    fn without_words_key_and_arguments_are_shown() {
        assert_eq!(
            nested().to_string(),
            r#"launch-bad-folder folder="/tmp/\"x\"" why=(folder-foreign user=7)"#
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = serde_json::to_string(&nested()).unwrap();
        assert_eq!(serde_json::from_str::<Phrase>(&text).unwrap(), nested());
        let bare = serde_json::from_str::<Phrase>(r#"{"key":"close-silent"}"#).unwrap();
        assert_eq!(bare, phrase!("close-silent"));
    }

    #[test]
    fn long_texts_are_shortened_at_any_depth() {
        let said = "ä".repeat(300);
        let long = phrase!(
            "outer",
            inner = phrase!("inner", said = said.as_str()),
            said = said
        );
        let short = format!("{}…", "ä".repeat(200));
        let same = phrase!(
            "outer",
            inner = phrase!("inner", said = short.as_str()),
            said = short
        );
        assert_eq!(long.shortened(200), same);
    }
}
