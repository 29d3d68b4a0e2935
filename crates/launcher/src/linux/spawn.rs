//! The start of a process that outlives us: nothing of it runs before it is on record.
//!
//! A shell leads a session of its own, tells its number, and waits for a word on its standard input. Only after the
//! number is on record does it get that word, and becomes the program. Were we to die in between, the shell reads the
//! end of the pipe and goes.

use std::{
    ffi::OsString,
    io,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::unix::pipe,
    time::timeout,
};

use super::{
    account::Account, environment::Environment, log::Log, login, process::Process, session_leader::Leader,
};
use crate::LaunchError;

/// The shell's number, the gate, what a login has (file mode mask, number of open files: `$1`), and the program. Descriptor
/// 3 is the pipe to us, for a server that says when it is ready.
const SCRIPT: &str = r#"echo $$
read -r word && [ "$word" = go ] || exit 1
umask 022
ulimit -S -n "$1" 2>/dev/null
shift
cd "$HOME" 2>/dev/null || cd /
unset OLDPWD
exec "$@" 3>&1 >&2 </dev/null"#;

/// For what runs in a session: `$1` is the mask, `$2` the number of open files (empty if they are set already), `$3` the
/// runtime folder if a login has given none. Nothing is left open.
const LOGIN: &str = r#"echo $$
read -r word && [ "$word" = go ] || exit 1
[ -z "$1" ] || umask "$1"
[ -z "$2" ] || ulimit -S -n "$2" 2>/dev/null
: "${XDG_RUNTIME_DIR:=$3}"
export XDG_RUNTIME_DIR
shift 3
cd "$HOME" 2>/dev/null || cd /
unset OLDPWD
exec "$@" >&2 </dev/null"#;

/// How long a shell may take to tell its number; with sudo before it, which may ask a directory service.
const RECORD_TIMEOUT: Duration = Duration::from_secs(20);

/// What a process says on the pipe it shares with us.
pub(super) type Voice = BufReader<pipe::Receiver>;

/// The descriptor at which a program started with `voice` reaches us.
pub(super) const VOICE: &str = "3";

/// What a program is started as.
pub(super) enum Kind<'a> {
    /// A server. It gets descriptor [`VOICE`].
    Server,
    /// What a login runs, in a session that is opened for it.
    Login {
        /// XDG_RUNTIME_DIR, where the session has none.
        runtime: &'a Path,
    },
}

/// A program to start.
pub(super) struct Gate<'a> {
    pub account: &'a Account,
    pub environment: &'a Environment,
    pub program: &'a [OsString],
    pub log: &'a Log,
    pub kind: Kind<'a>,
}

impl Gate<'_> {
    /// Starts the program, once `remember` has put it on record. `slot` holds the process from its first moment.
    pub async fn open(
        self,
        slot: &mut Option<Leader>,
        remember: impl FnOnce(&Leader) -> Result<(), LaunchError>,
    ) -> Result<Voice, LaunchError> {
        let failed = |error: io::Error| LaunchError::Run {
            program: self
                .program
                .first()
                .map(|word| word.to_string_lossy().into_owned())
                .unwrap_or_default(),
            why: error.to_string(),
        };
        let mut command = self.command();
        command.args(self.program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(self.log.file().map_err(failed)?);
        let mut child = command.spawn().map_err(failed)?;
        let leader = slot.insert(Leader::new(
            Process::of(child.id().cast_signed()).map_err(failed)?,
        ));

        let voice = child
            .stdout
            .take()
            .ok_or_else(|| failed(io::ErrorKind::BrokenPipe.into()))?;
        let voice = pipe::Receiver::from_owned_fd(voice.into()).map_err(failed)?;
        let mut voice = BufReader::new(voice);
        let pid = timeout(RECORD_TIMEOUT, number(&mut voice)).await;
        let pid = match pid.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(pid) => pid,
            Err(error) => return Err(self.refused(&error).await),
        };
        leader.is_really(pid, self.account.uid).map_err(failed)?;
        remember(leader)?;
        let mut stdin = child
            .stdin
            .take()
            .ok_or_else(|| failed(io::ErrorKind::BrokenPipe.into()))?;
        io::Write::write_all(&mut stdin, b"go\n").map_err(failed)?;
        Ok(voice)
    }
}

impl Gate<'_> {
    /// All but the program.
    fn command(&self) -> Command {
        let has_pam = matches!(self.kind, Kind::Login { .. }) && self.account.has_pam();
        let session: &[&str] = match self.account.command_leads_session() && !has_pam {
            true => &[],
            false => &["setsid", "-w"],
        };
        match self.kind {
            Kind::Server => {
                let mut command = self.account.command(self.environment);
                command.args(session).args(["sh", "-c", SCRIPT, "sh"]);
                command.arg(self.account.open_files());
                command
            }
            Kind::Login { runtime } => {
                let mut command = self.account.login(self.environment);
                command.args(session).args(["sh", "-c", LOGIN, "sh"]);
                command.args(login::settings(self.account)).arg(runtime);
                command
            }
        }
    }

    /// What to say when what becomes the account has told no number: it has written why.
    async fn refused(&self, error: &io::Error) -> LaunchError {
        let said = self.log.recent_lines().await.pop();
        LaunchError::LoginRefused {
            user: self.account.name.clone(),
            said: said.unwrap_or_else(|| error.to_string()),
        }
    }
}

/// Reads a line with a number.
pub(super) async fn number<T: std::str::FromStr>(voice: &mut Voice) -> io::Result<T> {
    let mut line = String::new();
    voice.take(32).read_line(&mut line).await?;
    line.trim()
        .parse()
        .map_err(|_| io::ErrorKind::UnexpectedEof.into())
}
