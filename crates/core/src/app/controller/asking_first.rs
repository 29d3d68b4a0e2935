//! Questions before something is lost.

use super::{Controller, shell::Call, work::Done};
use crate::{Ending, LaunchView, Notice, QuestionView, ShellError, Snapshot, texts::say};

/// A question that waits for its answer.
pub(super) struct Question {
    ending: Ending,
    /// When the run at hand of its display began: with that the question goes.
    run: Option<u64>,
    /// The window could not be brought up.
    pub unseen: bool,
}

impl Controller {
    /// Asks in the window, or does it at once where nobody would lose anything.
    pub(super) fn ask_first(&mut self, ending: Ending) {
        let snapshot = self.snapshot();
        if ending.question(&snapshot).is_idle() {
            return self.attend(ending.intent());
        }
        self.question = Some(Question {
            run: run(&snapshot, &ending),
            ending,
            unseen: false,
        });
        let shell = self.shell.clone();
        self.work.spawn(async move {
            let shown = shell.call(Call::Show).await;
            let failed = |error: ShellError| Notice::error(say!("failed-window", cause = error.to_string()));
            Done::BroughtUpQuestion(shown.map_err(failed))
        });
    }

    pub(super) fn take_brought_up(&mut self, brought_up: Result<(), Notice>) {
        if let (Err(notice), Some(question)) = (brought_up, &mut self.question) {
            question.unseen = true;
            self.notice = Some(notice);
        }
    }
}

impl Question {
    /// The question as of now; `None` when the display that it is about has ended by itself.
    pub fn view(&self, snapshot: &Snapshot) -> Option<QuestionView> {
        let same_run = self.ending.display().is_none() || run(snapshot, &self.ending) == self.run;
        same_run.then(|| QuestionView {
            unseen: self.unseen,
            ..self.ending.question(snapshot)
        })
    }
}

/// When the run of the display began that would be stopped.
fn run(snapshot: &Snapshot, ending: &Ending) -> Option<u64> {
    let mut displays = snapshot.displays.iter();
    let display = displays.find(|display| Some(&display.id) == ending.display())?;
    match display.launch {
        Some(LaunchView::Running { since, .. }) => Some(since),
        _ => None,
    }
}
