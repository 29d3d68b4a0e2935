//! What the program says to the person who sits at it, in their language. The words stand in texts/en and texts/de, in
//! Fluent's format.
//!
//! What goes elsewhere is English whatever that person speaks: logs, and what visitors hear.

pub(crate) mod sentence;

use std::sync::{LazyLock, OnceLock};

use i18n_embed::{
    LanguageLoader,
    fluent::{FluentLanguageLoader, fluent_language_loader},
};
use rust_embed::RustEmbed;

#[cfg(test)]
pub(crate) mod tests;

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Unless another is chosen.
    #[default]
    English,
    /// As it is written in Germany.
    German,
}

impl Language {
    /// The language that a tag or the name of a locale stands for, if the program speaks it: `de-CH`, `de_DE.UTF-8`.
    pub fn of(name: &str) -> Option<Self> {
        let language = name.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            _ => None,
        }
    }

    fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}

static SPOKEN: OnceLock<Language> = OnceLock::new();

/// Chooses what the program speaks from now on. A shell does so once, before anything is said; a second choice counts
/// for nothing.
pub fn speak(language: Language) {
    let _ = SPOKEN.set(language);
}

/// What [`say`] says, by the name of the message.
pub(crate) fn words() -> &'static FluentLanguageLoader {
    static ENGLISH: LazyLock<FluentLanguageLoader> = LazyLock::new(|| read(Language::English, &Texts));
    static GERMAN: LazyLock<FluentLanguageLoader> = LazyLock::new(|| read(Language::German, &Texts));
    #[cfg(test)]
    if let Some(words) = tests::words() {
        return words;
    }
    match SPOKEN.get().copied().unwrap_or_default() {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

#[derive(RustEmbed)]
#[folder = "texts"]
struct Texts;

fn read(language: Language, texts: &dyn i18n_embed::I18nAssets) -> FluentLanguageLoader {
    let words = fluent_language_loader!();
    let read = match language.tag().parse() {
        Ok(tag) => words
            .load_languages(texts, &[tag])
            .map_err(|error| error.to_string()),
        Err(_) => Err(format!("`{}` is no language", language.tag())),
    };
    if let Err(error) = read {
        // The program goes on, with the names of messages in place of their words.
        tracing::error!("the texts cannot be read: {error}");
    }
    // Marks around what is inserted would be seen, and copied along.
    words.set_use_isolating(false);
    words
}

/// What the message of that name says, with its arguments: `say!("tray-open", display = name)`. That it exists and has
/// these arguments is checked when this is compiled; that all languages have the same, by a test.
macro_rules! say {
    ($message:literal $(, $argument:ident = $value:expr)* $(,)?) => {
        i18n_embed_fl::fl!($crate::texts::words(), $message $(, $argument = ($value))*)
    };
}
pub(crate) use say;
