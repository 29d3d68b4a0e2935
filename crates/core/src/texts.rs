//! What the program says to the person who sits at it, in their language. The words stand in texts/en and texts/de, in
//! Fluent's format.
//!
//! Errors are values, [`Phrase`]s: [`told`] says one in that person's language, and its `Display` in English, which is
//! what logs and visitors get whatever that person speaks.

pub(crate) mod sentence;

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use fluent_bundle::FluentValue;
use i18n_embed::{
    LanguageLoader,
    fluent::{FluentLanguageLoader, fluent_language_loader},
};
use porthole_phrase::{Argument, Explain, Phrase};
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};

#[cfg(test)]
pub(crate) mod tests;

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// Unless another is chosen.
    #[default]
    #[serde(rename = "en")]
    English,
    /// As it is written in Germany.
    #[serde(rename = "de")]
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

    /// What the person at a terminal wants, by the environment as gettext reads it: the first language that is spoken
    /// of `LANGUAGE`, but for the locale `C`; else that of the locale.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name| variable(name).filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(value);
        let Some(locale) = locale.filter(|locale| !matches!(&**locale, "C" | "POSIX")) else {
            return Self::English;
        };
        let wanted = value("LANGUAGE").unwrap_or_default();
        let found = wanted.split(':').chain([&*locale]).find_map(Self::of);
        found.unwrap_or_default()
    }

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}

static SPOKEN: OnceLock<Language> = OnceLock::new();

tokio::task_local! {
    /// What somebody else speaks who is answered in this task.
    static ASKED: Language;
}

/// Chooses what the program speaks from now on. A shell does so once, before anything is said; a second choice counts
/// for nothing.
pub fn speak(language: Language) {
    log_in_english();
    let _ = SPOKEN.set(language);
}

/// Has errors say themselves in English where they are logged, or told to visitors. Doing it twice is doing it once.
pub(crate) fn log_in_english() {
    porthole_phrase::speak_english(|phrase| tell(&ENGLISH, phrase));
}

/// What is spoken here.
pub(crate) fn language() -> Language {
    let asked = ASKED.try_with(|language| *language).ok();
    asked.or(SPOKEN.get().copied()).unwrap_or_default()
}

/// Does `work` for somebody who speaks another language than the person at the workstation.
pub(crate) async fn in_language<T>(language: Language, work: impl Future<Output = T>) -> T {
    ASKED.scope(language, work).await
}

static ENGLISH: LazyLock<FluentLanguageLoader> = LazyLock::new(|| read(Language::English, &Texts));
static GERMAN: LazyLock<FluentLanguageLoader> = LazyLock::new(|| read(Language::German, &Texts));

/// What [`say`] says, by the name of the message.
pub(crate) fn words() -> &'static FluentLanguageLoader {
    #[cfg(test)]
    if let Some(words) = tests::words() {
        return words;
    }
    match language() {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

/// A phrase in the person's language.
pub(crate) fn told(phrase: &Phrase) -> String {
    tell(words(), phrase)
}

/// Cause and fix, in the person's language.
pub(crate) fn explained(what: &impl Explain) -> String {
    let fix = what.fix().map(|fix| format!(" {}", told(&fix)));
    told(&what.cause()) + &fix.unwrap_or_default()
}

/// Whether there is a sentence of this name: what was stored may come from another version.
pub(crate) fn is_known(key: &str) -> bool {
    ENGLISH.has(key)
}

fn tell(words: &FluentLanguageLoader, phrase: &Phrase) -> String {
    let value = |argument: &Argument| match argument {
        Argument::Number(number) => FluentValue::from(*number),
        Argument::Text(text) => FluentValue::from(text.clone()),
        Argument::Phrase(inner) => FluentValue::from(tell(words, inner)),
    };
    let arguments = phrase.arguments.iter();
    let arguments: HashMap<&str, _> = arguments
        .map(|(name, argument)| (&**name, value(argument)))
        .collect();
    words.get_args_concrete(&phrase.key, arguments)
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
