//! Other languages than the one that the tests are written in, and whether all of them are complete.

use std::{
    borrow::Cow,
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Resource, VariantKey},
    parser::parse,
    serializer::serialize,
};
use i18n_embed::I18nAssets;
use proptest::prelude::*;

use super::*;

thread_local! {
    static HERE: Cell<Option<&'static FluentLanguageLoader>> = const { Cell::new(None) };
}

/// What is spoken on this thread, if that was chosen.
pub(super) fn words() -> Option<&'static FluentLanguageLoader> {
    HERE.get()
}

/// What is done in there speaks German.
pub(crate) fn in_german<T>(work: impl FnOnce() -> T) -> T {
    static WORDS: LazyLock<FluentLanguageLoader> = LazyLock::new(|| read(Language::German, &Texts));
    with(&WORDS, work)
}

/// What is done in there speaks German with each message between ⟦ and ⟧, so that it is seen what is none.
pub(crate) fn in_marked_german<T>(work: impl FnOnce() -> T) -> T {
    static WORDS: LazyLock<FluentLanguageLoader> = LazyLock::new(|| read(Language::German, &Marked));
    with(&WORDS, work)
}

/// Whether all of it came from messages, but for full stops between and behind them.
pub(crate) fn is_all_marked(text: &str) -> bool {
    let mut depth = 0;
    text.chars().all(|char| {
        match char {
            '⟦' => depth += 1,
            '⟧' => depth -= 1,
            _ => (),
        }
        depth > 0 || char == '⟧' || char == '.' || char.is_whitespace()
    })
}

/// Also the threads of a runtime that is made in there.
fn with<T>(words: &'static FluentLanguageLoader, work: impl FnOnce() -> T) -> T {
    let before = HERE.replace(Some(words));
    let done = work();
    HERE.set(before);
    done
}

/// A runtime whose threads speak as this one does.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    let words = HERE.get();
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.on_thread_start(move || HERE.set(words)).enable_all();
    builder.build().unwrap()
}

struct Marked;

impl I18nAssets for Marked {
    fn get_files(&self, path: &str) -> Vec<Cow<'_, [u8]>> {
        let file = Texts::get(path).unwrap();
        let mut resource = parse(str::from_utf8(&file.data).unwrap()).unwrap();
        for entry in &mut resource.body {
            if let Entry::Message(Message {
                value: Some(value), ..
            }) = entry
            {
                let mark = |value| PatternElement::TextElement { value };
                value.elements.insert(0, mark("⟦"));
                value.elements.push(mark("⟧"));
            }
        }
        vec![serialize(&resource).into_bytes().into()]
    }

    fn filenames_iter(&self) -> Box<dyn Iterator<Item = String> + '_> {
        Texts.filenames_iter()
    }
}

/// The messages of a language, and the arguments of each.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let file = Texts::get(&format!("{}/porthole.ftl", language.tag())).unwrap();
    let resource: Resource<&str> = parse(str::from_utf8(&file.data).unwrap()).unwrap();
    let mut messages = BTreeMap::new();
    for entry in resource.body {
        match entry {
            Entry::Message(Message {
                id,
                value: Some(value),
                attributes,
                ..
            }) if attributes.is_empty() => {
                let mut arguments = BTreeSet::new();
                collect(&value, &mut arguments);
                let before = messages.insert(id.name.to_owned(), arguments);
                assert!(before.is_none(), "{} is there twice", id.name);
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => (),
            other => panic!("{other:?}"),
        }
    }
    messages
}

fn collect(pattern: &Pattern<&str>, arguments: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        let (Expression::Inline(inline) | Expression::Select { selector: inline, .. }) = expression;
        match inline {
            InlineExpression::VariableReference { id } => drop(arguments.insert(id.name.to_owned())),
            InlineExpression::StringLiteral { .. } => (),
            other => panic!("{other:?}"),
        }
        if let Expression::Select { variants, .. } = expression {
            let keys = variants.iter().map(|variant| match &variant.key {
                VariantKey::Identifier { name } => *name,
                VariantKey::NumberLiteral { value } => *value,
            });
            let plural: Vec<_> = keys.filter(|key| *key != "0").collect();
            assert_eq!(plural, ["one", "other"]);
            variants
                .iter()
                .for_each(|variant| collect(&variant.value, arguments));
        }
    }
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_arguments() {
    assert_eq!(messages(Language::English), messages(Language::German));
}

/// All that is compiled of the crates that say something, without what stands in their `tests` folders.
fn sources() -> String {
    fn read(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => read(&path, all),
                false => all.push_str(&fs::read_to_string(path).unwrap()),
            }
        }
    }
    let mut sources = String::new();
    for name in ["rfb", "gateway", "launcher", "core", "portholed"] {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        read(&crates.join(name).join("src"), &mut sources);
    }
    sources
}

#[test]
fn each_message_is_said_somewhere() {
    let sources = sources();
    let unsaid = |name: &String| !sources.contains(&format!("\"{name}\""));
    let unsaid: Vec<_> = messages(Language::English).into_keys().filter(unsaid).collect();
    assert!(unsaid.is_empty(), "{unsaid:?}");
}

/// What `say!` is checked for when it is compiled, for the phrases of all crates: a new error without a sentence ends
/// here.
#[test]
fn each_phrase_has_its_sentence_with_its_arguments() {
    let (sources, messages) = (sources(), messages(Language::English));
    let mut found = 0;
    // Not as one word, or this line would be found, too.
    let call = concat!("phrase", "!(");
    for (at, _) in sources.match_indices(call) {
        let (key, arguments) = phrase(&sources[at + call.len()..]);
        assert_eq!(messages.get(&key), Some(&arguments), "{key}");
        found += 1;
    }
    assert!(found > 80, "{found}");
}

/// The key and the names of the arguments, from behind the opening bracket of a `phrase!`.
fn phrase(source: &str) -> (String, BTreeSet<String>) {
    let (key, rest) = source
        .trim_start()
        .strip_prefix('"')
        .unwrap()
        .split_once('"')
        .unwrap();
    let mut arguments = BTreeSet::new();
    let (mut depth, mut quoted, mut escaped, mut part) = (0, false, false, String::new());
    for char in rest.chars() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => part.clear(),
            '=' if depth == 0 => drop(arguments.insert(part.trim().to_owned())),
            char if depth == 0 => part.push(char),
            _ => {}
        }
    }
    (key.to_owned(), arguments)
}

#[test]
fn phrases_are_found_in_sources() {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    for (source, key, arguments) in [
        (r#""a-b") rest, c = 1)"#, "a-b", names(&[])),
        (
            r#""a", b = c.d(",", [e = f]), g = ")\"," ) h = i"#,
            "a",
            names(&["b", "g"]),
        ),
        ("\n \"a\",\n b = f(\"c\", d = 1),\n)", "a", names(&["b"])),
    ] {
        assert_eq!(phrase(source), (key.to_owned(), arguments), "{source}");
    }
}

#[test]
fn names_of_languages() {
    for (name, language) in [
        ("de", Some(Language::German)),
        ("de-CH", Some(Language::German)),
        ("de_DE.UTF-8", Some(Language::German)),
        ("DE@euro", Some(Language::German)),
        ("en_GB.UTF-8", Some(Language::English)),
        ("den", None),
        ("C", None),
        ("", None),
    ] {
        assert_eq!(Language::of(name), language, "{name}");
    }
}

#[test]
fn what_a_terminal_speaks() {
    for (variables, language) in [
        (&[("LANG", "de_DE.UTF-8")][..], Language::German),
        (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")], Language::English),
        (&[("LANG", "C"), ("LANGUAGE", "de")], Language::English),
        (&[("LANG", "C.UTF-8"), ("LC_MESSAGES", "de_AT")], Language::German),
        (&[("LANG", "de_DE"), ("LC_ALL", "")], Language::German),
        (&[("LANG", "en_GB"), ("LANGUAGE", "fr:de:en")], Language::German),
        (&[("LANG", "fr_FR"), ("LANGUAGE", "it")], Language::English),
        (&[("LANGUAGE", "de")], Language::English),
        (&[], Language::English),
    ] {
        let value = |name: &str| variables.iter().find(|(known, _)| *known == name);
        let found = Language::of_environment(|name| value(name).map(|(_, value)| (*value).to_owned()));
        assert_eq!(found, language, "{variables:?}");
    }
}

#[test]
fn plurals() {
    let connected = |count: usize| say!("tray-connected", count = count);
    assert_eq!(connected(1), "1 viewer is connected");
    assert_eq!(connected(0), "0 viewers are connected");
    in_german(|| {
        assert_eq!(connected(1), "1 Betrachter ist verbunden");
        assert_eq!(connected(2), "2 Betrachter sind verbunden");
    });
}

#[test]
fn what_is_no_message_is_seen() {
    let open = || say!("tray-open", display = "Alice");
    in_marked_german(|| {
        assert_eq!(open(), "⟦Alice öffnen⟧");
        assert!(is_all_marked(&open()) && is_all_marked(&format!("{} {}", open(), open())));
        assert!(!is_all_marked(&format!("Open {}", open())));
    });
    assert_eq!(open(), "Open Alice");
}

proptest! {
    /// Names come from outside: whatever they hold is text.
    #[test]
    fn what_is_inserted_stays_as_it_is(name in ".*") {
        prop_assert_eq!(say!("tray-open", display = name.as_str()), format!("Open {name}"));
    }
}
