//! All processes of a display: those of the POSIX sessions that its server and its session command lead.

use std::collections::BTreeSet;

use procfs::process::{Process, Stat, StatM};

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
    let processes = procfs::process::all_processes().into_iter().flatten().flatten();
    processes.filter_map(move |process| {
        let stat = process.stat().ok()?;
        let ours = sessions.contains(&stat.session) && !ENDED.contains(&stat.state);
        (ours && process.uid().ok()? == uid).then_some((process, stat))
    })
}
