//! The headless program.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;

use crate::{home::Home, process::Process, programs::program};

/// A running `portholed` at its most talkative, in a home of its own.
pub struct Portholed {
    /// Where it listens: `http://127.0.0.1:6080`, no slash at the end.
    pub url: String,
    process: Process,
}

impl Portholed {
    /// Starts it and waits until it says that it listens.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn start(home: &Home, args: &[&str]) -> Result<Self> {
        Self::run(home.command(program("portholed")?).args(args)).await
    }

    /// The same, by a command that has everything but how talkative it is.
    ///
    /// # Errors
    ///
    /// When it does not come to listen.
    pub async fn run(command: &mut Command) -> Result<Self> {
        let process = Process::start(command.arg("-vv"))?;
        let listens = |line: &str| line.strip_prefix("Porthole listens on ").map(str::to_owned);
        let url = process.line("portholed listens", listens).await?;
        Ok(Self { url, process })
    }

    /// The link that it printed for a display.
    ///
    /// # Errors
    ///
    /// When it printed none.
    pub async fn link(&self, display: &str) -> Result<String> {
        let link = |line: &str| {
            Some(
                line.split_once('\t')
                    .filter(|(name, _)| *name == display)?
                    .1
                    .to_owned(),
            )
        };
        self.process
            .line(&format!("portholed prints the link of {display}"), link)
            .await
    }

    /// All that it wrote until now, log and output.
    ///
    /// # Errors
    ///
    /// When the system does not give it back.
    pub fn written(&self) -> Result<String> {
        Ok(self.process.output()? + &self.process.errors()?)
    }

    /// What it logged until now.
    ///
    /// # Errors
    ///
    /// When the system does not give it back.
    pub fn log(&self) -> Result<String> {
        self.process.errors()
    }

    /// Ends it as a crash does.
    ///
    /// # Errors
    ///
    /// When it has ended before.
    pub async fn kill(mut self) -> Result<()> {
        self.process.signal(Signal::KILL)?;
        self.process.exit().await.map(drop)
    }

    /// Ends it as a service does, and waits for it.
    ///
    /// # Errors
    ///
    /// When it takes longer than is promised (5 s), or says that something was wrong.
    pub async fn stop(&mut self) -> Result<()> {
        let asked = std::time::Instant::now();
        self.process.signal(Signal::TERM)?;
        let status = self.process.exit().await.context("after SIGTERM")?;
        ensure!(
            status.success(),
            "portholed ended with {status}: {}",
            self.process.errors()?
        );
        ensure!(
            asked.elapsed().as_secs() < 5,
            "portholed took {:?} to end",
            asked.elapsed()
        );
        Ok(())
    }
}
