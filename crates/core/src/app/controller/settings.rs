//! What a person sets.

use std::collections::VecDeque;

use super::{
    Controller,
    shell::{Call, Shell},
    work::Done,
};
use crate::{
    InterfaceView, Setting, SettingsView, ShellError,
    platform::{
        blocking::blocking,
        interfaces::{Interface, Interfaces},
    },
    texts::{say, sentence::sentence},
};

/// The settings, as far as the config does not say them.
#[derive(Default)]
pub(super) struct Settings {
    /// Whether somebody looks at them.
    pub shown: bool,
    /// What was found last.
    start_at_login: Option<bool>,
    interfaces: Vec<InterfaceView>,
    looking: bool,
    /// What is to be written, in the order in which it was asked for.
    to_write: VecDeque<Setting>,
    writing: bool,
}

/// What is set elsewhere than in the config file, and what can be chosen from.
pub(super) struct Surroundings {
    start_at_login: Result<bool, ShellError>,
    interfaces: Vec<InterfaceView>,
    /// Why what was asked for before could not be done.
    fault: Option<ShellError>,
}

impl Controller {
    pub(super) fn settings_view(&self) -> SettingsView {
        let config = self.porthole.config();
        SettingsView {
            start_at_login: self.settings.start_at_login,
            open_in: config.open,
            theme: config.theme,
            listening: config.listening(),
            interfaces: self.settings.interfaces.clone(),
        }
    }

    pub(super) fn show_settings(&mut self, shown: bool) {
        self.settings.shown = shown;
        self.look_at_settings();
    }

    /// Looks at what others may change at any time, while it is to be seen and unless that is under way.
    pub(super) fn look_at_settings(&mut self) {
        if !self.settings.shown || self.settings.looking {
            return;
        }
        self.settings.looking = true;
        let (shell, interfaces) = (self.shell.clone(), self.place.interfaces.clone());
        self.work
            .spawn(async move { Done::LookedAtSettings(look(&shell, interfaces, None).await) });
    }

    /// What the system has then is looked at, whatever came of it.
    pub(super) fn start_at_login(&mut self, on: bool) {
        self.notice = None;
        self.settings.looking = true;
        let (shell, interfaces) = (self.shell.clone(), self.place.interfaces.clone());
        self.work.spawn(async move {
            let fault = shell.call(Call::StartAtLogin(on)).await.err();
            Done::LookedAtSettings(look(&shell, interfaces, fault).await)
        });
    }

    pub(super) fn take_surroundings(&mut self, found: Surroundings) {
        self.settings.looking = false;
        if let Some(error) = found.fault {
            self.fail(say!("failed-login", cause = error.to_string()));
        }
        self.settings.interfaces = found.interfaces;
        self.settings.start_at_login = found
            .start_at_login
            .inspect_err(|error| tracing::warn!("whether the program starts at login is not known: {error}"))
            .ok();
    }

    /// Writes a setting, after those before it. What follows from it does so however it was written.
    pub(super) fn set(&mut self, setting: Setting) {
        // What was wrong with the last one is said again if it still is.
        self.notice = None;
        self.settings.to_write.push_back(setting);
        self.write_next();
    }

    fn write_next(&mut self) {
        if self.settings.writing {
            return;
        }
        let Some(setting) = self.settings.to_write.pop_front() else {
            return;
        };
        self.settings.writing = true;
        let service = self.service.clone();
        self.work
            .spawn(async move { Done::Set(service.set(setting).await) });
    }

    pub(super) fn take_set(&mut self, set: Result<(), String>) {
        self.settings.writing = false;
        if let Err(cause) = set {
            self.fail(sentence(&cause));
        }
        self.write_next();
    }
}

async fn look(shell: &Shell, interfaces: Interfaces, fault: Option<ShellError>) -> Surroundings {
    let (start_at_login, interfaces) =
        tokio::join!(shell.starts_at_login(), blocking(move || interfaces.list()));
    Surroundings {
        start_at_login,
        interfaces: views(interfaces),
        fault,
    }
}

/// Each interface once, with all its addresses, in the order of its first.
fn views(interfaces: Vec<Interface>) -> Vec<InterfaceView> {
    let mut views: Vec<InterfaceView> = Vec::new();
    for Interface { name, ip } in interfaces {
        let address = ip.to_string();
        match views.iter_mut().find(|view| view.name == name) {
            Some(view) => view.addresses.push(address),
            None => views.push(InterfaceView {
                name,
                addresses: vec![address],
            }),
        }
    }
    views
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_is_offered_once() {
        let found = [
            ("wlan0", "192.168.7.5"),
            ("tun0", "10.8.0.2"),
            ("wlan0", "fd00::5"),
        ];
        let found = found.map(|(name, ip)| Interface {
            name: name.into(),
            ip: ip.parse().unwrap(),
        });
        let offered = views(found.to_vec()).into_iter();
        let offered: Vec<_> = offered
            .map(|view| (view.name, view.addresses.join(" ")))
            .collect();
        assert_eq!(
            offered,
            [
                ("wlan0".into(), "192.168.7.5 fd00::5".into()),
                ("tun0".into(), "10.8.0.2".to_owned())
            ]
        );
    }
}
