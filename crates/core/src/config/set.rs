//! Writing what a person sets in the window.

use std::path::Path;

use toml::Value;

use super::{
    Config,
    key::{Change, changed},
    links::written,
    rewrite::rewrite,
    words::{OPEN, RIGHTS, THEMES, word},
};
use crate::{Listening, Setting, Terms, texts::say};

/// Writes a setting into the config file, writing a file first if there is none. Comments and order stay. Blocks.
///
/// # Errors
/// Why it could not be written, and what to do, as a sentence.
pub(crate) fn set(file: &Path, setting: &Setting) -> Result<(), String> {
    rewrite(file, |text, config| {
        let mut text = text.to_owned();
        for change in changes(config, setting)? {
            text = changed(&text, &change)?;
        }
        Ok(((), text))
    })
}

fn changes(config: &Config, setting: &Setting) -> Result<Vec<Change>, String> {
    let root = |key, value| Change {
        table: None,
        key,
        value,
    };
    let set = |key, value: &str| root(key, Some(value.into()));
    Ok(match setting {
        Setting::OpenIn { value } => vec![set("open", word(&OPEN, value))],
        Setting::Theme { value } => vec![set("theme", word(&THEMES, value))],
        Setting::Encrypt { value } => vec![root("encrypt", Some(Value::Boolean(*value)))],
        Setting::Links { value } => links(config.links, *value),
        Setting::Listening { value } => match value {
            Listening::Automatic => vec![root("listen", None), root("interface", None)],
            Listening::Interface { name } => vec![root("listen", None), set("interface", name)],
            Listening::ThisMachine => vec![set("listen", "127.0.0.1"), root("interface", None)],
            Listening::Fixed { .. } => {
                return Err(say!("config-fixed-addresses"));
            }
        },
    })
}

/// Only what is to be another than before: the rest may not be written down at all.
fn links(before: Terms, now: Terms) -> Vec<Change> {
    let rights = word(&RIGHTS, &now.rights);
    let all = [
        (before.rights != now.rights, "rights", Value::from(rights)),
        (
            before.seconds != now.seconds,
            "ends",
            Value::from(written(now.seconds)),
        ),
        (before.once != now.once, "once", Value::from(now.once)),
        (before.ask != now.ask, "ask", Value::from(now.ask)),
        (before.pin != now.pin, "pin", Value::from(now.pin)),
    ];
    let differing = all.into_iter().filter(|(differs, ..)| *differs);
    differing
        .map(|(_, key, value)| Change {
            table: Some("links"),
            key,
            value: Some(value),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{OpenIn, SessionRights, Theme, config::load};

    /// What is set, what the config says then, and the lines that stand there.
    type KeyPath = (Setting, fn(&Config) -> bool, &'static [&'static str]);

    fn read(file: &Path) -> Config {
        let bytes = fs::read(file).unwrap();
        load::check(file, bytes, &mut Vec::new()).unwrap().config
    }

    #[test]
    fn all_that_is_set_is_read_back_and_the_first_config_keeps_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/config.toml");
        let own = Terms {
            rights: SessionRights::View,
            seconds: Some(8 * 3600),
            once: true,
            ask: true,
            pin: true,
        };
        let interface = Listening::Interface { name: "wlan0".into() };
        let steps: [KeyPath; 11] = [
            (
                Setting::OpenIn {
                    value: OpenIn::Browser,
                },
                |config| config.open == OpenIn::Browser,
                &["\nopen = \"browser\"\n"],
            ),
            (
                Setting::Theme { value: Theme::Dark },
                |config| config.theme == Theme::Dark,
                &["\ntheme = \"dark\"\n"],
            ),
            (
                Setting::Theme { value: Theme::System },
                |config| config.theme == Theme::System,
                &["\ntheme = \"system\"\n"],
            ),
            (
                Setting::Encrypt { value: true },
                |config| config.encryption == crate::config::Encryption::Generated,
                &["\nencrypt = true\n"],
            ),
            (
                Setting::Links { value: own },
                |config| config.links.seconds == Some(8 * 3600) && config.links.pin,
                &[
                    "\n[links]\n",
                    "\nrights = \"view\"\n",
                    "\nends = \"8h\"\n",
                    "\nask = true\n",
                ],
            ),
            (
                Setting::Links {
                    value: Terms { seconds: None, ..own },
                },
                |config| config.links.seconds.is_none() && config.links.once,
                &["\nends = \"never\"\n"],
            ),
            (
                Setting::Links {
                    value: Terms {
                        seconds: Some(5400),
                        ..own
                    },
                },
                |config| config.links.seconds == Some(5400),
                &["\nends = \"90m\"\n"],
            ),
            (
                Setting::Listening { value: interface },
                |config| config.interface.as_deref() == Some("wlan0") && config.listen.is_none(),
                &["\ninterface = \"wlan0\"\n"],
            ),
            (
                Setting::Listening {
                    value: Listening::ThisMachine,
                },
                |config| config.interface.is_none() && config.listen.is_some(),
                &["\nlisten = \"127.0.0.1\"\n"],
            ),
            (
                Setting::Listening {
                    value: Listening::Automatic,
                },
                |config| config.interface.is_none() && config.listen.is_none(),
                &[],
            ),
            (
                Setting::Encrypt { value: false },
                |config| config.encryption == crate::config::Encryption::Off,
                &["\nencrypt = false\n"],
            ),
        ];
        for (setting, holds, lines) in steps {
            set(&file, &setting).unwrap();
            let text = fs::read_to_string(&file).unwrap();
            assert!(holds(&read(&file)), "{setting:?}: {text}");
            for line in lines {
                assert!(text.contains(line), "{setting:?}: {text}");
            }
        }
        // Whoever sets all back has the first config again, and the settings spelt out.
        let text = fs::read_to_string(&file).unwrap();
        let first = include_str!("first.toml").replace("#[links]", "[links]");
        let own = ["open", "theme", "encrypt", "rights", "ends", "once", "ask", "pin"];
        let added = |line: &&str| !own.iter().any(|key| line.starts_with(&format!("{key} = ")));
        assert_eq!(
            text.lines().filter(added).collect::<Vec<_>>(),
            first.lines().collect::<Vec<_>>()
        );
        assert_eq!(read(&file).displays.len(), 1, "the demo stays");
    }

    #[test]
    fn of_what_links_give_only_what_was_changed_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        fs::write(&file, "# mine\n[links]\nends = \"30m\" # short\n").unwrap();
        let value = Terms {
            rights: SessionRights::View,
            ..read(&file).links
        };
        set(&file, &Setting::Links { value }).unwrap();
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            "# mine\n[links]\nrights = \"view\"\nends = \"30m\" # short\n"
        );
    }

    #[test]
    fn what_is_wrong_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let fixed = Listening::Fixed { addresses: vec![] };
        let nameless = Listening::Interface { name: " ".into() };
        let endless = Terms {
            seconds: Some(u64::MAX),
            ..Terms::default()
        };
        for (text, setting, cause) in [
            ("port = ", Setting::Encrypt { value: true }, "config.toml:1: "),
            (
                "\nprot = 1",
                Setting::Encrypt { value: true },
                "config.toml:2: unknown field `prot`",
            ),
            (
                "encrypt.on = 1",
                Setting::Encrypt { value: true },
                "config.toml:1: ",
            ),
            ("", Setting::Listening { value: fixed }, "config.toml: addresses"),
            (
                "",
                Setting::Listening { value: nameless },
                "` ` is not a network interface",
            ),
            ("", Setting::Links { value: endless }, "is not a duration"),
        ] {
            fs::write(&file, text).unwrap();
            let error = set(&file, &setting).unwrap_err();
            assert!(error.contains(cause), "{error}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_is_said() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("porthole"), "no folder").unwrap();
        let file = folder.path().join("porthole/config.toml");
        let error = set(&file, &Setting::Encrypt { value: true }).unwrap_err();
        assert!(
            error.starts_with("cannot write ") && error.contains("config.toml: "),
            "{error}"
        );
    }
}
