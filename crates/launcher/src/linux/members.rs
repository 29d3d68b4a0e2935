//! All processes of a display: those of the POSIX sessions that its server and its session command lead.

use std::collections::BTreeSet;

use procfs::process::{Process, Stat, StatM};

use super::process::Process as OneProcess;

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

/// How often it is looked for processes that others have borne as they were killed.
const MAX_KILL_ROUNDS: usize = 100;

/// Kills all processes of a POSIX session, whoever they run as. Nobody else can have the session's number: who leads it has
/// not been reaped.
pub(super) async fn kill_all(session: i32) {
    for _ in 0..MAX_KILL_ROUNDS {
        let members: Vec<_> = everybody(&[session]).map(|(_, stat)| stat.pid).collect();
        if members.is_empty() {
            return;
        }
        for member in members.into_iter().filter_map(|pid| OneProcess::of(pid).ok()) {
            // The number may have become another's after the first look; the descriptor is that one's, then.
            let pid = member.identity.pid;
            let stat = Process::new(pid).and_then(|process| process.stat());
            if stat.is_ok_and(|stat| stat.session == session) {
                member.kill().await;
            }
        }
    }
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
