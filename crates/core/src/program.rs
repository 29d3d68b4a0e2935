//! The program without a shell: a config, its links, and the gateway that serves them.

mod linking;
mod only_one;
mod start_error;

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use porthole_gateway::{CloseReason, Gateway, RefusalCause, Sessions, TokenSource};
use tokio::{sync::watch, time::timeout};

#[cfg(unix)]
use crate::control::{Control, Requests};
use crate::{
    DisplayId, Notice, NoticeKind,
    config::{Config, ConfigError, ConfigPlace, Display, Exposed, Follower, Loaded, follow, load},
    demo::Demo,
    desktops::{Desktops, LAST_CLOSE_GRACE},
    network::{
        Beginning, MachineNames, Network, NetworkStatus,
        listen::{access, listen},
    },
    platform::blocking::blocking,
    reachability::display_states::DisplayStates,
    service::Service,
    sharing::{
        history::History,
        links::{Displays, Links},
        state::{self, Loaded as Kept},
        token_file::Tokens,
    },
    texts::say,
};

pub use linking::LinkError;
pub use only_one::AlreadyRunning;
pub use start_error::StartError;

/// Sessions that have not said goodbye by then are cut.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the last changes may take to be saved.
const LAST_SAVE: Duration = Duration::from_secs(2);

/// So many Hosts that were refused the person is told of; strangers can ask by any name. The doctor lists more.
const MAX_TOLD_HOSTS: usize = 3;

/// The program without a shell: it serves the displays of a config file, and follows the file.
pub struct Porthole {
    place: ConfigPlace,
    config: Arc<Config>,
    fault: Option<ConfigError>,
    notes: Vec<Notice>,
    follower: Follower,
    service: Service,
    tokens: Arc<Tokens>,
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
    _control: Option<Control>,
}

/// What a new version of the config file has changed, or the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The displays that are new, or no longer what they were.
    pub displays: Vec<DisplayId>,
    /// What is worth a word.
    pub notes: Vec<Notice>,
    /// Whom the gateway refused, for a person; the log has it already.
    pub refused: Option<Notice>,
}

impl Porthole {
    /// Reads the config and the state, and listens. When this returns, a browser can connect.
    ///
    /// # Errors
    /// A config that is wrong, another program that serves it, or an address that cannot be listened on.
    pub async fn start(place: ConfigPlace) -> Result<Self, StartError> {
        Self::begin(place, false).await
    }

    /// Like [`Porthole::start`], but a config that is wrong only means that there are no displays until it is mended:
    /// for shells that can show the [fault](Porthole::fault).
    ///
    /// # Errors
    /// Another program that serves the config, or an address that cannot be listened on.
    pub async fn start_despite_faults(place: ConfigPlace) -> Result<Self, StartError> {
        Self::begin(place, true).await
    }

    async fn begin(place: ConfigPlace, despite_faults: bool) -> Result<Self, StartError> {
        let (read, files) = blocking({
            let place = place.clone();
            move || {
                let mut files = Vec::new();
                (load(&place, &mut files), files)
            }
        })
        .await;
        let (loaded, fault) = match read.clone() {
            Ok(loaded) => (loaded, None),
            Err(fault) if despite_faults => (
                Loaded {
                    config: Config::empty(),
                    warnings: Vec::new(),
                },
                Some(fault),
            ),
            Err(fault) => return Err(fault.into()),
        };
        // What is read of the state must be all that will ever have been written of it.
        let lock = only_one::lock(&place.lock()).await?;
        let state_file = place.state.clone();
        let Kept { state, lost, store } = blocking(move || state::load(&state_file)).await;
        let store = store.under(lock.as_ref().ok().cloned());
        let kept = state.port;
        // What runs already is found before anybody can ask for it, and nothing is started before we listen: another
        // start of the program may be at work.
        let desktops = Desktops::adopt(place.launcher.clone(), LAST_CLOSE_GRACE).await;
        let history = History::start(place.history());
        let displays = Displays {
            demo: Arc::new(Demo::new()),
            desktops: desktops.clone(),
        };
        let links = Arc::new(Links::new(state, store, history.clone(), displays));
        // A start that cannot listen leaves the state alone: what it has read may be old already, and revoked links would
        // come back.
        links.hold_back();
        // A config that is faulty does not say that displays have gone.
        let config = match fault {
            None => links.put_in_force(loaded.config),
            Some(_) => links.config(),
        };
        let (to_start, _) = desktops.set_config(&config);
        let tokens = Arc::new(Tokens::default());
        tokens.set_config(Arc::clone(&config)).await;
        let sources: Vec<Arc<dyn TokenSource>> = vec![links.clone(), tokens.clone()];
        let own_names = Arc::new(MachineNames::new(place.interfaces.clone()));
        let listening = listen(&config, kept, Arc::new(sources), own_names, &place.file).await?;
        let gateway = Arc::new(listening.gateway);
        gateway.set_limits(config.limits);
        desktops.follow(gateway.sessions().clone());
        links.follow(gateway.sessions().clone());
        desktops.start_soon(to_start);
        let network = Network::start(Beginning {
            gateway: Arc::clone(&gateway),
            config: Arc::clone(&config),
            shared: links.shared_links_live(),
            interfaces: place.interfaces.clone(),
            certificate: place.certificate(),
            config_file: place.file.clone(),
        })
        .await;
        let warnings = loaded.warnings.iter().map(ToString::to_string);
        let mut notes: Vec<_> = lost
            .into_iter()
            .chain(warnings)
            .chain(lock.as_ref().err().cloned())
            .map(Notice::error)
            .chain(desktops.forgotten_notes())
            .collect();
        if let Some(port) = listening.chosen
            && let Err(error) = links.keep_port(port).await
        {
            let cause = error.to_string();
            notes.push(Notice::error(say!("failed-port-not-kept", cause = cause)));
        }
        let mut status = network.view().changes();
        let said = status.borrow_and_update().faults.clone();
        notes.extend(said.iter().map(Notice::error));
        let service = Service {
            links,
            desktops,
            sessions: gateway.sessions().clone(),
            display_states: DisplayStates::default(),
            history,
            network: network.view().clone(),
            refusals: gateway.refusals().clone(),
        };
        #[cfg(unix)]
        let control = lock.ok().and_then(|lock| {
            let requests = Requests {
                service: service.clone(),
                config_file: place.file().display().to_string(),
            };
            Control::start(&place, requests, lock)
                .map_err(|error| notes.push(Notice::error(format!("{error}."))))
                .ok()
        });
        Ok(Self {
            follower: follow(place.clone(), files, read),
            #[cfg(unix)]
            _control: control,
            refusals: gateway.refusals().changes(),
            told_hosts: Vec::new(),
            gateway,
            network,
            status,
            said,
            place,
            config,
            fault,
            notes,
            service,
            emptied: tokens.emptied(),
            tokens,
        })
    }

    /// Where the gateway listens, for people: `http://127.0.0.1:6080`.
    pub fn address(&self) -> String {
        self.service.network.last().addresses.origin()
    }

    /// All addresses that the gateway listens on.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.gateway.addresses()
    }

    /// The config in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where the config file is, or would be.
    pub fn config_file(&self) -> &Path {
        self.place.file()
    }

    /// Where its config and its state are.
    pub(crate) fn place(&self) -> &ConfigPlace {
        &self.place
    }

    /// What is wrong with the config file, if it is not the config in force.
    pub fn fault(&self) -> Option<&ConfigError> {
        self.fault.as_ref()
    }

    /// What was worth a word at the start.
    pub fn notes(&self) -> &[Notice] {
        &self.notes
    }

    /// Where the person looks for files that a program has written.
    pub(crate) fn downloads(&self) -> Option<&Path> {
        self.place.downloads.as_deref()
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
                notes: self.emptied.borrow_and_update().iter().map(Notice::error).collect(),
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
            refused: Some(Notice::info(say!("refused-host", name = name.as_str()))),
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
        tokio::spawn(self.tokens.set_config(Arc::clone(&self.config)));
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
            refused: None,
        }
    }

    /// Whether the config in force names another port than that listened on. To move there would break every link; so
    /// the person chooses when.
    fn is_to_move(&self) -> bool {
        let other = |port| self.addresses().iter().any(|address| address.port() != port);
        self.config.port.is_some_and(|port| port != 0 && other(port))
    }

    /// Serves until `stop` is done, and says in the log what happens to the config; then ends. For shells without a
    /// window.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) {
        log(&self.notes);
        let mut stop = std::pin::pin!(stop);
        loop {
            let (before, fault) = (Arc::clone(&self.config), self.fault.clone());
            let change = tokio::select! {
                change = self.changed() => change,
                () = &mut stop => break,
            };
            match &self.fault {
                Some(now) if fault.as_ref() != Some(now) => {
                    tracing::error!("{now}; the last good config stays in force");
                }
                None if !Arc::ptr_eq(&before, &self.config) => {
                    tracing::info!("{} is in force", self.config_file().display());
                }
                _ => {}
            }
            log(&change.notes);
        }
        self.stop().await;
    }

    /// Stops accepting, lets sessions say goodbye, and is done within 5 s, unless the disk is slow.
    pub async fn stop(self) {
        // Or it would listen again.
        drop(self.network);
        if timeout(CLOSE_TIMEOUT, self.gateway.stop()).await.is_err() {
            tracing::warn!("some sessions did not end in time and were cut");
        }
        // What comes of it is in the log.
        let _ = timeout(LAST_SAVE, self.service.links.saved()).await;
    }
}

fn log(notes: &[Notice]) {
    for Notice { kind, text, .. } in notes {
        match kind {
            NoticeKind::Info => tracing::info!("{text}"),
            NoticeKind::Error => tracing::warn!("{text}"),
        }
    }
}
