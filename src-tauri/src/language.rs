//! The language of the person at this machine.

use gtk::glib;
use porthole_core::Language;

/// What the program is to speak, and the tag of that for the window, with the region whose dates and numbers are
/// wanted: `de-CH`.
///
/// It is found as GTK finds it (LANGUAGE, LC_ALL, LC_MESSAGES, LANG), and the window is told: WebKit by itself goes by
/// LC_CTYPE, and by what is installed for that.
pub fn wanted() -> (Language, String) {
    first(glib::language_names().iter().map(glib::GString::as_str))
}

/// The first of the names of locales whose language the program speaks.
fn first<'a>(names: impl IntoIterator<Item = &'a str>) -> (Language, String) {
    let known = |name: &'a str| Some((Language::of(name)?, tag(name)));
    let found = names.into_iter().find_map(known);
    found.unwrap_or((Language::English, "en".into()))
}

/// The language and, where it is named, the region.
fn tag(name: &str) -> String {
    let name = name.split(['.', '@']).next().unwrap_or_default();
    let (language, region) = name.split_once('_').unwrap_or((name, ""));
    match region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        true => format!("{language}-{region}"),
        false => language.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_is_spoken_counts() {
        for (names, language, tag) in [
            (
                &["de_DE.UTF-8", "de_DE", "de.UTF-8", "de", "C"][..],
                Language::German,
                "de-DE",
            ),
            (&["fr_FR", "fr", "de_AT", "de", "C"], Language::German, "de-AT"),
            (&["en_GB.UTF-8", "en", "de_DE"], Language::English, "en-GB"),
            (&["de_\"><script>", "C"], Language::German, "de"),
            (&["C.UTF-8", "C"], Language::English, "en"),
            (&[], Language::English, "en"),
        ] {
            assert_eq!(
                first(names.iter().copied()),
                (language, tag.to_owned()),
                "{names:?}"
            );
        }
    }
}
