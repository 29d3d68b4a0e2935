//! Whose display it is, and how to become that user.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use nix::unistd::{Uid, User};

use super::{command, environment::Environment, folder::cannot_make, limits::Limits, login};
use crate::{LaunchError, child_command};

/// An account of this machine that displays can run as.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub name: String,
    pub uid: u32,
    pub home: PathBuf,
    pub shell: PathBuf,
    pub gid: u32,
    way: Way,
    limits: Limits,
    /// What opens sessions of it with PAM.
    su: Option<PathBuf>,
}

/// How we become it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It is who we are.
    Us,
    /// We are root.
    Root,
    /// By what sudo allows us.
    Sudo,
}

/// These stand in the place of a shell where nobody may log in.
const NO_SHELLS: [&str; 2] = ["nologin", "false"];

/// Where it is said that nobody but root may log in (pam_nologin).
const CLOSED: [&str; 2] = ["/etc/nologin", "/run/nologin"];

impl Account {
    /// The account of that name, or our own; without asking whether it may be used.
    pub fn find(user: Option<&str>) -> Result<Self, LaunchError> {
        let us = rustix::process::geteuid();
        let found = match user {
            Some(name) => User::from_name(name),
            None => User::from_uid(Uid::from_raw(us.as_raw())),
        };
        let unknown = || LaunchError::NoSuchUser(user.map_or_else(|| us.as_raw().to_string(), str::to_owned));
        Ok(Self::new(found.ok().flatten().ok_or_else(unknown)?))
    }

    /// The account that the file or folder at `path` belongs to.
    pub fn owner_of(path: &Path) -> Result<Self, LaunchError> {
        let data = path
            .symlink_metadata()
            .map_err(|error| cannot_make(path, &error))?;
        let user = User::from_uid(Uid::from_raw(data.uid())).ok().flatten();
        user.map(Self::new)
            .ok_or_else(|| LaunchError::NoSuchUser(data.uid().to_string()))
    }

    fn new(user: User) -> Self {
        let us = rustix::process::geteuid();
        let way = match user.uid.as_raw() {
            uid if uid == us.as_raw() => Way::Us,
            _ if us.is_root() => Way::Root,
            _ => Way::Sudo,
        };
        Self {
            name: user.name,
            uid: user.uid.as_raw(),
            home: user.dir,
            shell: match user.shell {
                // That is what an empty field means (passwd(5)).
                shell if shell.as_os_str().is_empty() => "/bin/sh".into(),
                shell => shell,
            },
            gid: user.gid.as_raw(),
            way,
            limits: Limits::default(),
            su: None,
        }
    }

    /// Whether a session of this account may be started, and what it may use, as a login would ask. Our own is logged
    /// in already.
    pub async fn admit(&mut self) -> Result<(), LaunchError> {
        if self.way == Way::Us {
            return Ok(());
        }
        let shell = self.shell.file_name().and_then(|name| name.to_str());
        if shell.is_some_and(|shell| NO_SHELLS.contains(&shell)) {
            return Err(LaunchError::NoLogin {
                user: self.name.clone(),
                shell: self.shell.clone(),
            });
        }
        match self.way {
            Way::Root => self.admit_as_root().await,
            Way::Sudo => self.ask_sudo().await,
            Way::Us => Ok(()),
        }
    }

    async fn admit_as_root(&mut self) -> Result<(), LaunchError> {
        if let Some(file) = CLOSED.iter().map(Path::new).find(|file| file.exists()) {
            return Err(LaunchError::LoginsClosed {
                file: file.to_owned(),
                said: std::fs::read(file)
                    .map(|text| command::said(&text))
                    .unwrap_or_default(),
            });
        }
        let mut getent = child_command("getent");
        getent.args(["shadow", &self.name]);
        // Accounts that are not in any shadow database, or systems without getent, have no expiry that we could read.
        let shadow = match command::run(getent, &[]).await {
            Ok(output) => output.stdout,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                return Err(LaunchError::Run {
                    program: "getent".to_owned(),
                    why: error.to_string(),
                });
            }
        };
        let today = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs()
            / 86400;
        if expired(&String::from_utf8_lossy(&shadow), today) {
            return Err(LaunchError::Expired {
                user: self.name.clone(),
            });
        }
        self.limits = Limits::of_login(&self.name).await?;
        self.su = login::find_su().await;
        if self.su.is_none() {
            tracing::warn!(
                "this system has no PAM for su, so the desktop of {} gets what every login has, but no session of \
                 logind's, no variables and limits of PAM's modules, and no home is made for it",
                self.name
            );
        }
        Ok(())
    }

    async fn ask_sudo(&self) -> Result<(), LaunchError> {
        let mut question = self.command(&Environment::of(self));
        question.arg("true");
        let said = match command::run(question, &[]).await {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => command::said(&output.stderr),
            Err(error) => error.to_string(),
        };
        Err(LaunchError::NoSudo {
            me: User::from_uid(Uid::effective())
                .ok()
                .flatten()
                .map_or_else(|| Uid::effective().to_string(), |user| user.name),
            user: self.name.clone(),
            said,
        })
    }

    /// Whether this is who we are.
    pub fn is_us(&self) -> bool {
        self.way == Way::Us
    }

    /// Whether we may send signals to its processes, and remove its files, without becoming it.
    pub fn is_in_our_power(&self) -> bool {
        self.way != Way::Sudo
    }

    /// How many files its processes may have open before they ask for more.
    pub fn open_files(&self) -> String {
        self.limits.open_files()
    }

    /// The start of a command that becomes this account with nothing but `environment`; the program follows as its
    /// next argument.
    ///
    /// `setpriv` and `env -i`, after which no process of root's is left. Both ways begin in a POSIX session without a
    /// terminal: what runs as another user could type into ours (TIOCSTI), and sudo would relay everything through one.
    pub fn command(&self, environment: &Environment) -> Command {
        let mut words: Vec<String> = Vec::new();
        match self.way {
            Way::Us => {}
            Way::Root => {
                words.extend(["setsid", "-w"].map(String::from));
                words.extend(self.limits.command());
                words.extend(["setpriv", "--init-groups", "--reuid"].map(String::from));
                words.extend([self.uid.to_string(), "--regid".to_owned(), self.gid.to_string()]);
                words.push("--".to_owned());
            }
            Way::Sudo => {
                words.extend(["setsid", "-w", "sudo", "-n", "-u"].map(String::from));
                words.extend([self.name.clone(), "--".to_owned()]);
            }
        }
        words.extend(["env", "-i"].map(String::from));
        let mut command = child_command(&words[0]);
        command.args(&words[1..]).args(environment.arguments());
        command
    }

    /// Whether what follows [`Self::command`] leads a POSIX session: nothing stands between `setsid` and it.
    pub fn command_leads_session(&self) -> bool {
        self.way == Way::Root
    }

    /// Whether its sessions are opened with PAM.
    pub fn has_pam(&self) -> bool {
        self.su.is_some()
    }

    /// The start of a command that opens a session of this account, as a login does, and becomes it; the program
    /// follows as its next argument.
    pub fn login(&self, environment: &Environment) -> Command {
        match &self.su {
            Some(su) => login::open(su, self, self.limits.command(), environment),
            None => self.command(environment),
        }
    }

    /// Runs a script as this account, with `arguments` from `$1` on.
    pub async fn script(
        &self,
        script: &str,
        arguments: &[&std::ffi::OsStr],
        input: &[u8],
    ) -> std::io::Result<std::process::Output> {
        let mut command = self.command(&Environment::of(self));
        command
            .args(["LC_ALL=C", "sh", "-c", script, "sh"])
            .args(arguments);
        command::run(command, input).await
    }
}

/// Whether a line of the shadow file, of an account, says that it has expired: its eighth field is the day on which
/// it does, counted from 1970 (shadow(5)).
fn expired(line: &str, today: u64) -> bool {
    let day = line
        .trim_end()
        .split(':')
        .nth(7)
        .and_then(|day| day.parse::<u64>().ok());
    day.is_some_and(|day| today >= day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_as_shadow_says_it() {
        for (line, gone) in [
            ("alice:!:19000:0:99999:7:::", false),
            ("alice:!:19000:0:99999:7::20000:", true),
            ("alice:!:19000:0:99999:7::20001:", false),
            ("alice:!:19000:0:99999:7::0:\n", true),
            ("alice:!:19000:0:99999:7::-1:", false),
            ("alice:!:19000:0:99999:7::soon:", false),
            ("", false),
        ] {
            assert_eq!(expired(line, 20000), gone, "{line}");
        }
    }

    #[test]
    fn an_unknown_user_is_said_to_be_unknown() {
        let error = Account::find(Some("nobody-of-that-name")).unwrap_err();
        assert_eq!(error, LaunchError::NoSuchUser("nobody-of-that-name".into()));
        assert!(error.to_string().contains("`nobody-of-that-name`"));
    }
}
