//! A display's end: everything is asked to go, awaited, killed if need be, and cleared away.

use std::{ffi::OsStr, io, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    account::Account,
    instance::Live,
    members::{self, Member},
    process::{Identity, KILL_PATIENCE, Process},
    session_leader::Leader,
};

/// How long a session may take to end when it is asked to.
const SESSION_GRACE: Duration = Duration::from_secs(5);
/// How long the VNC server may take.
const SERVER_GRACE: Duration = Duration::from_secs(3);
/// How long what has opened a session may take to close it, before it is asked to, and after that: `su` gives what it runs
/// two seconds.
const OPENER: Duration = Duration::from_secs(5);

impl Live {
    /// Ends what runs of this display, and removes what there is of it.
    pub async fn end(self) {
        // The session first: its programs can say goodbye while they still have a screen.
        let session = sessions(self.session.as_ref(), [self.record.session, self.record.opener]);
        let server = sessions(self.server.as_ref(), [self.record.server, None]);
        for (sessions, patience) in [(&session, SESSION_GRACE), (&server, SERVER_GRACE)] {
            end_sessions(sessions, &self.account, Signal::TERM, patience).await;
        }
        let all = [session, server].concat();
        if !end_sessions(&all, &self.account, Signal::KILL, KILL_PATIENCE).await {
            tracing::warn!("processes of {} could not be ended", self.folder.path().display());
        }
        if let Some(opener) = self.record.opener.and_then(Process::find) {
            end_opener(&opener).await;
        }
        for leader in [&self.session, &self.server].into_iter().flatten() {
            end_opener(leader.near()).await;
            // Reaped, lest it stays as a zombie.
            let _ = timeout(KILL_PATIENCE, leader.ended()).await;
        }
        for log in [self.server_log, self.session_log].into_iter().flatten() {
            log.end().await;
        }
        if let (Some(number), Some(socket)) = (self.record.x_display, &self.record.x_socket) {
            socket.remove(number, &self.account).await;
        }
        self.folder.remove(&self.account).await;
    }
}

/// The POSIX sessions of one half of a display: of what leads it, and of what has opened that.
fn sessions(leader: Option<&Leader>, recorded: [Option<Identity>; 2]) -> Vec<i32> {
    let near = leader.map(|leader| leader.near().identity);
    let leaders = recorded.into_iter().chain([near]).flatten();
    let mut sessions: Vec<i32> = leaders.filter_map(Identity::session).collect();
    sessions.dedup();
    sessions
}

/// Ends what has opened a session, now that nobody is left in it. It closes it by itself; where a user has kept something
/// that it waits for, it is asked to end that, and killed if it does not.
async fn end_opener(opener: &Process) {
    if !opener.ends_within(OPENER).await && !opener.asked_to_end(OPENER).await {
        opener.kill().await;
    }
}

/// Sends `signal` to all that belongs to these POSIX sessions, and waits until it is gone. Says whether it is.
async fn end_sessions(sessions: &[i32], account: &Account, signal: Signal, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        let members = members::of(sessions, account.uid);
        let Some(first) = members.first() else {
            return true;
        };
        if let Err(error) = send(&members, account, signal).await {
            tracing::warn!(
                "a signal could not be sent to processes of {}: {error}",
                account.name
            );
        }
        // Later members, and those that were born meanwhile, are seen in the next round.
        let first_is_over = async {
            if let Ok(first) = Process::of(first.pid) {
                first.over().await;
            }
        };
        // Members that bear others as they die could go on for ever, and each is over at once.
        if timeout_at(deadline, first_is_over).await.is_err() || Instant::now() >= deadline {
            return members::of(sessions, account.uid).is_empty();
        }
    }
}

/// Sends `signal` to every process group among `members`, also those that are stopped.
async fn send(members: &[Member], account: &Account, signal: Signal) -> io::Result<()> {
    let groups = members::groups(members);
    if !account.is_in_our_power() {
        let groups: Vec<String> = groups.iter().map(|group| format!("-{group}")).collect();
        let words = groups.iter().map(OsStr::new);
        let number = signal.as_raw().to_string();
        let arguments: Vec<&OsStr> = [OsStr::new(&number)].into_iter().chain(words).collect();
        // A group that has gone meanwhile is no failure.
        let script = r#"signal=$1; shift; kill -s "$(kill -l "$signal")" -- "$@" 2>/dev/null; kill -s CONT -- "$@" 2>/dev/null; :"#;
        return account.script(script, &arguments, &[]).await.map(drop);
    }
    for group in groups.into_iter().filter_map(Pid::from_raw) {
        for signal in [signal, Signal::CONT] {
            match kill_process_group(group, signal) {
                Ok(()) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
