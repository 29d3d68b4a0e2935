//! The doctor: looks at all that a link stands on, from the config file to the firewall, and says of each thing whether
//! it is well; and if not, why, and what to do.
//!
//! It only looks. Nothing is written, moved or started; VNC servers are asked as a session would ask them.

mod arguments;
mod certificate;
mod displays;
mod files;
mod finding;
mod firewall;
mod folders;
mod libraries;
mod limits;
mod network;
mod port;
mod refused;
mod running;
mod screen;
mod sockets;
#[cfg(test)]
mod tests;
mod tokens;
mod tray_host;

use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};

use crate::{
    ConfigPlace,
    config::{Config, ConfigError, Exposed, load},
    platform::{blocking::blocking, private_file},
};
use running::Running;

pub use crate::platform::machine::Machine;
pub use arguments::examine_started;
pub use finding::{Finding, Verdict};

/// What the doctor looks at, whatever the config was made from.
#[derive(Clone, Debug)]
struct Subject {
    machine: Machine,
    /// What the config says; if it is wrong, what an empty one would say.
    config: Config,
    /// The port that the program has chosen in an earlier run.
    kept_port: Option<u16>,
    /// The Porthole that runs with this config.
    running: Running,
}

/// The same with what belongs to a config file.
#[derive(Clone, Debug)]
struct Case {
    subject: Subject,
    place: ConfigPlace,
    fault: Option<ConfigError>,
    /// What is not wrong with the config, but worth a word.
    warnings: Vec<Exposed>,
}

/// Looks at everything, and tells of it in the order in which a person would mend it. `token_source` is a token file of
/// websockify's to look at in place of the one that the config names. Takes some seconds when something does not answer.
pub async fn examine(place: ConfigPlace, machine: Machine, token_source: Option<PathBuf>) -> Vec<Finding> {
    let running = running::ask(place.clone().into()).await;
    let case = blocking(move || Case::read(machine, place, running)).await;
    let own = blocking({
        let case = case.clone();
        move || {
            [
                files::config(&case),
                files::passwords(&case),
                folders::state(&case),
                folders::space(&case),
                folders::runtime(&case),
                running::control(&case.subject.running),
                refused::refused(&case.subject),
                port::port(&case),
                network::addresses(&case.subject),
                certificate::certificate(&case.subject),
            ]
            .concat()
        }
    });
    let around = blocking({
        let case = case.clone();
        move || {
            [
                displays::servers(&case),
                folders::x_sockets(&case),
                screen::screen(&case),
                libraries::libraries(&case),
                limits::descriptors(&case.subject.machine),
                limits::clock(&case.subject.machine, Some(&case.place.state)),
            ]
            .concat()
        }
    });
    let (own, firewall, tokens, displays, around, tray_host) = tokio::join!(
        own,
        firewall::firewall(&case.subject),
        tokens::tokens(token_source.or_else(|| case.subject.config.token_file.clone())),
        displays::displays(&case),
        around,
        tray_host::tray_host(&case),
    );
    [own, firewall, tokens, displays, around, tray_host].concat()
}

impl Case {
    fn read(machine: Machine, place: ConfigPlace, running: Running) -> Self {
        let (config, fault, warnings) = match load(&place, &mut Vec::new()) {
            Ok(loaded) => (loaded.config, None, loaded.warnings),
            Err(fault) => (Config::empty(), Some(fault), Vec::new()),
        };
        let state = private_file::read(&place.state).unwrap_or_default();
        let state: serde_json::Value = serde_json::from_slice(&state).unwrap_or_default();
        let kept_port = state["port"].as_u64().and_then(|port| port.try_into().ok());
        Self {
            subject: Subject {
                machine,
                config,
                kept_port,
                running,
            },
            place,
            fault,
            warnings,
        }
    }
}

impl Subject {
    /// The addresses that Porthole listens on, or will: without `listen` in the config, those of this machine once a
    /// link for others lives.
    fn listen(&self) -> Vec<IpAddr> {
        let all = || {
            let taken = |(interface, _): &&(String, IpAddr)| self.config.takes(interface);
            let others = self.machine.addresses.iter().filter(taken).map(|(_, ip)| *ip);
            [Ipv4Addr::LOCALHOST.into()].into_iter().chain(others).collect()
        };
        self.config.listen.clone().unwrap_or_else(all)
    }

    /// The port that Porthole listens on, or would, if it is not to choose one.
    fn port(&self) -> Option<u16> {
        self.running
            .port()
            .or(self.config.port.filter(|port| *port != 0))
            .or(self.kept_port.filter(|_| self.config.port.is_none()))
    }
}
