//! Short runs of the system's own programs.

use std::{
    io,
    path::PathBuf,
    process::{Command, Output, Stdio},
    time::Duration,
};

use tokio::{io::AsyncWriteExt, time::timeout};

/// How long a program that does one small thing may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `command` with `input` on its standard input, and collects what it says. It is killed when it takes too long.
pub(super) async fn run(mut command: Command, input: &[u8]) -> io::Result<Output> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = tokio::process::Command::from(command)
        .kill_on_drop(true)
        .spawn()?;
    let stdin = child.stdin.take();
    let fed = async {
        if let Some(mut stdin) = stdin {
            // Who does not read its input says why on its way out.
            let _ = stdin.write_all(input).await;
        }
    };
    let done = async { tokio::join!(fed, child.wait_with_output()).1 };
    timeout(PATIENCE, done).await.unwrap_or_else(|_| {
        Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "it took longer than 20 seconds",
        ))
    })
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
