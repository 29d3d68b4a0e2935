//! Setting one key of the config file. It belongs to the person: comments and order stay.

use std::{io, ops::Range, path::Path};

use serde::Deserialize;
use toml::Spanned;

use super::{ConfigError, load, place::write_first};
use crate::private_file;

/// Writes into the config file whether links are https, writing a file first if there is none. It is replaced whole,
/// and only if all of it is good then. Blocks.
///
/// # Errors
/// Why it could not be written, and what to do, as a sentence.
pub(crate) fn set_encrypt(file: &Path, on: bool) -> Result<(), String> {
    let written = |error: io::Error| format!("{} could not be written: {error}", file.display());
    let said = |error: ConfigError| error.to_string();
    write_first(file).map_err(written)?;
    let check = |text: &str| load::check(file, text.to_owned().into_bytes(), &mut Vec::new());
    let old = load::read_text(file).map_err(said)?;
    // First the old one, whose lines a person can look up.
    check(&old).map_err(said)?;
    let new = with_encrypt(&old, on).map_err(|error| format!("{}: {error}", file.display()))?;
    check(&new).map_err(said)?;
    private_file::rewrite(file, new.as_bytes()).map_err(written)
}

#[derive(Deserialize)]
struct Root {
    encrypt: Option<Spanned<toml::Value>>,
}

/// The config's text with `encrypt` set: its value is replaced where it stands; else a line is added behind the one that
/// explains it, or in front of all, where a key always belongs to the root.
fn with_encrypt(text: &str, on: bool) -> Result<String, toml::de::Error> {
    let root: Root = toml::from_str(text)?;
    Ok(match root.encrypt {
        Some(value) => replaced(text, value.span(), &on.to_string()),
        None => {
            let with_line = |at| replaced(text, at..at, &format!("encrypt = {on}\n"));
            let explained = explained(text).map(with_line);
            // What looks like the example may stand within a list.
            let good = |new: &String| toml::from_str::<Root>(new).is_ok_and(|root| root.encrypt.is_some());
            explained.filter(good).unwrap_or_else(|| with_line(0))
        }
    })
}

/// Where the line ends that has the key as an example, if that is still at the root.
fn explained(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if line.starts_with('[') {
            return None;
        }
        let example = line.strip_prefix('#').map(str::trim_start);
        if example.is_some_and(|key| key.starts_with("encrypt =")) && line.ends_with('\n') {
            return Some(at);
        }
    }
    None
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::Encryption;

    #[test]
    fn what_stands_there_stays_as_it_is() {
        for (old, new) in [
            ("", "encrypt = true\n"),
            ("port = 1 # one", "encrypt = true\nport = 1 # one"),
            ("encrypt = true", "encrypt = true"),
            (
                "# a\nencrypt=false # b\n[links]\n",
                "# a\nencrypt=true # b\n[links]\n",
            ),
            (
                "# a\n# encrypt = true\n#b\n[links]\n",
                "# a\n# encrypt = true\nencrypt = true\n#b\n[links]\n",
            ),
            (
                "[links]\n#encrypt = true\n",
                "encrypt = true\n[links]\n#encrypt = true\n",
            ),
            (
                "hosts = [\n# encrypt = true\n]",
                "encrypt = true\nhosts = [\n# encrypt = true\n]",
            ),
            ("#encrypt = true", "encrypt = true\n#encrypt = true"),
            (
                "hosts = [\n'a', # é\n]\n\"encrypt\" = false",
                "hosts = [\n'a', # é\n]\n\"encrypt\" = true",
            ),
        ] {
            assert_eq!(with_encrypt(old, true).unwrap(), new, "{old}");
        }
        assert_eq!(
            with_encrypt("encrypt = true\n", false).unwrap(),
            "encrypt = false\n"
        );
    }

    #[test]
    fn it_is_on_and_off_again_also_without_a_config() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/config.toml");
        for (on, encryption) in [
            (true, Encryption::Generated),
            (false, Encryption::Off),
            (false, Encryption::Off),
        ] {
            set_encrypt(&file, on).unwrap();
            let bytes = fs::read(&file).unwrap();
            let config = load::check(&file, bytes, &mut Vec::new()).unwrap().config;
            assert_eq!(config.encryption, encryption);
            assert_eq!(config.displays.len(), 1, "the demo stays");
        }
    }

    #[test]
    fn what_is_wrong_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        for (text, cause) in [
            ("port = ", "config.toml:1: "),
            ("\nprot = 1", "config.toml:2: unknown field `prot`"),
            ("encrypt.on = 1", "config.toml:1: "),
        ] {
            fs::write(&file, text).unwrap();
            let error = set_encrypt(&file, true).unwrap_err();
            assert!(error.contains(cause), "{error}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
    }
}
