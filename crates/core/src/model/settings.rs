//! What a person sets, for people.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Terms;

/// What is set, but for [`Snapshot::default_terms`](crate::Snapshot::default_terms) and encryption
/// ([`NetworkView::encrypted`](crate::NetworkView::encrypted)), which others need as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// Whether the system starts the program when the person logs in; `None` while that is not known. Read while
    /// somebody looks ([`Intent::ShowSettings`](crate::Intent::ShowSettings)).
    pub start_at_login: Option<bool>,
    /// Where a display is opened.
    pub open_in: OpenIn,
    /// What the windows look like.
    pub theme: Theme,
    /// By which of this machine's addresses others come.
    pub listening: Listening,
    /// The interfaces that others may come by, the likeliest first. Read while somebody looks.
    pub interfaces: Vec<InterfaceView>,
}

/// Where a display is opened, by its first button and by the tray.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum OpenIn {
    /// In a window of its own.
    #[default]
    Window,
    /// In the system's browser.
    Browser,
}

/// What the windows look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system's.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// By which of this machine's addresses others come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Listening {
    /// By all of them, while a link for others lives.
    #[default]
    Automatic,
    /// By those of one interface, likewise.
    Interface {
        /// The interface's name, as `wlan0`.
        name: String,
    },
    /// By none.
    ThisMachine,
    /// By these, at all times, as `listen` in the config file has it. It can be seen only, not set.
    Fixed {
        /// The addresses.
        addresses: Vec<String>,
    },
}

/// An interface that others may come by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InterfaceView {
    /// Its name, as `wlan0`.
    pub name: String,
    /// Its addresses.
    pub addresses: Vec<String>,
}

/// One thing to be set in the config file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "key", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Setting {
    /// Where a display is opened.
    OpenIn {
        /// There.
        value: OpenIn,
    },
    /// What the windows look like.
    Theme {
        /// That.
        value: Theme,
    },
    /// By which of this machine's addresses others come.
    Listening {
        /// By these; not [`Listening::Fixed`].
        value: Listening,
    },
    /// What a link for others gives, unless its maker says otherwise.
    Links {
        /// That.
        value: Terms,
    },
    /// Whether links for others are https.
    Encrypt {
        /// Whether they are.
        value: bool,
    },
}
