//! What a login of an account may use: the limits that PAM sets (pam_limits, `/etc/security/limits.conf`).

use std::{
    io,
    process::{Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use procfs::process::{Limit as Range, LimitValue, Process};
use tokio::{io::AsyncReadExt, process::Child, time::timeout};

use super::command;
use crate::{LaunchError, child_command};

/// How many files this process could have open when it was started (the soft limit), if it may have more by now.
static OPEN_FILES_AT_START: OnceLock<String> = OnceLock::new();

/// Run by root before a session of PAM's is opened: so many open files, unless PAM says otherwise.
const BEFORE: &str = r#"ulimit -S -n "$1" 2>/dev/null
shift
exec "$@""#;

/// How long PAM may take to open a session; it may ask a directory service.
const LOGIN_PATIENCE: Duration = Duration::from_secs(20);

/// What the account runs meanwhile: it says that the session is open, and stays until it may go.
const SESSION: &str = "echo; read -r _";

/// Keeps in mind how many files this process may have open, before it raises that for itself: desktops get no more than
/// this. Programs that wait by `select` break where more than 1024 are open.
pub fn remember_open_files() {
    OPEN_FILES_AT_START.get_or_init(open_files_now);
}

/// As many as this process could have open when it was started.
fn open_files_at_start() -> String {
    let kept = OPEN_FILES_AT_START.get();
    kept.cloned().unwrap_or_else(open_files_now)
}

fn open_files_now() -> String {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string())
}

/// The limits of one account's processes; none: they are as ours.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits(Vec<Limit>);

#[derive(Clone, Debug)]
struct Limit {
    /// As prlimit(1) calls it on its command line.
    resource: &'static str,
    soft: LimitValue,
    hard: LimitValue,
}

impl Limits {
    /// Those of a login. Only root is told them: `runuser` opens a session, and the limits are read from `runuser`
    /// itself, which is root's. What runs as the account is not believed: its user may kill it or speak in its place,
    /// and keeps itself from starting by that, and nothing else.
    ///
    /// # Errors
    /// PAM did not open a session. Where there is no `runuser` there is no PAM, and there are no limits.
    pub async fn of_login(user: &str) -> Result<Self, LaunchError> {
        if command::find("runuser").is_none() {
            return Ok(Self::default());
        }
        // Without a terminal, since what runs as the account could type into ours.
        let mut login = child_command("setsid");
        login.args(["-w", "sh", "-c", BEFORE, "sh", &open_files_at_start()]);
        login.args(["runuser", "-u", user, "--", "sh", "-c", SESSION]);
        ask(login).await.map_err(|error| unknown(user, error.to_string()))
    }

    fn of(process: &Process) -> io::Result<Self> {
        let limits = process.limits().map_err(io::Error::other)?;
        let limit = |(resource, range): (&'static str, Range)| Limit {
            resource,
            soft: range.soft_limit,
            hard: range.hard_limit,
        };
        let all = [
            ("as", limits.max_address_space),
            ("core", limits.max_core_file_size),
            ("cpu", limits.max_cpu_time),
            ("data", limits.max_data_size),
            ("fsize", limits.max_file_size),
            ("locks", limits.max_file_locks),
            ("memlock", limits.max_locked_memory),
            ("msgqueue", limits.max_msgqueue_size),
            ("nice", limits.max_nice_priority),
            ("nofile", limits.max_open_files),
            ("nproc", limits.max_processes),
            ("rss", limits.max_resident_set),
            ("rtprio", limits.max_realtime_priority),
            ("rttime", limits.max_realtime_timeout),
            ("sigpending", limits.max_pending_signals),
            ("stack", limits.max_stack_size),
        ];
        Ok(Self(all.map(limit).into()))
    }

    /// The start of a command that sets them; the program follows as its next argument.
    pub fn command(&self) -> Vec<String> {
        let set = self.0.iter().map(|limit| {
            let Limit { resource, soft, hard } = limit;
            format!("--{resource}={}:{}", number(*soft), number(*hard))
        });
        match self.0.is_empty() {
            true => Vec::new(),
            false => std::iter::once("prlimit".to_owned()).chain(set).collect(),
        }
    }

    /// How many files a process may have open before it asks for more.
    pub fn open_files(&self) -> String {
        let limit = self.0.iter().find(|limit| limit.resource == "nofile");
        limit.map_or_else(open_files_at_start, |limit| number(limit.soft))
    }
}

/// The limits of what `login` starts, once it has opened its session. It is ended then, whatever becomes of this.
async fn ask(mut login: Command) -> io::Result<Limits> {
    login
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command::with_child(login, LOGIN_PATIENCE, |login| Box::pin(read(login))).await
}

async fn read(login: &mut Child) -> io::Result<Limits> {
    let mut said = login.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    if said.read(&mut [0]).await? == 0 {
        return Err(refusal(login).await?);
    }
    let pid = login.id().ok_or(io::ErrorKind::NotFound)?;
    // It is our child and not reaped, so the number is still its own.
    let process = Process::new(pid.cast_signed()).map_err(io::Error::other)?;
    let limits = Limits::of(&process)?;
    // The end of its input is its leave; PAM closes the session.
    drop(login.stdin.take());
    login.wait().await?;
    Ok(limits)
}

/// Why there is no session. What runs as the account may hold the output open and write to it without end.
async fn refusal(login: &mut Child) -> io::Result<io::Error> {
    let status = login.wait().await?;
    let mut said = Vec::new();
    let collected = command::collect(login.stderr.take(), &mut said);
    let _ = timeout(command::LAST_WORDS_PATIENCE, collected).await;
    Ok(match command::said(&said) {
        said if said.is_empty() => io::Error::other(format!("runuser ended early, {status}")),
        said => io::Error::other(said),
    })
}

fn unknown(user: &str, why: String) -> LaunchError {
    LaunchError::NoLimits {
        user: user.to_owned(),
        why,
    }
}

fn number(value: LimitValue) -> String {
    match value {
        LimitValue::Unlimited => "unlimited".to_owned(),
        LimitValue::Value(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_as_the_system_knows_them_and_prlimit_takes_them() {
        let us = Limits::of(&Process::myself().unwrap()).unwrap();
        let output = std::process::Command::new("prlimit")
            .args(["--noheadings", "--raw", "--output", "RESOURCE,SOFT,HARD"])
            .output()
            .unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        let expected = output.lines().map(|line| {
            let words: Vec<_> = line.split(' ').collect();
            format!("--{}={}:{}", words[0].to_lowercase(), words[1], words[2])
        });
        let command: Vec<_> = std::iter::once("prlimit".to_owned()).chain(expected).collect();
        assert_eq!(us.command(), command);
        assert!(Limits::default().command().is_empty());
        assert_eq!(Limits::default().open_files(), open_files_now());
    }

    #[tokio::test]
    async fn whoever_is_not_let_in_has_no_limits() {
        for (script, says) in [
            ("echo 'cannot open session' >&2; exit 1", "cannot open session"),
            ("kill -9 $$", "ended early, signal: 9"),
            // Whoever is left speaks on without end.
            ("yes 'no more' >&2 & exit 1", "no more"),
        ] {
            let mut login = child_command("sh");
            login.args(["-c", script]);
            let error = ask(login).await.unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
