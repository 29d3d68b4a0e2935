//! Adding displays to the config file. It belongs to the person: comments and order stay.

use std::{fs, path::Path};

use toml::{Table, Value};

use super::{THIS_SCREEN, password, rewrite::rewrite};
use crate::{secret::Secret, texts::say};

/// What is to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Addition {
    /// A desktop of one's own; without a name, one is chosen.
    Desktop { name: Option<String> },
    /// The X screen that the program runs on.
    ThisScreen,
    /// A VNC server that runs already.
    Server {
        target: String,
        /// What it is to be called, with a number if that is taken.
        name: String,
        /// What it asks for, if it asks.
        password: Option<Secret>,
    },
}

impl Addition {
    /// A VNC server without a password.
    pub(super) fn server(target: impl Into<String>, name: impl Into<String>) -> Self {
        Self::Server {
            target: target.into(),
            name: name.into(),
            password: None,
        }
    }
}

/// Adds a display to the config file, writing one first if there is none, and says what it is called. The file is
/// replaced whole, and only if all of it is good then. Blocks.
///
/// # Errors
/// Why it could not be added, and what to do, as a sentence.
pub(crate) fn add(file: &Path, addition: &Addition) -> Result<String, String> {
    let kept = match addition {
        Addition::Server {
            target,
            password: Some(password),
            ..
        } => Some(password::keep(file, target, password)?),
        _ => None,
    };
    rewrite(file, |text, _| added(text, addition, kept.as_deref())).inspect_err(|_| {
        if let Some(kept) = &kept {
            // A password that nothing names is nobody's to find.
            let _ = fs::remove_file(file.with_file_name(kept));
        }
    })
}

/// The config's text with one display more at its end, whose password is in `password_file`, and what that is called.
/// Nothing that stands there is touched: a table can always be added behind all others, and what cannot be is found when
/// the whole is checked.
pub(super) fn added(
    text: &str,
    addition: &Addition,
    password_file: Option<&str>,
) -> Result<(String, String), String> {
    let file: Table = toml::from_str(text).map_err(|_| say!("config-mend-first"))?;
    let displays = file
        .get("display")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let names: Vec<_> = displays
        .filter_map(|display| Some(display.get("name")?.as_str()?.trim()))
        .collect();
    let (name, key, value) = match addition {
        Addition::Desktop { name } => {
            let name = name.as_deref().map(|name| name.trim().to_owned());
            let name = name.unwrap_or_else(|| free(&names, &say!("config-first-desktop")));
            (name, "launch", Value::Table(Table::new()))
        }
        Addition::ThisScreen => (
            free(&names, &say!("config-this-screen")),
            "target",
            THIS_SCREEN.into(),
        ),
        Addition::Server { target, name, .. } => (free(&names, name), "target", target.as_str().into()),
    };
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let quoted = Value::from(name.as_str());
    let mut new = format!("{text}{gap}[[display]]\nname = {quoted}\n{key} = {value}\n");
    if let Some(file) = password_file {
        new.push_str(&format!("password_file = {}\n", Value::from(file)));
    }
    Ok((name, new))
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
    use super::*;
    use crate::config::load;

    const DESKTOP: Addition = Addition::Desktop { name: None };

    fn named(name: &str) -> Addition {
        Addition::Desktop {
            name: Some(name.into()),
        }
    }

    #[test]
    fn what_stands_there_stays_as_it_is() {
        let text = "# mine\nport = 7000 # ours\n\n[[display]]  # the first\ntarget = \":1\"\nname = \"Bob\"\n# the end";
        let found = |name: &str| Addition::server("127.0.0.1:5901", name);
        let at_port = "target = \"127.0.0.1:5901\"";
        for (addition, name, how) in [
            (DESKTOP, "Desktop", "launch = {}"),
            (named(" Ann's desk "), "Ann's desk", "launch = {}"),
            (Addition::ThisScreen, "This screen", "target = \"this-screen\""),
            (found("VNC server"), "VNC server", at_port),
            (found("Bob"), "Bob 2", at_port),
        ] {
            let (called, new) = added(text, &addition, None).unwrap();
            assert_eq!(called, name);
            assert_eq!(new, format!("{text}\n\n[[display]]\nname = \"{name}\"\n{how}\n"));
        }
        let alone = "[[display]]\nname = \"Desktop\"\nlaunch = {}\n";
        assert_eq!(added("", &DESKTOP, None).unwrap().1, alone);
    }

    #[test]
    fn a_name_of_any_characters_is_read_back_as_it_was() {
        for name in ["é \"'\\ ]]", "#", "'''", "a = 1"] {
            let (_, text) = added("", &named(name), None).unwrap();
            let config = load::check(Path::new("config.toml"), text.into_bytes(), &mut Vec::new());
            assert_eq!(config.unwrap().config.displays[0].name, name);
        }
    }

    #[test]
    fn names_that_are_chosen_are_free() {
        let mut text = String::new();
        for name in ["Desktop", "Desktop 2", "Desktop 3"] {
            let (called, new) = added(&text, &DESKTOP, None).unwrap();
            assert_eq!(called, name);
            text = new;
        }
    }

    #[test]
    fn what_cannot_be_added_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        for (text, addition, cause) in [
            ("port = ", DESKTOP, "config.toml:1: "),
            ("display = []", DESKTOP, "config.toml:3: "),
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
