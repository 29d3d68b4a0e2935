//! One launched display, from the first order to the last.

use std::time::Duration;

use porthole_launcher::{Launch, LaunchStep, Launched, Launcher, Reason, Restarts, Running, State};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};

use super::{NoDesktop, status::DesktopStatus};
use crate::{
    DisplayId,
    config::{LaunchPlan, StartWhen, StopWhen},
};

/// What a display is told to do, and where to say how that went.
pub(super) enum DesktopCommand {
    Start(Answer),
    Stop(oneshot::Sender<()>),
    Restart(Answer),
}

/// Takes the running display, or why there is none.
pub(super) type Answer = oneshot::Sender<Result<Running, NoDesktop>>;

/// The hands that one display is in: a task of its own, so that whatever is asked of it is done in its order. It ends
/// when nobody can give orders any more; the display runs on.
pub(super) struct DesktopActor {
    pub launcher: Launcher,
    pub plan: watch::Receiver<Planned>,
    /// Whether somebody looks at it.
    pub watched: watch::Receiver<bool>,
    pub orders: mpsc::UnboundedReceiver<DesktopCommand>,
    pub status: watch::Sender<DesktopStatus>,
    /// How long a display that is stopped on last close waits for somebody to come back.
    pub grace: Duration,
    pub hopes: Pending,
}

/// What the config says of the display.
#[derive(Clone)]
pub(super) struct Planned {
    pub id: DisplayId,
    /// What it is called, or was called last.
    pub name: String,
    /// `None`: the config does not know it any more.
    pub plan: Option<LaunchPlan>,
}

/// What is to come of the display, besides how it fares now.
#[derive(Default)]
pub(super) struct Pending {
    /// Who waits for it to run.
    starts: Vec<Answer>,
    /// Who waits for it to be over.
    stops: Vec<oneshot::Sender<()>>,
    /// It is to be started again as soon as it is over.
    again: bool,
    restarts: Restarts,
    /// When it starts again by itself.
    due: Option<Instant>,
    last_reason: Option<Reason>,
}

/// Nobody can give orders any more.
pub(super) struct Closed;

impl DesktopActor {
    /// `adopted`: it runs already.
    pub async fn keep(mut self, adopted: Option<Launched>) {
        // Whoever looked at an adopted display may not come back.
        let mut empty_since = adopted.as_ref().map(|_| Instant::now());
        let mut next = adopted;
        loop {
            let launched = match next.take() {
                Some(launched) => launched,
                None => match self.rest().await {
                    Ok(launch) => self.launcher.start(launch),
                    Err(Closed) => return,
                },
            };
            if let Err(Closed) = self.attend(launched, empty_since.take()).await {
                return;
            }
        }
    }

    /// Waits until it is to be started.
    async fn rest(&mut self) -> Result<Launch, Closed> {
        loop {
            if std::mem::take(&mut self.hopes.again) {
                match self.begin() {
                    Some(launch) => return Ok(launch),
                    None => self.answer(&Err(NoDesktop::Forgotten(self.name()))),
                }
            }
            let due = self.hopes.due;
            tokio::select! {
                order = self.orders.recv() => match order.ok_or(Closed)? {
                    DesktopCommand::Start(answer) | DesktopCommand::Restart(answer) => {
                        self.hopes.starts.push(answer);
                        self.hopes.again = true;
                    }
                    DesktopCommand::Stop(answer) => {
                        self.hopes.due = None;
                        self.status.send_replace(DesktopStatus::Stopped);
                        let _ = answer.send(());
                    }
                },
                () = at(due) => {
                    self.hopes.due = None;
                    self.hopes.again = self.starts_by_itself();
                }
            }
        }
    }

    /// From its start, or adoption, to its end.
    async fn attend(&mut self, launched: Launched, mut empty_since: Option<Instant>) -> Result<(), Closed> {
        let mut state = launched.state();
        let began = Instant::now();
        self.hopes.due = None;
        loop {
            let now = state.borrow_and_update().clone();
            self.tell(&now);
            if let State::Ended(ended) = now {
                self.over(ended.reason, began.elapsed());
                return Ok(());
            }
            let closes = empty_since.filter(|_| self.stops_on_last_close());
            tokio::select! {
                changed = state.changed() => changed.map_err(|_| Closed)?,
                order = self.orders.recv() => self.obey(order.ok_or(Closed)?, &launched),
                watched = self.watched.changed() => {
                    watched.map_err(|_| Closed)?;
                    empty_since = (!*self.watched.borrow_and_update()).then(Instant::now);
                }
                changed = self.plan.changed() => changed.map_err(|_| Closed)?,
                () = at(closes.map(|since| since + self.grace)) => {
                    tracing::info!(display = %self.name(), "stopped: nobody looks at it any more");
                    empty_since = None;
                    stop(&launched);
                }
            }
        }
    }

    /// What is asked of a display that is there.
    fn obey(&mut self, order: DesktopCommand, launched: &Launched) {
        match order {
            DesktopCommand::Start(answer) => match &*self.status.borrow() {
                DesktopStatus::Running(running) => drop(answer.send(Ok(running.clone()))),
                status => {
                    self.hopes.again |= matches!(status, DesktopStatus::Stopping(_));
                    self.hopes.starts.push(answer);
                }
            },
            DesktopCommand::Stop(answer) => {
                self.hopes.again = false;
                self.hopes.stops.push(answer);
                stop(launched);
            }
            DesktopCommand::Restart(answer) => {
                self.hopes.again = true;
                self.hopes.starts.push(answer);
                stop(launched);
            }
        }
    }

    fn tell(&mut self, state: &State) {
        let status = DesktopStatus::from(state.clone());
        if let State::Running(running) = state
            && !self.status.borrow().is_running()
        {
            tracing::info!(display = %self.name(), user = %running.user, x_display = running.x_display, "running");
            self.hopes.last_reason = None;
        }
        self.status.send_replace(status);
        if let State::Running(running) = state
            && !self.hopes.again
        {
            self.answer(&Ok(running.clone()));
        }
    }

    fn over(&mut self, reason: Reason, ran: Duration) {
        // One that fails again and again for the same reason is told of once.
        if self.hopes.last_reason.as_ref() != Some(&reason) {
            tracing::info!(display = %self.name(), "ended: {reason}");
        }
        if !self.hopes.again {
            self.answer(&Err(NoDesktop::Over(reason.clone())));
            if reason != Reason::Stopped && self.starts_by_itself() {
                self.hopes.due = Some(Instant::now() + self.hopes.restarts.wait(ran));
            }
        }
        self.hopes.last_reason = Some(reason);
        for waiting in self.hopes.stops.drain(..) {
            let _ = waiting.send(());
        }
    }

    fn answer(&mut self, outcome: &Result<Running, NoDesktop>) {
        for waiting in self.hopes.starts.drain(..) {
            // Who asked may have gone.
            let _ = waiting.send(outcome.clone());
        }
    }

    /// What is to be launched. While the plan is read nobody changes it, and when it is changed, the display is seen to
    /// start: so whoever takes the plan away and finds that it does not run knows that it never will.
    fn begin(&self) -> Option<Launch> {
        let planned = self.plan.borrow();
        let plan = planned.plan.as_ref()?;
        self.status
            .send_replace(DesktopStatus::Starting(LaunchStep::Account));
        Some(Launch {
            id: planned.id.clone().into(),
            name: planned.name.clone(),
            what: plan.what.clone(),
        })
    }

    fn name(&self) -> String {
        self.plan.borrow().name.clone()
    }

    fn starts_by_itself(&self) -> bool {
        let planned = self.plan.borrow();
        planned
            .plan
            .as_ref()
            .is_some_and(|plan| plan.start == StartWhen::AtStart)
    }

    fn stops_on_last_close(&self) -> bool {
        let planned = self.plan.borrow();
        planned
            .plan
            .as_ref()
            .is_some_and(|plan| plan.stop == StopWhen::LastClose)
    }
}

/// Asks it to end; that it did is told by its state.
fn stop(launched: &Launched) {
    let launched = launched.clone();
    tokio::spawn(async move { launched.stop().await });
}

async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when).await,
        None => std::future::pending().await,
    }
}
