//! What is asked before something is lost.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DisplayView, LaunchView, Snapshot};
use crate::{DisplayId, Intent, config::THIS_SCREEN};

/// What a person asks to end. Displays go by their id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Ending {
    /// Stop a display that Porthole launches.
    Stop {
        /// The display's id.
        display: DisplayId,
    },
    /// Stop a display that Porthole launches, and start it again.
    Restart {
        /// The display's id.
        display: DisplayId,
    },
    /// Stop all displays that were launched, and end the program.
    StopAll,
    /// End the program. Displays that were launched keep running.
    Quit,
    /// Close the window where no tray icon could bring it back, which ends the program.
    CloseWindow,
}

/// The question that is asked before something is lost. What would be lost is as of now, and may be nothing by the time
/// of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuestionView {
    /// What would be ended.
    pub ending: Ending,
    /// The name of the display that it is about, if it is about one.
    pub name: Option<String>,
    /// What [yes](Intent) asks for; no is [`Intent::CancelQuestion`].
    pub yes: Intent,
    /// The desktops whose programs would close: what is not saved in them is lost.
    pub desktops: Vec<String>,
    /// The visitors who would be disconnected.
    pub visitors: Vec<VisitorView>,
    /// How many links for others would open nothing until the program is started again.
    pub links: usize,
    /// The window could not be brought up, so a notification asks.
    pub unseen: bool,
}

/// Somebody from elsewhere who is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VisitorView {
    /// The display's name.
    pub display: String,
    /// The visitor's IP address; behind a reverse proxy, the proxy's.
    pub address: String,
}

impl Ending {
    /// What ends it without a question.
    pub fn intent(&self) -> Intent {
        match self.clone() {
            Self::Stop { display } => Intent::StopDisplay { display },
            Self::Restart { display } => Intent::RestartDisplay { display },
            Self::StopAll => Intent::StopAllAndQuit,
            Self::Quit | Self::CloseWindow => Intent::Quit,
        }
    }

    /// The display that it is about, if it is about one.
    pub fn display(&self) -> Option<&DisplayId> {
        match self {
            Self::Stop { display } | Self::Restart { display } => Some(display),
            Self::StopAll | Self::Quit | Self::CloseWindow => None,
        }
    }

    /// Asks about it, with what would be lost as `snapshot` shows it.
    pub(crate) fn question(&self, snapshot: &Snapshot) -> QuestionView {
        let concerned = |display: &DisplayView| self.display().is_none_or(|id| *id == display.id);
        let stops = !matches!(self, Self::Quit | Self::CloseWindow);
        let desktops = snapshot
            .displays
            .iter()
            .filter(|display| stops && concerned(display) && display.has_programs());
        let visitors = snapshot.guests().filter(|(display, _)| concerned(display));
        let links = snapshot.displays.iter().map(|display| display.links_for_others);
        QuestionView {
            ending: self.clone(),
            name: self.display().and_then(|id| {
                let mut displays = snapshot.displays.iter();
                Some(displays.find(|display| display.id == *id)?.name.clone())
            }),
            yes: self.intent(),
            desktops: desktops.map(|display| display.name.clone()).collect(),
            visitors: visitors
                .map(|(display, session)| VisitorView {
                    display: display.name.clone(),
                    address: session.address.clone(),
                })
                .collect(),
            links: match self {
                Self::CloseWindow => links.sum(),
                _ => 0,
            },
            unseen: false,
        }
    }
}

impl QuestionView {
    /// Whether nobody would lose anything.
    pub(crate) fn is_idle(&self) -> bool {
        self.desktops.is_empty() && self.visitors.is_empty() && self.links == 0
    }
}

impl DisplayView {
    /// Whether programs run on it that end when it is stopped: none on the screen that the person sits at.
    fn has_programs(&self) -> bool {
        matches!(self.launch, Some(LaunchView::Running { .. })) && self.target != THIS_SCREEN
    }

    /// Whether Porthole launched it, and it has not ended yet.
    pub(crate) fn is_up(&self) -> bool {
        matches!(
            self.launch,
            Some(LaunchView::Starting { .. } | LaunchView::Running { .. } | LaunchView::Stopping)
        )
    }
}
