//! What running programs cost, as the system counts it.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Result;
use procfs::process::{Process, all_processes};

/// What a program and all that it has started cost until now.
pub struct Account {
    ticks: u64,
    /// How often each thread has gone to sleep, and so was woken; by process and thread.
    sleeps: BTreeMap<(i32, i32), (String, u64)>,
    /// In bytes; what is shared counts in proportion (PSS).
    memory: u64,
    processes: usize,
}

/// What they cost between two accounts.
pub struct Cost {
    /// Processor time.
    pub cpu: Duration,
    /// How often a thread was woken. Threads that came and went in between are not counted.
    pub wake_ups: u64,
    /// The threads that were woken most, and how often.
    pub sleepless: Vec<(String, u64)>,
    /// Memory at the end, in bytes, shared pages in proportion (PSS).
    pub memory: u64,
    /// Their number at the end.
    pub processes: usize,
}

impl Account {
    /// Of the process with that number, and of those below it.
    ///
    /// # Errors
    ///
    /// When it has ended.
    pub fn of(program: u32) -> Result<Self> {
        let mut account = Self {
            ticks: 0,
            sleeps: BTreeMap::new(),
            memory: 0,
            processes: 0,
        };
        let root = Process::new(program.try_into()?)?;
        account.add(&root)?;
        for process in descendants(&root)? {
            // One may end while it is looked at.
            let _ = account.add(&process);
        }
        Ok(account)
    }

    fn add(&mut self, process: &Process) -> Result<()> {
        let stat = process.stat()?;
        self.ticks += stat.utime + stat.stime;
        for task in process.tasks()? {
            // A thread may go while it is looked at.
            let Ok(status) = task.and_then(|task| task.status()) else {
                continue;
            };
            let name = format!("{}/{}", stat.comm, status.name);
            let sleeps = status.voluntary_ctxt_switches.unwrap_or(0);
            self.sleeps.insert((stat.pid, status.pid), (name, sleeps));
        }
        let rollup = process.smaps_rollup()?.memory_map_rollup;
        let memory = rollup
            .into_iter()
            .filter_map(|map| map.extension.map.get("Pss").copied());
        self.memory += memory.sum::<u64>();
        self.processes += 1;
        Ok(())
    }

    /// What was spent since an earlier account of the same program.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Cost {
        let mut by_name = BTreeMap::<_, u64>::new();
        for (thread, (name, now)) in &self.sleeps {
            let before = earlier.sleeps.get(thread).map_or(0, |(_, before)| *before);
            *by_name.entry(name.clone()).or_default() += now.saturating_sub(before);
        }
        let mut sleepless: Vec<_> = by_name.into_iter().collect();
        sleepless.sort_by_key(|(_, wake_ups)| std::cmp::Reverse(*wake_ups));
        let ticks = self.ticks.saturating_sub(earlier.ticks);
        Cost {
            cpu: Duration::from_secs_f64(ticks as f64 / procfs::ticks_per_second() as f64),
            wake_ups: sleepless.iter().map(|(_, wake_ups)| wake_ups).sum(),
            sleepless,
            memory: self.memory,
            processes: self.processes,
        }
    }
}

/// Its children, theirs, and so on.
fn descendants(root: &Process) -> Result<Vec<Process>> {
    let parent_and_process = |process: procfs::ProcResult<Process>| {
        let process = process.ok()?;
        Some((process.stat().ok()?.ppid, process))
    };
    let mut others: Vec<_> = all_processes()?.filter_map(parent_and_process).collect();
    let (mut found, mut parent) = (Vec::<Process>::new(), root.pid());
    for next in 0.. {
        let (children, strangers) = others.into_iter().partition(|(of, _)| *of == parent);
        let children: Vec<_> = children;
        others = strangers;
        found.extend(children.into_iter().map(|(_, child)| child));
        match found.get(next) {
            Some(process) => parent = process.pid(),
            None => break,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use porthole_tests::process::Process;

    #[tokio::test]
    async fn children_and_their_wake_ups_are_counted() -> Result<()> {
        let mut shell = Command::new("sh");
        let shell =
            Process::start(shell.args(["-c", "sh -c 'while sleep 0.01; do :; done' & echo go; wait"]))?;
        shell.line("the shell runs", |_| Some(())).await?;
        let before = Account::of(shell.id())?;
        let after = porthole_tests::deadline::eventually("it is woken", async || {
            let after = Account::of(shell.id())?;
            let cost = after.since(&before);
            anyhow::ensure!(cost.wake_ups > 3, "{} times", cost.wake_ups);
            Ok(cost)
        })
        .await?;
        assert!(after.processes >= 2, "{} processes", after.processes);
        assert!(after.memory > 10_000, "{} bytes", after.memory);
        Ok(())
    }
}
