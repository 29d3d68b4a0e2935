//! Adding displays to the config file. It belongs to the person: comments and order stay.

use std::{io, path::Path};

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use super::{THIS_SCREEN, load, place::write_first};
use crate::private_file;

/// What is to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Addition {
    /// A desktop of one's own; without a name, one is chosen.
    Desktop { name: Option<String> },
    /// The X screen that the program runs on.
    ThisScreen,
    /// A VNC server that runs already.
    Found { target: String, program: Option<String> },
}

/// Adds a display to the config file, writing one first if there is none, and says what it is called. The file is
/// replaced whole, and only if all of it is good then. Blocks.
///
/// # Errors
/// Why it could not be added, and what to do, as a sentence.
pub(crate) fn add(file: &Path, addition: &Addition) -> Result<String, String> {
    let written = |error: io::Error| format!("{} could not be written: {error}", file.display());
    write_first(file).map_err(written)?;
    let old = load::read_text(file).map_err(|error| error.to_string())?;
    let (name, new) = added(&old, addition).map_err(|cause| format!("{}: {cause}", file.display()))?;
    load::check(file, new.clone().into_bytes(), &mut Vec::new()).map_err(|error| error.to_string())?;
    private_file::rewrite(file, new.as_bytes()).map_err(written)?;
    Ok(name)
}

/// The config's text with one display more, and what that is called.
fn added(text: &str, addition: &Addition) -> Result<(String, String), String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|_| "mend what is wrong in it first".to_owned())?;
    let displays = document
        .entry("display")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(displays) = displays.as_array_of_tables_mut() else {
        return Err("it lists its displays in a form that only a person can add to; edit it".into());
    };
    let names = displays
        .iter()
        .filter_map(|display| display.get("name")?.as_str());
    let names: Vec<_> = names.map(str::trim).collect();
    let (name, key, item) = match addition {
        Addition::Desktop { name } => {
            let name = match name {
                Some(name) => name.trim().to_owned(),
                None => free(&names, "Desktop"),
            };
            (name, "launch", value(InlineTable::new()))
        }
        Addition::ThisScreen => (free(&names, "This screen"), "target", value(THIS_SCREEN)),
        Addition::Found { target, program } => {
            let name = free(&names, program.as_deref().unwrap_or("VNC server"));
            (name, "target", value(target))
        }
    };
    let mut display = Table::new();
    display.insert("name", value(&name));
    display.insert(key, item);
    if !text.is_empty() {
        display.decor_mut().set_prefix("\n");
    }
    displays.push(display);
    Ok((name, document.to_string()))
}

/// `name`, or with a number when that is taken.
fn free(taken: &[&str], name: &str) -> String {
    let numbered = (2..).map(|number| format!("{name} {number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names
        .find(|name| !taken.contains(&name.as_str()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const DESKTOP: Addition = Addition::Desktop { name: None };

    fn named(name: &str) -> Addition {
        Addition::Desktop {
            name: Some(name.into()),
        }
    }

    #[test]
    fn comments_order_and_form_stay() {
        let text = "# mine\nport = 7000 # ours\n\n[[display]]  # the first\ntarget = \":1\"\nname = \"Bob\"\n# the end\n";
        let found = Addition::Found {
            target: "127.0.0.1:5901".into(),
            program: None,
        };
        for (addition, name, rest) in [
            (DESKTOP, "Desktop", "launch = {}\n"),
            (named(" Ann's \"desk\" "), "Ann's \"desk\"", "launch = {}\n"),
            (Addition::ThisScreen, "This screen", "target = \"this-screen\"\n"),
            (found, "VNC server", "target = \"127.0.0.1:5901\"\n"),
        ] {
            let (called, new) = added(text, &addition).unwrap();
            assert_eq!(called, name);
            let lines = new.strip_prefix(text.trim_end_matches("# the end\n")).unwrap();
            assert!(
                lines.contains("# the end\n") && lines.contains("\n[[display]]\nname = "),
                "{new}"
            );
            assert!(lines.contains(rest), "{new}");
        }
        assert_eq!(
            added("", &DESKTOP).unwrap().1,
            "[[display]]\nname = \"Desktop\"\nlaunch = {}\n"
        );
    }

    #[test]
    fn names_that_are_chosen_are_free() {
        let mut text = String::new();
        for name in ["Desktop", "Desktop 2", "Desktop 3"] {
            let (called, new) = added(&text, &DESKTOP).unwrap();
            assert_eq!(called, name);
            text = new;
        }
    }

    #[test]
    fn what_cannot_be_added_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        for (text, addition, cause) in [
            ("port = ", DESKTOP, "config.toml: mend"),
            ("display = []", DESKTOP, "edit it"),
            ("prot = 1", DESKTOP, "config.toml:1: unknown field `prot`"),
            (
                "[[display]]\nname = \"A\"\ntarget = \":1\"\n",
                named("A"),
                "config.toml:6: the name `A` is taken",
            ),
            ("", named(" "), "needs a name"),
        ] {
            fs::write(&file, text).unwrap();
            let error = add(&file, &addition).unwrap_err();
            assert!(error.contains(cause), "{error}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_the_mode_what_it_was() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (
            folder.path().join("dotfiles.toml"),
            folder.path().join("config.toml"),
        );
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        add(&link, &DESKTOP).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::read_to_string(&file).unwrap().contains("launch = {}"));
    }

    #[test]
    fn without_a_config_the_demo_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/config.toml");
        add(&file, &DESKTOP).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("target = \"demo\"") && text.contains("launch = {}"));
    }
}
