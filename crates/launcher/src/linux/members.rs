//! All processes of a display: those of the POSIX sessions that its server and its session command lead.

use std::{collections::BTreeSet, time::Duration};

use procfs::process::{Process, Stat, StatM};
use rustix::process::Signal;
use tokio::{
    task::yield_now,
    time::{sleep, timeout},
};

use super::process::{KILL_PATIENCE, Process as OneProcess};

/// The states of processes that have ended already.
const ENDED: [char; 3] = ['Z', 'X', 'x'];

/// A process that belongs to a display.
#[derive(Debug)]
pub(super) struct Member {
    pub pid: i32,
    pub group: i32,
}

/// The live processes of user `uid` in one of these POSIX sessions.
pub(super) fn of(sessions: &[i32], uid: u32) -> Vec<Member> {
    let member = |(_, stat): (Process, Stat)| Member {
        pid: stat.pid,
        group: stat.pgrp,
    };
    all(sessions, uid).map(member).collect()
}

/// How long killed processes may take to end before it is looked for those that others have borne meanwhile.
const KILL_INTERVAL: Duration = Duration::from_millis(50);

/// How many killed processes are waited for at a time.
const MAX_AWAITED_MEMBERS: usize = 64;

/// Kills all processes of a POSIX session, whoever they run as, and waits until the system has ended them: 5 s for all
/// together, since there may be many that we may not kill, or that hang in the system. Nobody else can have the session's
/// number: who leads it has not been reaped.
pub(super) async fn kill_all(session: i32) {
    let all = async {
        loop {
            let members: Vec<_> = everybody(&[session]).map(|(_, stat)| stat.pid).collect();
            if members.is_empty() {
                return;
            }
            // The number may have become another's after the first look; the descriptor is that one's, then.
            let is_member = |process: &OneProcess| {
                let stat = Process::new(process.identity.pid).and_then(|process| process.stat());
                stat.is_ok_and(|stat| stat.session == session)
            };
            // Each costs a descriptor, and there may be thousands.
            let mut awaited = Vec::new();
            for pid in members {
                let Some(member) = OneProcess::of(pid).ok().filter(is_member) else {
                    continue;
                };
                let _ = member.signal(Signal::KILL);
                if awaited.len() < MAX_AWAITED_MEMBERS {
                    awaited.push(member);
                }
                yield_now().await;
            }
            if awaited.is_empty() {
                sleep(KILL_INTERVAL).await;
            }
            let all_over = async {
                for member in &awaited {
                    member.over().await;
                }
            };
            let _ = timeout(KILL_INTERVAL, all_over).await;
        }
    };
    let _ = timeout(KILL_PATIENCE, all).await;
}

/// The process groups of these members. A shell makes a group for each of its jobs.
pub(super) fn groups(members: &[Member]) -> BTreeSet<i32> {
    members
        .iter()
        .map(|member| member.group)
        .filter(|group| *group > 1)
        .collect()
}

/// The bytes of memory that they have to themselves.
pub(crate) fn memory(sessions: &[i32], uid: u32) -> u64 {
    let own = |(process, _): (Process, Stat)| {
        let StatM { resident, shared, .. } = process.statm().ok()?;
        Some(resident.saturating_sub(shared))
    };
    all(sessions, uid).filter_map(own).sum::<u64>() * procfs::page_size()
}

fn all(sessions: &[i32], uid: u32) -> impl Iterator<Item = (Process, Stat)> {
    everybody(sessions).filter(move |(process, _)| process.uid().is_ok_and(|owner| owner == uid))
}

fn everybody(sessions: &[i32]) -> impl Iterator<Item = (Process, Stat)> {
    let processes = procfs::process::all_processes().into_iter().flatten().flatten();
    processes.filter_map(move |process| {
        let stat = process.stat().ok()?;
        let ours = sessions.contains(&stat.session) && !ENDED.contains(&stat.state);
        ours.then_some((process, stat))
    })
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader},
        process::{Child, Command, Stdio},
    };

    use rustix::{
        process::{Pid, Uid, kill_process_group},
        thread::set_thread_res_uid,
    };
    use tokio::time::Instant;

    use super::*;

    /// A shell that leads a POSIX session of its own, once all of it runs.
    fn session(script: &str) -> Child {
        let mut shell = Command::new("setsid");
        shell
            .args(["sh", "-c", &format!("{script}\necho all; wait")])
            .stdout(Stdio::piped());
        let mut shell = shell.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(shell.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, "all\n");
        shell
    }

    fn number(shell: &Child) -> i32 {
        shell.id().cast_signed()
    }

    #[tokio::test]
    async fn all_of_a_session_are_killed_and_nobody_else() {
        let mut neighbour = session("sleep 1000 &");
        let mut shell = session(
            "sleep 1000 & (trap '' TERM; sleep 1000; :) & sh -c 'kill -STOP $$; :' & sh -c 'sleep 1000 & wait' &",
        );
        assert!(everybody(&[number(&shell)]).count() >= 4);
        kill_all(number(&shell)).await;
        assert_eq!(everybody(&[number(&shell)]).count(), 0);
        shell.wait().unwrap();
        assert_eq!(everybody(&[number(&neighbour)]).count(), 2);
        kill_all(number(&neighbour)).await;
        neighbour.wait().unwrap();
    }

    /// As it is without root, where sudo's processes are root's.
    #[test]
    fn many_that_cannot_be_killed_are_waited_for_once() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let mut shell = session("for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done");
        let session = number(&shell);
        // Rights to kill are a thread's own.
        let waited = std::thread::spawn(move || {
            let ordinary = Uid::from_raw(65_534);
            set_thread_res_uid(ordinary, ordinary, ordinary).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build();
            runtime.unwrap().block_on(async {
                let begun = Instant::now();
                kill_all(session).await;
                begun.elapsed()
            })
        });
        let waited = waited.join().unwrap();
        let left = everybody(&[session]).count();
        kill_process_group(Pid::from_child(&shell), Signal::KILL).unwrap();
        shell.wait().unwrap();
        assert_eq!(left, 9, "they were killed after all");
        assert!(
            waited >= KILL_PATIENCE && waited < 2 * KILL_PATIENCE,
            "{waited:?}"
        );
    }
}
