//! What a login of an account may use: the limits that PAM sets (pam_limits, `/etc/security/limits.conf`).

use super::tool;
use crate::child_command;

/// How many files a login may have open where nothing else is said.
const OPEN_FILES: &str = "1024";

/// The limits of one account's processes; none: they are as ours.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits(Vec<Limit>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Limit {
    /// As prlimit(1) calls it on its command line.
    resource: String,
    soft: String,
    hard: String,
}

impl Limits {
    /// Those of a login. Only root is told them: `runuser` opens a session, and what that has set is read and kept,
    /// since `runuser` itself would stay as a parent. Where PAM cannot be asked there are none.
    pub async fn of_login(user: &str) -> Self {
        let mut question = child_command("runuser");
        question.args(["-u", user, "--", "prlimit", "--noheadings", "--raw"]);
        question.args(["--output", "RESOURCE,SOFT,HARD"]);
        match tool::run(question, &[]).await {
            Ok(output) if output.status.success() => Self::parse(&String::from_utf8_lossy(&output.stdout)),
            Ok(output) => unknown(user, &tool::said(&output.stderr)),
            Err(error) => unknown(user, &error.to_string()),
        }
    }

    fn parse(table: &str) -> Self {
        let limit = |line: &str| {
            let mut words = line.split_whitespace();
            let limit = Limit {
                resource: words.next()?.to_ascii_lowercase(),
                soft: words.next()?.to_owned(),
                hard: words.next()?.to_owned(),
            };
            Some(limit)
        };
        Self(table.lines().filter_map(limit).collect())
    }

    /// The start of a command that sets them; the program follows as its next argument.
    pub fn command(&self) -> Vec<String> {
        let set = self.0.iter().map(|limit| {
            let Limit { resource, soft, hard } = limit;
            format!("--{resource}={soft}:{hard}")
        });
        match self.0.is_empty() {
            true => Vec::new(),
            false => std::iter::once("prlimit".to_owned()).chain(set).collect(),
        }
    }

    /// How many files a process may have open before it asks for more.
    pub fn open_files(&self) -> &str {
        let limit = self.0.iter().find(|limit| limit.resource == "nofile");
        limit.map_or(OPEN_FILES, |limit| &limit.soft)
    }
}

fn unknown(user: &str, why: &str) -> Limits {
    tracing::warn!("the limits of a login of {user} are not known, so its display has ours: {why}");
    Limits::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_as_prlimit_shows_and_takes_them() {
        let limits = Limits::parse("NOFILE 512 20000\nAS unlimited unlimited\n\nhalf a\n");
        assert_eq!(
            limits.command(),
            ["prlimit", "--nofile=512:20000", "--as=unlimited:unlimited"]
        );
        assert_eq!(limits.open_files(), "512");
        assert!(Limits::default().command().is_empty());
        assert_eq!(Limits::default().open_files(), "1024");
    }
}
