//! Programs that a test starts.

use std::{
    fs::File,
    io,
    os::unix::{fs::FileExt, process::CommandExt},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{
        Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, pidfd_open, waitid,
    },
};

use crate::{
    deadline::{PATIENCE, eventually, within},
    people::as_root,
};

/// A program in a process group of its own. Dropping it ends the group: politely, and after a while not.
pub struct Process {
    name: String,
    child: Child,
    output: File,
    errors: File,
}

impl Process {
    /// Starts `command`.
    ///
    /// # Errors
    ///
    /// When the program is not there.
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = format!("{command:?}");
        let (output, errors) = (tempfile::tempfile()?, tempfile::tempfile()?);
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(errors.try_clone()?)
            .process_group(0)
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        Ok(Self {
            name,
            child,
            output,
            errors,
        })
    }

    /// What it has written to stdout until now.
    ///
    /// # Errors
    ///
    /// When the system does not give it back.
    pub fn output(&self) -> Result<String> {
        read(&self.output)
    }

    /// What it has written to stderr until now.
    ///
    /// # Errors
    ///
    /// When the system does not give it back.
    pub fn errors(&self) -> Result<String> {
        read(&self.errors)
    }

    /// Waits for a whole line on stdout of which `find` makes something.
    ///
    /// # Errors
    ///
    /// When there is none in time, or the program has ended without it; with all that the program wrote.
    pub async fn line<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        self.line_within(PATIENCE, what, find).await
    }

    /// The same for a program that takes its own time.
    ///
    /// # Errors
    ///
    /// When there is none in that time, or the program has ended without it; with all that the program wrote.
    pub async fn line_within<T>(
        &self,
        limit: Duration,
        what: &str,
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<T> {
        let found = within(limit, what, async || {
            // Asked first: what it wrote before it ended is read then.
            let ended = self.ended()?;
            let output = self.output()?;
            let whole = match ended {
                Some(_) => &output,
                None => output.rfind('\n').map_or("", |end| &output[..end]),
            };
            if let Some(found) = whole.lines().find_map(&find) {
                return Ok(Ok(found));
            }
            let wrote = format!("stdout: {output}\nstderr: {}", self.errors().unwrap_or_default());
            match ended {
                Some(how) => Ok(Err(anyhow!("{} ended before that, {how}: {wrote}", self.name))),
                None => Err(anyhow!(wrote)),
            }
        });
        found.await?.with_context(|| what.to_owned())
    }

    /// How it ended, if it has; it can still be waited for.
    fn ended(&self) -> Result<Option<String>> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let status = match waitid(WaitId::Pid(self.pid()?), options) {
            // It has been waited for.
            Err(Errno::CHILD) => return Ok(Some("some time ago".to_owned())),
            status => status?,
        };
        Ok(status.map(
            |status| match (status.exit_status(), status.terminating_signal()) {
                (Some(code), _) => format!("with status {code}"),
                (None, signal) => format!("by signal {}", signal.unwrap_or_default()),
            },
        ))
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to the program, not to its group.
    ///
    /// # Errors
    ///
    /// When it has ended.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(self.pid()?, signal)?)
    }

    /// Waits for it to end by itself.
    ///
    /// # Errors
    ///
    /// When it does not in time.
    pub async fn exit(&mut self) -> Result<ExitStatus> {
        let what = format!("{} ends", self.name);
        eventually(&what, async || self.child.try_wait()?.context("it still runs")).await
    }

    fn pid(&self) -> Result<Pid> {
        Pid::from_raw(self.child.id().try_into()?).context("no process id")
    }

    fn end(&mut self) -> Result<()> {
        let group = self.pid()?;
        if self.child.try_wait()?.is_none() {
            let watch = pidfd_open(group, PidfdFlags::empty())?;
            signal_group(group, Signal::TERM)?;
            let patience = Timespec::try_from(Duration::from_secs(5))?;
            poll(&mut [PollFd::new(&watch, PollFlags::IN)], Some(&patience))?;
        }
        // Whoever is left of the group did not listen. Usually nobody is.
        let _ = signal_group(group, Signal::KILL);
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("{} is not ended: {error:#}", self.name);
        }
        if std::thread::panicking() {
            let text = |written: Result<String>| written.unwrap_or_default();
            eprintln!(
                "{} wrote: {}{}",
                self.name,
                text(self.output()),
                text(self.errors())
            );
        }
    }
}

/// Runs a command to its end and gives its stdout.
///
/// # Errors
///
/// When it cannot be run or fails; with its stderr.
pub fn run(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{command:?} cannot be run"))?;
    if !output.status.success() {
        let [output, errors] =
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        bail!("{command:?} failed: {output}{errors}");
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn signal_group(group: Pid, signal: Signal) -> Result<()> {
    match kill_process_group(group, signal) {
        // Another user's, and we are not root.
        Err(Errno::PERM) => {
            let number = format!("-{}", signal.as_raw());
            run(as_root("kill").args([&number, "--", &format!("-{}", group.as_raw_nonzero())])).map(drop)
        }
        outcome => Ok(outcome?),
    }
}

/// All of a file, leaving alone the position, where its writer goes on.
fn read(file: &File) -> Result<String> {
    let mut content = vec![0; usize::try_from(file.metadata()?.len())?];
    match file.read_exact_at(&mut content, 0) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error.into()),
        _ => Ok(String::from_utf8_lossy(&content).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn shell(script: &str) -> Result<Process> {
        Process::start(Command::new("sh").args(["-c", script]))
    }

    async fn looked_for(process: &Process) -> Result<Result<String>> {
        let line = process.line_within(HOUR, "it says when", |line| {
            line.strip_prefix("when: ").map(str::to_owned)
        });
        timeout(PATIENCE, line)
            .await
            .context("it waits for a program that has ended")
    }

    #[tokio::test]
    async fn nobody_waits_for_a_line_of_a_program_that_has_ended() -> Result<()> {
        for (script, how) in [
            ("echo one; echo two >&2; exit 3", "with status 3"),
            ("echo one; echo two >&2; kill -9 $$", "by signal 9"),
            // Somebody else may keep its output open.
            ("sleep 60 & echo one; echo two >&2", "with status 0"),
        ] {
            let process = shell(script)?;
            // Also when it is asked for once more.
            for _ in 0..2 {
                let error = looked_for(&process).await?.err().context(script)?;
                let error = format!("{error:#}");
                for part in ["it says when", how, "stdout: one\n", "stderr: two\n"] {
                    assert!(error.contains(part), "{part} in {error}");
                }
            }
        }
        let mut process = shell("exit 4")?;
        process.exit().await?;
        assert!(looked_for(&process).await?.is_err());
        Ok(())
    }

    #[tokio::test]
    async fn what_a_program_says_last_is_heard() -> Result<()> {
        for script in [
            "printf 'when: now\\n'",
            "printf 'when: now'; exit 3",
            "sleep 0.2; echo when: now; exec sleep 60",
        ] {
            assert_eq!(looked_for(&shell(script)?).await??, "now");
        }
        Ok(())
    }
}
