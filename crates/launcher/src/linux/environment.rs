//! The environment of a display's processes: made anew, with nothing of ours but the language.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use super::account::Account;

/// Variables and their values.
#[derive(Clone, Debug)]
pub(super) struct Environment(Vec<(&'static str, OsString)>);

/// What a user finds in PATH at login, where nothing else is said.
const USER_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games";
const ROOT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What the system says of the language of logins; the first is Debian's, the second systemd's.
const LOCALES: [&str; 2] = ["/etc/default/locale", "/etc/locale.conf"];

impl Environment {
    /// What every process of `account` needs.
    pub fn of(account: &Account) -> Self {
        let mut environment = Self(vec![
            ("HOME", account.home.clone().into()),
            ("USER", account.name.clone().into()),
            ("LOGNAME", account.name.clone().into()),
            ("SHELL", account.shell.clone().into()),
        ]);
        let path = if account.is_us() {
            crate::child::path()
        } else if account.uid == 0 {
            ROOT_PATH.to_owned()
        } else {
            USER_PATH.to_owned()
        };
        environment.set("PATH", path);
        environment.set("LANG", language(account).unwrap_or_else(|| "C.UTF-8".to_owned()));
        environment
    }

    /// Sets a variable that is not there yet.
    pub fn set(&mut self, name: &'static str, value: impl AsRef<OsStr>) {
        self.0.push((name, value.as_ref().to_owned()));
    }

    /// The variables as `env` takes them.
    pub fn arguments(&self) -> impl Iterator<Item = OsString> {
        self.0.iter().map(|(name, value)| {
            let mut argument = OsString::from(name);
            argument.push("=");
            argument.push(value);
            argument
        })
    }
}

/// Our own language for our own displays; the system's for others.
fn language(account: &Account) -> Option<String> {
    let ours = || std::env::var("LC_ALL").or_else(|_| std::env::var("LANG")).ok();
    let systems = || LOCALES.iter().find_map(|file| read_language(Path::new(file)));
    if account.is_us() {
        ours().or_else(systems)
    } else {
        systems()
    }
}

fn read_language(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let value = text.lines().find_map(|line| line.trim().strip_prefix("LANG="))?;
    Some(value.trim_matches('"').to_owned()).filter(|value| !value.is_empty())
}
