//! What is done beside the loop: what a person asked for, and checks.

use std::path::{Path, PathBuf};

use super::{
    Controller, adding::TriedServer, launching::Looked, settings::Surroundings, sharing::Shared, shell::Call,
};
use crate::{
    DisplayId, DisplayState, Finding, Notice, Reachability, ShellError, VisitView,
    config::{Added, Contents, Faulty},
    reachability::display_states::Why,
    service::NotKept,
    sharing::links::LinkId,
    texts::{say, sentence::sentence},
};

/// What comes back to the loop.
pub(super) enum Done {
    /// What a person asked for is done, or has failed.
    Asked {
        /// The display that it was asked for.
        display: Option<DisplayId>,
        notice: Option<Notice>,
    },
    /// A display was checked; whether it can be reached is asked when the snapshot is made.
    Checked,
    /// A VNC server that is to be added was tried.
    TriedServer(Box<TriedServer>),
    /// A display was added to the config file, or why not.
    Added {
        added: Result<Added, String>,
        /// It is to be started once the config is in force.
        launched: bool,
    },
    /// A display's password was kept, or why not.
    KeptPassword {
        display: DisplayId,
        kept: Result<(), NotKept>,
    },
    /// Somebody looked into a token file.
    LookedIntoTokenFile {
        attempt: u64,
        contents: Result<Contents, Faulty>,
    },
    /// A token file was taken over, or why not; with the displays that were added.
    Imported {
        file: PathBuf,
        imported: Result<Vec<Added>, Faulty>,
    },
    /// A link for others was made.
    Shared(Box<Shared>, Option<Notice>),
    /// The ways to the link that is shown were tried.
    Tried { attempt: u64, opens: Vec<Reachability> },
    /// The link that is shown was copied, or could not be.
    Copied {
        link: LinkId,
        url: String,
        notice: Option<Notice>,
    },
    /// Somebody looked what there is.
    Looked(Box<Looked>),
    /// Somebody looked who came and went.
    LookedBack(Vec<VisitView>),
    /// The doctor has looked.
    Examined(Vec<Finding>),
    /// A setting was written, or why not.
    Set(Result<(), String>),
    /// Somebody looked what is set elsewhere than in the config file.
    LookedAtSettings(Surroundings),
    /// The window was brought up for a question, or why not.
    BroughtUpQuestion(Result<(), Notice>),
    /// No launched display runs any more, and the program is to end.
    AllStopped,
}

impl Done {
    /// Something is done that was not for one display's buttons.
    pub(super) fn asked(notice: Option<Notice>) -> Self {
        Self::Asked {
            display: None,
            notice,
        }
    }
}

impl Controller {
    pub(super) fn open(&mut self, display: DisplayId) {
        if !self.begin(&display) {
            return;
        }
        let url = match self.service.window_link(&display) {
            Ok(url) => url,
            Err(error) => return self.give_up(&display, error),
        };
        let (shell, name) = (self.shell.clone(), self.service.name(&display));
        self.work.spawn(async move {
            let opened = shell
                .call(Call::Window {
                    display: display.clone(),
                    name: name.clone(),
                    url,
                })
                .await;
            let notice = opened.err().map(|error| {
                let cause = error.to_string();
                say!("failed-open", display = name, cause = cause)
            });
            let notice = notice.map(Notice::error);
            Done::Asked {
                display: Some(display),
                notice,
            }
        });
    }

    pub(super) fn open_in_browser(&mut self, display: DisplayId) {
        if !self.begin(&display) {
            return;
        }
        let (url, saved) = match self.service.browser_link(&display) {
            Ok(link) => link,
            Err(error) => return self.give_up(&display, error),
        };
        let shell = self.shell.clone();
        self.work.spawn(async move {
            let saved = saved.await;
            let notice = match (shell.call(Call::Browser(url)).await, saved) {
                (Err(ShellError::NothingOpens), _) => Some(Notice::error(say!("failed-no-browser"))),
                (Err(ShellError::Failed(cause)), _) => {
                    Some(Notice::error(say!("failed-browser", cause = cause)))
                }
                (Ok(()), Err(cause)) => Some(not_saved(cause)),
                (Ok(()), Ok(())) => None,
            };
            Done::Asked {
                display: Some(display),
                notice,
            }
        });
    }

    /// Lets the person choose what a new link to the display gives, in the window.
    pub(super) fn open_share(&mut self, display: DisplayId) {
        if self.knows(&display) {
            self.share_for = Some(display);
            self.show_window();
        }
    }

    pub(super) fn edit_config(&mut self) {
        let (shell, service) = (self.shell.clone(), self.service.clone());
        self.work.spawn(async move {
            let notice = match service.write_first_config().await {
                Ok(file) => {
                    let opened = shell.call(Call::File(file.clone())).await;
                    opened.err().map(|error| not_opened(&file, error))
                }
                Err(cause) => Some(Notice::error(sentence(&cause))),
            };
            Done::asked(notice)
        });
    }

    pub(super) fn show_window(&mut self) {
        let shell = self.shell.clone();
        self.work.spawn(async move {
            let shown = shell.call(Call::Show).await;
            let notice = shown
                .err()
                .map(|error| Notice::error(say!("failed-window", cause = error.to_string())));
            Done::asked(notice)
        });
    }

    /// Checks whether a display can be reached, unless that is under way. It does no harm: a server that refused us is
    /// not asked again before it is another one.
    pub(super) fn check(&mut self, display: &DisplayId, why: Why) {
        if why == Why::Routine && self.is_pictured(display.as_str()) {
            return;
        }
        let Some(check) = self.service.check(display, why) else {
            return;
        };
        self.work.spawn(async move {
            check.await;
            Done::Checked
        });
    }

    /// Begins what was asked for a display, unless there is no such display, or the same is under way: a double click
    /// opens one window.
    pub(super) fn begin(&mut self, display: &DisplayId) -> bool {
        if !self.knows(display) {
            return false;
        }
        if matches!(
            self.service.display_states.of(display.as_str()),
            DisplayState::Checking | DisplayState::Unreachable { .. }
        ) {
            // The person may have mended it. What asks for a password asks whoever opens it.
            self.check(display, Why::Asked);
        }
        self.busy.insert(display.clone())
    }

    /// Whether there is such a display; if not, that is said.
    fn knows(&mut self, display: &DisplayId) -> bool {
        let known = self.porthole.config().display(display.as_str()).is_some();
        if !known {
            let name = self.service.name(display);
            self.fail(match name.is_empty() {
                true => say!("failed-unknown-display"),
                false => say!("failed-no-display", display = name),
            });
        }
        known
    }

    pub(super) fn give_up(&mut self, display: &DisplayId, cause: impl std::fmt::Display) {
        self.busy.remove(display);
        self.fail(say!("failed-no-link", cause = cause.to_string()));
    }
}

/// The file's path is what a person needs who has no program for it.
fn not_opened(file: &Path, error: ShellError) -> Notice {
    let path = file.display().to_string();
    let text = match error {
        ShellError::NothingOpens => say!("failed-no-editor", file = path.as_str()),
        ShellError::Failed(cause) => say!("failed-file-open", file = path.as_str(), cause = cause),
    };
    Notice::error(text).with_path(path)
}

pub(super) fn not_saved(cause: impl std::fmt::Display) -> Notice {
    Notice::error(say!("failed-not-saved", cause = cause.to_string()))
}
