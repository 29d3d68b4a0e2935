//! A peer's processes: started, accounted for, and ended.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::pause;

/// How long a peer has to end by itself.
const GOODBYE: Duration = Duration::from_secs(3);

/// A program and all the processes that it starts. They are a process group of their own, which ends with this.
pub struct Process {
    child: Child,
    group: Pid,
}

impl Process {
    /// Starts `command`; what it says goes to `stdout` and `stderr` in `folder`.
    pub fn start(command: &mut Command, folder: &Path) -> Result<Self> {
        let file = |name| fs::File::create(folder.join(name));
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(file("stdout")?)
            .stderr(file("stderr")?)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let group = Pid::from_child(&child);
        Ok(Self { child, group })
    }

    /// User and system time of all its processes, and of those that have ended.
    pub fn cpu(&self) -> Duration {
        let ticks: u64 = self.stats().map(|stat| stat.ticks).sum();
        Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
    }

    /// Memory of all its processes, shared pages counted in proportion (PSS), in KiB.
    pub fn memory(&self) -> Result<u64> {
        self.sum_of("Pss:")
    }

    /// What of it they have allocated, in KiB: no pages of programs and libraries, which come and go with what runs.
    pub fn allocated(&self) -> Result<u64> {
        self.sum_of("Pss_Anon:")
    }

    fn sum_of(&self, field: &str) -> Result<u64> {
        let mut sum = 0;
        for stat in self.stats() {
            // A process that has just ended has no memory.
            let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", stat.pid)).unwrap_or_default();
            sum += kilobytes(&rollup, field).unwrap_or(0);
        }
        anyhow::ensure!(sum > 0, "the peer's memory cannot be read");
        Ok(sum)
    }

    /// Whether the program still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn stats(&self) -> impl Iterator<Item = Stat> {
        let group = self.group.as_raw_nonzero().get();
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let stats = processes.filter_map(|entry| {
            entry.file_name().to_str()?.parse::<u32>().ok()?;
            Stat::parse(&fs::read_to_string(entry.path().join("stat")).ok()?)
        });
        stats.filter(move |stat| stat.group == group)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It fails when there is nobody left.
        let _ = kill_process_group(self.group, Signal::TERM);
        let deadline = Instant::now() + GOODBYE;
        while self.runs() && Instant::now() < deadline {
            pause();
        }
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.child.wait();
    }
}

/// What /proc/PID/stat tells.
struct Stat {
    pid: u32,
    group: i32,
    /// Its own time and that of children it has waited for, in clock ticks.
    ticks: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name stands in brackets and may contain anything.
        let (head, rest) = (text.split_once(' ')?.0, text.rsplit_once(')')?.1);
        let fields: Vec<_> = rest.split_whitespace().collect();
        let number = |field: usize| fields.get(field)?.parse::<u64>().ok();
        Some(Self {
            pid: head.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            ticks: number(11)? + number(12)? + number(13)? + number(14)?,
        })
    }
}

fn kilobytes(rollup: &str, field: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let stat = Stat::parse("42 (a) R (b) S 1 77 77 0 -1 4194560 1 2 3 4 100 20 3 1 20 0 1").unwrap();
        assert_eq!((stat.pid, stat.group, stat.ticks), (42, 77, 124));
    }

    #[test]
    fn memory_is_read() {
        let rollup =
            "00-ff ---p [rollup]\nRss:  9 kB\nPss:     123 kB\nPss_Dirty: 4 kB\nPss_Anon:      45 kB\n";
        assert_eq!(kilobytes(rollup, "Pss:"), Some(123));
        assert_eq!(kilobytes(rollup, "Pss_Anon:"), Some(45));
    }

    #[test]
    fn all_its_processes_are_its_own_and_end_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 60 & echo $!; wait"]);
        let mut process = Process::start(&mut shell, folder.path()).unwrap();
        while process.stats().count() < 2 && process.runs() {
            pause();
        }
        assert!(process.memory().unwrap() > 0);
        let pids: Vec<_> = process.stats().map(|stat| stat.pid).collect();
        drop(process);
        let left = pids
            .iter()
            .filter(|pid| Path::new(&format!("/proc/{pid}/smaps_rollup")).exists());
        let alive = left
            .filter(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|s| !s.contains(") Z ")));
        assert_eq!(alive.count(), 0);
    }
}
