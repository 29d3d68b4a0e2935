//! Short runs of the system's own programs.

use std::{
    io,
    path::PathBuf,
    pin::{Pin, pin},
    process::{Command, Output, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::Child,
    sync::oneshot,
    time::timeout,
};

use super::{members, process::Process};

/// How long a program that does one small thing may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a program that is asked to end may take for it: `su` closes the session that it has opened.
const END_PATIENCE: Duration = Duration::from_secs(5);

/// How long what a program has said may be on its way to us after its end. Only a daemon that it leaves, and that holds
/// its output open, makes us wait so long.
pub(super) const LAST_WORDS_PATIENCE: Duration = Duration::from_millis(200);

/// How much of what a program says is read, in bytes; it is not let write more.
const MAX_OUTPUT_BYTES: u64 = 64 << 10;

/// What is done with a child, which is there for as long.
pub(super) type Job<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// Starts `command` and does `job` with it, for as long as `patience` at most. When this returns the child has ended.
///
/// When nobody waits for it any more, the child is ended as well: asked first, so that `su` closes the session that it has
/// opened, and then killed with all that it has started. That goes on by itself.
pub(super) async fn with_child<T: Send + 'static>(
    command: Command,
    patience: Duration,
    job: impl for<'a> FnOnce(&'a mut Child) -> Job<'a, T> + Send + 'static,
) -> io::Result<T> {
    let mut child = tokio::process::Command::from(command)
        .kill_on_drop(true)
        .spawn()?;
    let (caller, called_off) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let done = tokio::select! {
            done = timeout(patience, job(&mut child)) => done.unwrap_or_else(|_| Err(too_slow(patience))),
            _ = called_off => Err(io::ErrorKind::Interrupted.into()),
        };
        end(&mut child).await;
        done
    });
    let done = task.await.unwrap_or_else(|error| Err(error.into()));
    drop(caller);
    done
}

fn too_slow(patience: Duration) -> io::Error {
    let seconds = patience.as_secs();
    io::Error::new(
        io::ErrorKind::TimedOut,
        format!("it took longer than {seconds} seconds"),
    )
}

/// Runs `command` with `input` on its standard input, and collects what it says. It is ended when it takes too long.
pub(super) async fn run(mut command: Command, input: &[u8]) -> io::Result<Output> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let input = input.to_owned();
    with_child(command, COMMAND_TIMEOUT, |child| Box::pin(talk(child, input))).await
}

/// Gives a child its input, and collects what it says until it ends.
async fn talk(child: &mut Child, input: Vec<u8>) -> io::Result<Output> {
    let (stdin, pipes) = (child.stdin.take(), (child.stdout.take(), child.stderr.take()));
    let fed = async {
        if let Some(mut stdin) = stdin {
            // Who does not read its input says why on its way out.
            let _ = stdin.write_all(&input).await;
        }
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let status = {
        let said = async { tokio::join!(collect(pipes.0, &mut stdout), collect(pipes.1, &mut stderr)) };
        let mut said = pin!(said);
        let mut all_said = false;
        let mut ended = pin!(async { tokio::join!(fed, child.wait()).1 });
        let status = loop {
            tokio::select! {
                status = &mut ended => break status?,
                _ = &mut said, if !all_said => all_said = true,
            }
        };
        if !all_said {
            let _ = timeout(LAST_WORDS_PATIENCE, said).await;
        }
        status
    };
    Ok(Output {
        status,
        stdout,
        stderr,
    })
}

/// Reads what a program says, and no more than the most of it.
pub(super) async fn collect(pipe: Option<impl AsyncRead + Unpin>, said: &mut Vec<u8>) {
    if let Some(pipe) = pipe {
        let _ = pipe.take(MAX_OUTPUT_BYTES).read_to_end(said).await;
    }
}

/// Ends a child, if it has not ended: asks it first, and kills it with all that it has started if it does not. It may be
/// stopped, by the user that it runs as.
async fn end(child: &mut Child) {
    // Until it is reaped, which is done below, its number is its own.
    let pid = child.id().map(u32::cast_signed);
    let Some(process) = pid.and_then(|pid| Process::of(pid).ok()) else {
        return;
    };
    let has_ended = process.asked_to_end(END_PATIENCE).await;
    if leads_session(process.identity.pid) {
        members::kill_all(process.identity.pid).await;
    }
    if !has_ended {
        process.kill().await;
    }
    let _ = timeout(END_PATIENCE, child.wait()).await;
}

fn leads_session(pid: i32) -> bool {
    let stat = procfs::process::Process::new(pid).and_then(|process| process.stat());
    stat.is_ok_and(|stat| stat.session == pid)
}

/// What a program said, in one line.
pub(super) fn said(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.take(3).collect::<Vec<_>>().join("; ")
}

/// The program of that name, if it is installed.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&crate::child::path())
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child_command;

    async fn sh(script: &str) -> io::Result<Output> {
        let mut command = child_command("sh");
        command.args(["-c", script]);
        run(command, b"word\n").await
    }

    #[tokio::test]
    async fn what_a_program_says_is_collected_and_bounded() {
        let output = sh("read word; echo $word; echo trouble >&2; exit 3")
            .await
            .unwrap();
        assert_eq!(
            (&*output.stdout, &*output.stderr),
            (&b"word\n"[..], &b"trouble\n"[..])
        );
        assert_eq!(output.status.code(), Some(3));
        let output = sh("yes").await.unwrap();
        assert_eq!(output.stdout.len() as u64, MAX_OUTPUT_BYTES);
        assert!(!output.status.success());
    }

    /// A daemon that holds the output open does not hold us up.
    #[tokio::test]
    async fn a_program_is_over_when_it_has_ended() {
        let output = sh("sleep 30 & echo done").await.unwrap();
        assert_eq!(output.stdout, b"done\n");
    }
}
