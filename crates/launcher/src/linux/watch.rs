//! The watch over one display, from its start or adoption to its end.

use std::time::Duration;

use tokio::{sync::watch, time::timeout};

use super::{folder::Base, instance::Live, session_leader::Leader, start};
use crate::{Ended, Exit, Launch, LaunchStep, Reason, State};

/// Programs end when their X server does, and may seem to do so first; so long the server is given to end as well.
const SETTLE_TIME: Duration = Duration::from_millis(200);

/// Starts a display and watches over it to its end.
pub(super) async fn start(
    launch: Launch,
    base: Base,
    state: watch::Sender<State>,
    stop: watch::Receiver<bool>,
) {
    let mut stopped = stop.clone();
    let admitted = tokio::select! {
        biased;
        () = asked(&mut stopped) => Err(Reason::Stopped),
        admitted = start::admit(&launch, &base) => admitted.map_err(Reason::NotStarted),
    };
    let mut live = match admitted {
        Ok(live) => live,
        Err(reason) => {
            let log = Vec::new();
            state.send_replace(State::Ended(Ended { reason, log }));
            return;
        }
    };
    let step = |step: LaunchStep| drop(state.send_replace(State::Starting(step)));
    let started = tokio::select! {
        biased;
        () = asked(&mut stopped) => Err(Reason::Stopped),
        started = live.start(step) => started.map_err(Reason::NotStarted),
    };
    match started {
        Ok(()) => run(live, state, stop).await,
        Err(reason) => end(live, reason, &state).await,
    }
}

/// Watches over a display that runs.
pub(super) async fn run(live: Live, state: watch::Sender<State>, mut stop: watch::Receiver<bool>) {
    state.send_replace(State::Running(live.running()));
    let reason = tokio::select! {
        biased;
        () = asked(&mut stop) => Reason::Stopped,
        exit = ended(live.server.as_ref()) => Reason::ServerEnded(exit),
        exit = ended(live.session.as_ref()) => {
            let server = timeout(SETTLE_TIME, ended(live.server.as_ref())).await;
            server.map_or_else(|_| live.session_ended(exit), Reason::ServerEnded)
        }
    };
    end(live, reason, &state).await;
}

/// Ends a display, whatever there is of it.
pub(super) async fn end(mut live: Live, reason: Reason, state: &watch::Sender<State>) {
    let ended = live.ending(reason).await;
    state.send_replace(State::Stopping(ended.reason.clone()));
    live.end().await;
    state.send_replace(State::Ended(ended));
}

async fn ended(leader: Option<&Leader>) -> Exit {
    match leader {
        Some(leader) => leader.ended().await,
        None => std::future::pending().await,
    }
}

/// Waits until somebody asks to stop; for ever, if there is nobody left who could.
async fn asked(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending().await
    }
}
