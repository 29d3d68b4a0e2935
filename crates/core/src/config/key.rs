//! Setting a key in the text of a config: comments, order and all else stay.

use std::ops::Range;

use crate::texts::say;
use toml::{Table, Value, de::DeTable};

/// What is to become of a key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    /// The table it is in; `None`: the root.
    pub table: Option<&'static str>,
    pub key: &'static str,
    /// `None`: it goes.
    pub value: Option<Value>,
}

/// The text with the change made, or why not. Of all the ways to write it, in the order of their beauty, the first is
/// taken that means what it should, and nothing else: what looks like a key may stand within a text or a list.
pub(super) fn changed(text: &str, change: &Change) -> Result<String, String> {
    let broken = |_| say!("config-mend-first");
    let old: Table = toml::from_str(text).map_err(broken)?;
    let wanted = meant(old.clone(), change).ok_or_else(|| by_hand(change))?;
    if wanted == old {
        return Ok(text.to_owned());
    }
    let right = |new: &String| toml::from_str::<Table>(new).is_ok_and(|new| new == wanted);
    let root = DeTable::parse(text).map_err(broken)?;
    let ways = match (place(root.get_ref(), change), &change.value) {
        (Some(found), Some(value)) => vec![replaced(text, found.value, &value.to_string())],
        (Some(found), None) => vec![without(text, found)],
        (None, Some(value)) => additions(text, root.get_ref(), change, value),
        (None, None) => Vec::new(),
    };
    ways.into_iter().find(right).ok_or_else(|| by_hand(change))
}

fn by_hand(change: &Change) -> String {
    match &change.value {
        Some(value) => say!(
            "config-write-yourself",
            line = format!("{} = {value}", path(change))
        ),
        None => say!("config-remove-yourself", key = path(change)),
    }
}

fn path(change: &Change) -> String {
    let table = change.table.map(|table| format!("{table}."));
    format!("{}{}", table.unwrap_or_default(), change.key)
}

/// What the config says with the change; `None` if what should be a table is none.
fn meant(mut root: Table, change: &Change) -> Option<Table> {
    let table = match change.table {
        None => &mut root,
        Some(name) => root
            .entry(name)
            .or_insert(Value::Table(Table::new()))
            .as_table_mut()?,
    };
    match &change.value {
        Some(value) => table.insert(change.key.into(), value.clone()),
        None => table.remove(change.key),
    };
    Some(root)
}

/// Where a key stands.
struct Found {
    key: Range<usize>,
    value: Range<usize>,
}

fn place(root: &DeTable<'_>, change: &Change) -> Option<Found> {
    let table = match change.table {
        None => root,
        Some(name) => root.get(name)?.get_ref().as_table()?,
    };
    let (key, value) = table.get_key_value(change.key)?;
    Some(Found {
        key: key.span(),
        value: value.span(),
    })
}

/// Without the key. A comment behind it stays, as a line of its own.
fn without(text: &str, Found { key, value }: Found) -> String {
    let begin = line_start(text, key.start);
    let end = line_end(text, value.end);
    let comment = text[value.end..end].trim_start();
    replaced(text, begin..end, comment)
}

/// The ways to write a key that is not there.
fn additions(text: &str, root: &DeTable<'_>, change: &Change, value: &Value) -> Vec<String> {
    let line = format!("{} = {value}\n", change.key);
    let Some(name) = change.table else {
        let behind = example(text, 0, change.key).map(|at| inserted(text, at, &line));
        return behind.into_iter().chain([inserted(text, 0, &line)]).collect();
    };
    let mut ways = Vec::new();
    // A header that is only explained is taken up.
    let shown = header(text, &format!("#[{name}]"));
    let taken_up = shown.map(|line| text[..line.start].to_owned() + &text[line.start..].replacen('#', "", 1));
    for text in [Some(text), taken_up.as_deref()].into_iter().flatten() {
        if let Some(header) = header(text, &format!("[{name}]")) {
            ways.extend(example(text, header.end, change.key).map(|at| inserted(text, at, &line)));
            ways.push(inserted(text, header.end, &line));
        }
    }
    // `name = { … }`, or `name.other = …`.
    if let Some(table) = root.get(name) {
        let entry = format!(" {} = {value}", change.key);
        for end in [" ", ","] {
            ways.push(inserted(text, table.span().start + 1, &format!("{entry}{end}")));
        }
    }
    let gap = if text.is_empty() || text.ends_with("\n\n") {
        ""
    } else {
        "\n"
    };
    ways.push(inserted(text, text.len(), &format!("{gap}[{name}]\n{line}")));
    ways.push(inserted(text, 0, &format!("{name}.{line}")));
    ways
}

/// Where the line ends that has the key as an example, in the table that begins at `from`.
fn example(text: &str, from: usize, key: &str) -> Option<usize> {
    let shows = |line: &str| {
        let example = line.strip_prefix('#').map(str::trim_start);
        let value = example.and_then(|example| example.strip_prefix(key));
        value.is_some_and(|value| value.trim_start().starts_with('='))
    };
    let mut lines = lines(text, from).take_while(|line| !text[line.clone()].starts_with('['));
    lines.find(|line| shows(&text[line.clone()])).map(|line| line.end)
}

/// The line that is this header, whatever stands behind it.
fn header(text: &str, header: &str) -> Option<Range<usize>> {
    let is = |line: &str| {
        let line: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        line.strip_prefix(header)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    };
    lines(text, 0).find(|line| is(&text[line.clone()]))
}

/// The lines from there on, with their ends.
fn lines(text: &str, from: usize) -> impl Iterator<Item = Range<usize>> {
    text[from..].split_inclusive('\n').scan(from, |at, line| {
        let begin = *at;
        *at += line.len();
        Some(begin..*at)
    })
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Where the line is over; its end is part of it, but not if a comment is to be left there.
fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    match text[at..end].trim().is_empty() {
        true => end,
        false => at + text[at..end].trim_end().len(),
    }
}

/// With this put in there. What is a line of its own begins one.
fn inserted(text: &str, at: usize, new: &str) -> String {
    let begun = !new.ends_with('\n') || at == 0 || text[..at].ends_with('\n');
    let gap = if begun { "" } else { "\n" };
    replaced(text, at..at, &format!("{gap}{new}"))
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(key: &'static str, value: Option<&str>) -> Change {
        Change {
            table: None,
            key,
            value: value.map(Value::from),
        }
    }

    fn rights(value: &str) -> Change {
        Change {
            table: Some("links"),
            key: "rights",
            value: Some(value.into()),
        }
    }

    #[test]
    fn a_key_of_the_root_is_written_where_it_belongs() {
        let theme = |value| root("theme", Some(value));
        for (old, new) in [
            ("", "theme = \"dark\"\n"),
            ("port = 1 # one", "theme = \"dark\"\nport = 1 # one"),
            (
                "# a\ntheme='light' # b\n[links]\n",
                "# a\ntheme=\"dark\" # b\n[links]\n",
            ),
            (
                "# a\n#theme = \"light\"\n#b\n[links]\n",
                "# a\n#theme = \"light\"\ntheme = \"dark\"\n#b\n[links]\n",
            ),
            (
                "[links]\n# theme = 1\n",
                "theme = \"dark\"\n[links]\n# theme = 1\n",
            ),
            (
                "hosts = [\n# theme = 1\n]",
                "theme = \"dark\"\nhosts = [\n# theme = 1\n]",
            ),
            ("#theme = 1", "#theme = 1\ntheme = \"dark\"\n"),
            ("#themes = 1\n", "theme = \"dark\"\n#themes = 1\n"),
            (
                "hosts = [\n'a', # é\n]\r\n\"theme\" = 'light'\r\n",
                "hosts = [\n'a', # é\n]\r\n\"theme\" = \"dark\"\r\n",
            ),
            (
                "cert = \"\"\"\ntheme = 1\"\"\"",
                "theme = \"dark\"\ncert = \"\"\"\ntheme = 1\"\"\"",
            ),
        ] {
            assert_eq!(changed(old, &theme("dark")).unwrap(), new, "{old}");
            assert_eq!(changed(new, &theme("dark")).unwrap(), new);
        }
    }

    #[test]
    fn a_key_that_goes_leaves_all_comments() {
        for (old, new) in [
            ("", ""),
            ("listen = '::'", ""),
            ("# a\nlisten = \"::\"\n# b\nport = 1\n", "# a\n# b\nport = 1\n"),
            ("listen = [ # why\n '::1', # one\n]\nport = 1", "port = 1"),
            ("  listen = '::'  # mine\r\nport = 1", "# mine\r\nport = 1"),
        ] {
            assert_eq!(changed(old, &root("listen", None)).unwrap(), new, "{old}");
        }
    }

    #[test]
    fn a_key_of_a_table_is_written_into_it() {
        let last = "[[display]]\nname = 'A'\n";
        for (old, new) in [
            ("", "[links]\nrights = \"view\"\n"),
            (last, "[[display]]\nname = 'A'\n\n[links]\nrights = \"view\"\n"),
            ("port = 1", "port = 1\n\n[links]\nrights = \"view\"\n"),
            (
                "[links] # mine\nonce = true # o\n[[display]]",
                "[links] # mine\nrights = \"view\"\nonce = true # o\n[[display]]",
            ),
            ("[links]", "[links]\nrights = \"view\"\n"),
            (
                "[links]\n#rights = 'control' # or\nonce = true",
                "[links]\n#rights = 'control' # or\nrights = \"view\"\nonce = true",
            ),
            (
                "a = 1\n\n# More.\n#[links]\n#rights = 'control' # or\n#once = false\n",
                "a = 1\n\n# More.\n[links]\n#rights = 'control' # or\nrights = \"view\"\n#once = false\n",
            ),
            (
                "#[links]\na = 1\n",
                "#[links]\na = 1\n\n[links]\nrights = \"view\"\n",
            ),
            (
                "links = { once = true } # i",
                "links = { rights = \"view\", once = true } # i",
            ),
            ("links = {}", "links = { rights = \"view\" }"),
            ("links.once = true", "links.rights = \"view\"\nlinks.once = true"),
            ("[links]\nrights='control'# r\n", "[links]\nrights=\"view\"# r\n"),
            ("links = {rights = 'control'}", "links = {rights = \"view\"}"),
            ("links.rights = 'control'", "links.rights = \"view\""),
        ] {
            assert_eq!(changed(old, &rights("view")).unwrap(), new, "{old}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_said() {
        let error = changed("links = 1", &rights("view")).unwrap_err();
        assert!(
            error.ends_with("write links.rights = \"view\" yourself"),
            "{error}"
        );
        assert!(
            changed("links = ", &rights("view"))
                .unwrap_err()
                .contains("fix the errors")
        );
    }

    proptest::proptest! {
        /// Whatever the file looks like: what was meant is written, or nothing.
        #[test]
        fn only_what_was_meant_changes(lines in proptest::collection::vec(0..LINES.len(), 0..8), gone: bool) {
            let text: String = lines.into_iter().map(|line| LINES[line]).collect();
            let change = match gone {
                true => root("listen", None),
                false => rights("view"),
            };
            let Ok(old) = toml::from_str::<Table>(&text) else { return Ok(()) };
            if let Ok(new) = changed(&text, &change) {
                proptest::prop_assert_eq!(toml::from_str::<Table>(&new).ok(), meant(old, &change));
                let comments = |text: &str| text.matches("# ").count();
                proptest::prop_assert_eq!(comments(&new), comments(&text));
            }
        }
    }

    const LINES: [&str; 12] = [
        "# a\n",
        "#rights = 1\n",
        "#[links]\n",
        "[links]\n",
        "listen = 1 # b\n",
        "a = \"\"\"\n",
        "\"\"\"\n",
        "[[b]]\n",
        "c = [\n",
        "]\n",
        "rights = 2\n",
        "links = {}\n",
    ];
}
