//! The program without a shell: a config, its links, and the gateway that serves them.

mod only_one;
mod run;
mod start;
mod start_error;

use std::{net::SocketAddr, path::Path, sync::Arc};

use porthole_gateway::{CloseReason, Gateway, RefusalCause, Sessions};
use tokio::sync::watch;
use url::Url;

#[cfg(unix)]
use crate::control::Control;
use crate::{
    DisplayId, Notice,
    config::{Config, ConfigError, ConfigSource, Display, Encryption, Exposed, Follower, Loaded},
    desktops::Desktops,
    network::{Network, NetworkStatus, listen::access},
    service::Service,
    texts::say,
};

pub use crate::service::LinkError;
pub use only_one::AlreadyRunning;
pub use run::Reload;
pub use start_error::StartError;

/// So many Hosts that were refused the person is told of; strangers can ask by any name. The doctor lists more.
const MAX_TOLD_HOSTS: usize = 3;

/// The program without a shell: it serves the displays of a config file, or what websockify's command line says, and
/// follows the files that these name.
pub struct Porthole {
    source: ConfigSource,
    config: Arc<Config>,
    fault: Option<ConfigError>,
    notes: Vec<Notice>,
    follower: Follower,
    service: Service,
    /// That the token file has become empty.
    emptied: watch::Receiver<Option<String>>,
    gateway: Arc<Gateway>,
    network: Network,
    /// What was last said of it.
    status: watch::Receiver<Arc<NetworkStatus>>,
    said: Vec<String>,
    /// What was refused to visitors.
    refusals: watch::Receiver<u64>,
    /// The Hosts among it that the person was told of.
    told_hosts: Vec<String>,
    #[cfg(unix)]
    control: Option<Control>,
}

/// What a new version of the config file has changed, or the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The displays that are new, or no longer what they were.
    pub displays: Vec<DisplayId>,
    /// What is worth a word.
    pub notes: Vec<Notice>,
    /// What the log has already: whom the gateway refused, or that a token file has become empty.
    pub logged: Option<Notice>,
}

impl Porthole {
    /// Where the gateway listens, for people: `http://127.0.0.1:6080`.
    pub fn address(&self) -> String {
        self.service.network.last().addresses.origin()
    }

    /// All addresses that the gateway listens on.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.gateway.addresses()
    }

    /// A new link for each display, in their order, that works for [`LIFETIME`](crate::LIFETIME), for a start to print.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub async fn new_links(&self) -> Result<Vec<(String, Url)>, LinkError> {
        self.service.links_of_start().await
    }

    /// The config in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What the addresses begin with for whoever is told of them first: http serves this machine, unless websockify's
    /// command line names a certificate.
    pub fn scheme(&self) -> &'static str {
        match (&self.config.arguments, &self.config.encryption) {
            (Some(_), Encryption::Own(_)) => "https",
            _ => "http",
        }
    }

    /// Where the config file is, or would be, if there is one.
    pub fn config_file(&self) -> Option<&Path> {
        self.source.file()
    }

    /// What is wrong with the config file, if it is not the config in force.
    pub fn fault(&self) -> Option<&ConfigError> {
        self.fault.as_ref()
    }

    /// What was worth a word at the start.
    pub fn notes(&self) -> &[Notice] {
        &self.notes
    }

    /// The operations on what it serves.
    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    /// The displays that are launched.
    pub fn desktops(&self) -> &Desktops {
        &self.service.desktops
    }

    /// The viewers that are connected.
    pub fn sessions(&self) -> &Sessions {
        self.gateway.sessions()
    }

    /// Waits until the config file has another content, and puts it in force: sessions whose display was removed or
    /// changed end, others go on. If the new content is wrong, nothing changes but the [fault](Porthole::fault). Also
    /// returns when other machines reach this one in another way, or when the token file was emptied. Cancel safe.
    pub async fn changed(&mut self) -> Change {
        tokio::select! {
            news = self.follower.next() => match news {
                Ok(Loaded { config, warnings }) => {
                    self.fault = None;
                    self.put_in_force(config, warnings)
                }
                Err(fault) => {
                    self.fault = Some(fault);
                    Change::default()
                }
            },
            Ok(()) = self.status.changed() => self.network_changed(),
            Ok(()) = self.emptied.changed() => Change {
                logged: self.emptied.borrow_and_update().as_ref().map(Notice::error),
                ..Change::default()
            },
            Ok(()) = self.refusals.changed() => self.refused(),
        }
    }

    /// Who asks by a name that is not ours may be a visitor who was given it; so the person hears of the first names.
    fn refused(&mut self) -> Change {
        let new = self
            .gateway
            .refusals()
            .list()
            .into_iter()
            .rev()
            .find_map(|refusal| match refusal.cause {
                RefusalCause::Host(name) if !name.is_empty() && !self.told_hosts.contains(&name) => {
                    Some(name)
                }
                _ => None,
            });
        let Some(name) = new.filter(|_| self.told_hosts.len() < MAX_TOLD_HOSTS) else {
            return Change::default();
        };
        self.told_hosts.push(name.clone());
        Change {
            logged: Some(Notice::info(say!("refused-host", name = name.as_str()))),
            ..Change::default()
        }
    }

    /// What is wrong with the network is said once, until it is mended.
    fn network_changed(&mut self) -> Change {
        let faults = self.status.borrow_and_update().faults.clone();
        let new = faults.iter().filter(|fault| !self.said.contains(fault));
        let notes = new.map(Notice::error).collect();
        self.said = faults;
        Change {
            notes,
            ..Change::default()
        }
    }

    fn put_in_force(&mut self, config: Config, warnings: Vec<Exposed>) -> Change {
        let warnings = warnings.iter().map(ToString::to_string);
        let mut notes: Vec<_> = warnings.map(Notice::error).collect();
        let new = self.service.links.put_in_force(config);
        let old = std::mem::replace(&mut self.config, new);
        if old.port != self.config.port && self.is_to_move() {
            notes.push(Notice::info(say!("done-new-port")));
        }
        self.network.set_config(Arc::clone(&self.config));
        self.gateway.set_access(access(&self.config));
        self.gateway.set_limits(self.config.limits);
        let opening = self.service.tokens.set_config(Arc::clone(&self.config));
        tokio::spawn(async move {
            // It was good when the config was checked. Once it is mended the config is read again, and it is opened.
            if let Err(faults) = opening.await {
                tracing::warn!("the token file cannot be served: {faults}");
            }
        });
        let (to_start, of_desks) = self.service.desktops.set_config(&self.config);
        self.service.desktops.start_soon(to_start);
        notes.extend(of_desks);
        let gone = |id: &str| match (old.display(id), self.config.display(id)) {
            (Some(old), Some(new)) => !old.goes_on_as(new),
            (old, new) => old != new,
        };
        self.sessions()
            .end_where(CloseReason::DisplayChanged, |session| gone(&session.display));
        let has_got_password = |display: &Display| {
            let old = old.display(display.id.as_str());
            old.is_some_and(|old| old.password != display.password)
        };
        let displays = self.config.displays.iter();
        let new = displays.filter(|display| gone(display.id.as_str()) || has_got_password(display));
        let displays: Vec<_> = new.map(|display| display.id.clone()).collect();
        self.service.display_states.keep(&self.config, &displays);
        Change {
            displays,
            notes,
            logged: None,
        }
    }

    /// Whether the config in force names another port than that listened on. To move there would break every link; so
    /// the person chooses when.
    fn is_to_move(&self) -> bool {
        let other = |port| self.addresses().iter().any(|address| address.port() != port);
        self.config.port.is_some_and(|port| port != 0 && other(port))
    }
}
