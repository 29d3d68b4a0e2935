//! The environment of a display's processes: made anew, as a login has it, with nothing of ours but our
//! PATH and language for our own displays.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use super::account::Account;

/// Variables and their values.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    /// What the system says of all logins; what PAM says takes its place.
    system: Vec<(String, OsString)>,
    /// What this very account and display has.
    own: Vec<(String, OsString)>,
}

/// What a user finds in PATH at login, where nothing else is said.
const USER_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games";
const ROOT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The language where nobody says one.
const FALLBACK_LANGUAGE: &str = "C.UTF-8";

/// What the system says of logins, in the order in which pam_env reads it on Debian; the last is systemd's.
const SYSTEM_FILES: [&str; 3] = ["/etc/environment", "/etc/default/locale", "/etc/locale.conf"];

impl Environment {
    /// What every process of `account` needs.
    pub fn of(account: &Account) -> Self {
        let path = if account.uid == 0 { ROOT_PATH } else { USER_PATH };
        let mut system = vec![
            ("PATH".to_owned(), path.into()),
            ("LANG".to_owned(), FALLBACK_LANGUAGE.into()),
        ];
        system.extend(SYSTEM_FILES.iter().flat_map(|file| read(Path::new(file))));
        if account.is_us() {
            system.push(("PATH".to_owned(), crate::child::path().into()));
            system.extend(our_language());
        }
        let mut environment = Self {
            system,
            own: Vec::new(),
        };
        environment.set("HOME", &account.home);
        environment.set("USER", &account.name);
        environment.set("LOGNAME", &account.name);
        environment.set("SHELL", &account.shell);
        environment
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.own.push((name.to_owned(), value.as_ref().to_owned()));
    }

    /// What the system says of all logins, for whoever opens one.
    pub fn of_system(&self) -> impl Iterator<Item = (&str, &OsStr)> {
        self.system
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_os_str()))
    }

    /// The account's own variables as `env` takes them.
    pub fn own_arguments(&self) -> impl Iterator<Item = OsString> {
        self.own.iter().map(argument)
    }

    /// All variables as `env` takes them: later ones take the place of earlier ones.
    pub fn arguments(&self) -> impl Iterator<Item = OsString> {
        self.system.iter().chain(&self.own).map(argument)
    }
}

fn argument((name, value): &(String, OsString)) -> OsString {
    let mut argument = OsString::from(name);
    argument.push("=");
    argument.push(value);
    argument
}

/// Our own language, for our own displays.
fn our_language() -> impl Iterator<Item = (String, OsString)> {
    let is_language = |name: &str| name == "LANG" || name == "LANGUAGE" || name.starts_with("LC_");
    std::env::vars_os().filter_map(move |(name, value)| {
        let name = name.into_string().ok()?;
        is_language(&name).then_some((name, value))
    })
}

/// The variables that a file of the system's says, as pam_env reads it; none if it is not there.
fn read(file: &Path) -> Vec<(String, OsString)> {
    let text = std::fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().filter_map(variable).collect()
}

/// `NAME=value`, perhaps with `export` before it, quotes around the value, or a comment behind it.
fn variable(line: &str) -> Option<(String, OsString)> {
    let line = line.split('#').next()?.trim();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let (name, value) = line.split_once('=')?;
    let mut characters = name.chars();
    let is_name = characters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
    let value = value.strip_suffix(['"', '\'']).unwrap_or(value);
    // What the dynamic linker takes from root's own login is not for what root starts on others' behalf.
    (is_name && !name.starts_with("LD_")).then(|| (name.to_owned(), value.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_files_are_read_as_pam_env_reads_them() {
        for (line, expected) in [
            ("LANG=de_DE.UTF-8", Some(("LANG", "de_DE.UTF-8"))),
            (
                "  export EDITOR=\"vim -u NONE\"  # mine",
                Some(("EDITOR", "vim -u NONE")),
            ),
            ("EMPTY=", Some(("EMPTY", ""))),
            ("A='b=c'", Some(("A", "b=c"))),
            ("# LANG=x", None),
            ("LANG", None),
            ("", None),
            ("NO NAME=x", None),
            ("1A=x", None),
            ("=x", None),
            ("LD_PRELOAD=/lib/x.so", None),
        ] {
            let expected = expected.map(|(name, value)| (name.to_owned(), OsString::from(value)));
            assert_eq!(variable(line), expected, "{line}");
        }
        assert_eq!(read(Path::new("/nowhere")), []);
    }

    #[test]
    fn what_is_the_accounts_own_comes_last() {
        let us = Account::find(None).unwrap();
        let mut environment = Environment::of(&us);
        environment.set("DISPLAY", ":3");
        let all: Vec<_> = environment.arguments().collect();
        assert_eq!(all.last().unwrap(), "DISPLAY=:3");
        let own: Vec<_> = environment.own_arguments().collect();
        assert!(all.ends_with(&own) && own[0].to_string_lossy().starts_with("HOME="));
        assert!(environment.of_system().any(|(name, _)| name == "LANG"));
    }
}
