//! Keeping the password of a display that is in the config file already. Comments and order stay.

use std::{fs, path::Path};

use toml::{
    Table, Value,
    de::{DeTable, DeValue},
};

use super::{Place, Which, password, rewrite::rewrite};
use crate::{model::secret::Secret, texts::say};

/// Writes the password of a display that people know as `name` to a new file beside the config that only its owner may
/// read, and names that in the config. It was tried at `place`, and goes to no other. Blocks.
///
/// # Errors
/// Why it could not be kept, and what to do, as a sentence.
pub(crate) fn keep_password(
    file: &Path,
    (which, name): (&Which, &str),
    place: &Place,
    password: &Secret,
) -> Result<(), String> {
    let kept = password::keep(file, &place.identity(), password)?;
    rewrite(file, |text, config| {
        let mut displays = config.displays.iter();
        let at = displays.position(|display| which.is(display) && display.place == *place);
        let at = at.ok_or_else(|| say!("config-display-gone", display = name))?;
        Ok(((), with_password_file(text, at, name, &kept)?))
    })
    .inspect_err(|_| {
        // A password that nothing names is nobody's to find.
        let _ = fs::remove_file(file.with_file_name(&kept));
    })
}

const KEY: &str = "password_file";

/// The config's text with the password of the display `at` that place of the list in that file. Of the ways to write it, the first is taken that means
/// what it should, and nothing else.
fn with_password_file(text: &str, at: usize, name: &str, password_file: &str) -> Result<String, String> {
    let broken = |_| say!("config-mend-first");
    let value = Value::from(password_file);
    let by_hand = || {
        let line = format!("{KEY} = {value}");
        say!("config-write-to-display-yourself", line = line, display = name)
    };
    let old: Table = toml::from_str(text).map_err(broken)?;
    let root = DeTable::parse(text).map_err(broken)?;
    let wanted = meant(old, at, &value).ok_or_else(by_hand)?;
    let end = target_end(root.get_ref(), at).ok_or_else(by_hand)?;
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let gap = if text[..line_end].ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let ways = [
        (line_end, format!("{gap}{KEY} = {value}\n")),
        // `{ name = …, target = … }`
        (end, format!(", {KEY} = {value}")),
    ];
    ways.into_iter()
        .map(|(at, new)| format!("{}{new}{}", &text[..at], &text[at..]))
        .find(|new| toml::from_str::<Table>(new).is_ok_and(|new| new == wanted))
        .ok_or_else(by_hand)
}

/// What the config says then; `None` if there is no such display, or it names a file already.
fn meant(mut root: Table, at: usize, value: &Value) -> Option<Table> {
    let displays = root.get_mut("display")?.as_array_mut()?;
    let table = displays.get_mut(at)?.as_table_mut()?;
    match table.insert(KEY.into(), value.clone()) {
        None => Some(root),
        Some(_) => None,
    }
}

/// Where the display's target ends.
fn target_end(root: &DeTable<'_>, at: usize) -> Option<usize> {
    let DeValue::Array(displays) = root.get("display")?.get_ref() else {
        return None;
    };
    Some(displays.get(at)?.get_ref().as_table()?.get("target")?.span().end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_file_is_named_behind_its_displays_target_and_all_else_stays() {
        for (at, old, new) in [
            (
                0,
                "# mine\n[[display]] # one\nname = 'Bob'\ntarget = ':1' # here\n\n[[display]]\ntarget = ':2'",
                "# mine\n[[display]] # one\nname = 'Bob'\ntarget = ':1' # here\npassword_file = \"b.password\"\n\n[[display]]\ntarget = ':2'",
            ),
            (
                1,
                "[[display]]\nname = 'A'\ntarget = ':1'\n[[display]]\nname = ' Bob '\ntarget = ':1'",
                "[[display]]\nname = 'A'\ntarget = ':1'\n[[display]]\nname = ' Bob '\ntarget = ':1'\npassword_file = \"b.password\"\n",
            ),
            (
                0,
                "[[display]]\r\ntarget = ':1'\r\nname = 'Bob' # é\r\n",
                "[[display]]\r\ntarget = ':1'\r\npassword_file = \"b.password\"\nname = 'Bob' # é\r\n",
            ),
            (
                0,
                "display = [{ name = 'Bob', target = ':1' }] # all\nport = 1\n",
                "display = [{ name = 'Bob', target = ':1', password_file = \"b.password\" }] # all\nport = 1\n",
            ),
        ] {
            assert_eq!(with_password_file(old, at, "Bob", "b.password").unwrap(), new);
        }
    }

    #[test]
    fn what_cannot_be_written_is_said_and_leaves_no_password_behind() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let place = Place::At(":1".parse().unwrap());
        for (text, cause) in [
            ("port = ", "config.toml:1: "),
            ("[[display]]\nname = 'A'\ntarget = ':1'\n", "Bob is no longer"),
            ("[[display]]\nname = 'Bob'\ntarget = ':2'\n", "Bob is no longer"),
            (
                "[[display]]\nname = 'Bob'\ntarget = ':1'\npassword_file = 'mine'\n",
                "to Bob yourself",
            ),
        ] {
            fs::write(&file, text).unwrap();
            fs::write(folder.path().join("mine"), "x").unwrap();
            let which = Which::Named {
                name: "Bob".into(),
                place: place.identity(),
            };
            let kept = keep_password(&file, (&which, "Bob"), &place, &Secret::from("rosebud"));
            let error = kept.unwrap_err();
            assert!(error.contains(cause) && !error.contains("rosebud"), "{error}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "{text}");
        }
    }
}
