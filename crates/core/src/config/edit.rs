//! Adding displays to the config file. It belongs to the person: comments and order stay.

use std::{fs, path::Path};

use toml::{Table, Value};

use super::{
    Config, Display, LaunchPlan, Place, THIS_SCREEN, Which, password, places::display_at, rewrite::rewrite,
};
use crate::{DisplayId, model::secret::Secret, texts::say};

/// What is to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Addition {
    /// A desktop of one's own; without a name, one is chosen.
    Desktop { name: Option<String> },
    /// The X screen that the program runs on.
    ThisScreen,
    /// A VNC server that is already running.
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

/// A display that was added, or was there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Added {
    pub which: Which,
    pub name: String,
    pub is_new: bool,
}

/// Adds a display to the config file with an id of its own, writing a file first if there is none. What a display of the
/// file shows already, a VNC server or this screen, is not added again: that display is returned instead, so that two
/// requests at once make one display. The file is replaced whole, and only if all of it is good then. Blocks.
///
/// # Errors
/// Why it could not be added, and what to do, as a sentence.
pub(crate) fn add(file: &Path, addition: &Addition) -> Result<Added, String> {
    let id = new_id()?;
    let kept = match addition {
        Addition::Server {
            target,
            password: Some(password),
            ..
        } => Some(password::keep(file, target, password)?),
        _ => None,
    };
    let outcome = rewrite(file, |text, config| match shown_by(config, addition) {
        Some(display) => {
            let there = Added {
                which: Which::of(display),
                name: display.name.clone(),
                is_new: false,
            };
            Ok((there, text.to_owned()))
        }
        None => added(text, addition, &id, kept.as_deref()),
    });
    if let Some(kept) = kept.filter(|_| !outcome.as_ref().is_ok_and(|added| added.is_new)) {
        // A password that nothing names is nobody's to find.
        let _ = fs::remove_file(file.with_file_name(kept));
    }
    outcome
}

/// The id of a display that is to be added.
pub(super) fn new_id() -> Result<DisplayId, String> {
    DisplayId::random().map_err(|error| say!("no-random", cause = error.to_string()))
}

/// The display that shows what is to be added; desktops may be as many as one likes.
fn shown_by<'a>(config: &'a Config, addition: &Addition) -> Option<&'a Display> {
    match addition {
        Addition::Desktop { .. } => None,
        Addition::ThisScreen => {
            let this_screen = Place::Launched(LaunchPlan::this_screen());
            let mut displays = config.displays.iter();
            displays.find(|display| display.place == this_screen)
        }
        Addition::Server { target, .. } => display_at(config, &target.parse().ok()?),
    }
}

/// The config's text with one display more at its end, whose password is in `password_file`, and which one that is.
/// Nothing that stands there is touched: a table can always be added behind all others, and what cannot be is found when
/// the whole is checked.
pub(super) fn added(
    text: &str,
    addition: &Addition,
    id: &DisplayId,
    password_file: Option<&str>,
) -> Result<(Added, String), String> {
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
    let mut new = format!("{text}{gap}[[display]]\nname = {quoted}\nid = \"{id}\"\n{key} = {value}\n");
    if let Some(file) = password_file {
        new.push_str(&format!("password_file = {}\n", Value::from(file)));
    }
    let added = Added {
        which: Which::Id(id.clone()),
        name,
        is_new: true,
    };
    Ok((added, new))
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

    /// The name of what was added, and the text.
    fn added(text: &str, addition: &Addition) -> Result<(String, String), String> {
        let (added, text) = super::added(text, addition, &"new-1".parse().unwrap(), None)?;
        assert_eq!(added.which, Which::Id("new-1".parse().unwrap()));
        Ok((added.name, text))
    }

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
            let (called, new) = added(text, &addition).unwrap();
            assert_eq!(called, name);
            assert_eq!(
                new,
                format!("{text}\n\n[[display]]\nname = \"{name}\"\nid = \"new-1\"\n{how}\n")
            );
        }
        let alone = "[[display]]\nname = \"Desktop\"\nid = \"new-1\"\nlaunch = {}\n";
        assert_eq!(added("", &DESKTOP).unwrap().1, alone);
    }

    #[test]
    fn what_a_display_shows_already_is_not_added_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        fs::write(&file, "").unwrap();
        let with_password = Addition::Server {
            target: "localhost:5901".into(),
            name: "VNC".into(),
            password: Some("rosebud".into()),
        };
        let first = add(&file, &Addition::server("127.0.0.1:5901", "VNC")).unwrap();
        let screen = add(&file, &Addition::ThisScreen).unwrap();
        assert!(first.is_new && screen.is_new && first.which != screen.which);
        let text = fs::read_to_string(&file).unwrap();
        for (again, known) in [(with_password, first), (Addition::ThisScreen, screen)] {
            let expected = Added {
                is_new: false,
                ..known
            };
            assert_eq!(add(&file, &again), Ok(expected));
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no password is left"
        );
        assert!(add(&file, &DESKTOP).unwrap().is_new && add(&file, &DESKTOP).unwrap().is_new);
    }

    #[test]
    fn a_name_of_any_characters_is_read_back_as_it_was() {
        for name in ["é \"'\\ ]]", "#", "'''", "a = 1"] {
            let (_, text) = added("", &named(name)).unwrap();
            let config = load::check(Path::new("config.toml"), text.into_bytes(), &mut Vec::new());
            assert_eq!(config.unwrap().config.displays[0].name, name);
        }
    }

    #[test]
    fn names_that_are_chosen_are_free() {
        let mut text = String::new();
        for name in ["Desktop", "Desktop 2", "Desktop 3"] {
            let (called, new) = added(&text, &DESKTOP).unwrap();
            assert_eq!(called, name);
            text = new.replace("new-1", &format!("old-{name}").to_lowercase().replace(' ', "-"));
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
