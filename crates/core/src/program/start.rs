//! Starting, the same for a config file and for websockify's command line.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use porthole_gateway::{Gateway, TokenSource, sources::Fixed};

use super::{Porthole, StartError, only_one};
#[cfg(unix)]
use crate::control::{Control, ControlPlace, Requests};
use crate::{
    Notice,
    config::{Arguments, Config, ConfigError, ConfigPlace, ConfigSource, Loaded, Served, follow},
    demo::Demo,
    desktops::{Desktops, LAST_CLOSE_GRACE},
    network::{Beginning, MachineNames, Network, listen::listen},
    platform::{blocking::blocking, program_lock::ProgramLock},
    reachability::display_states::DisplayStates,
    service::Service,
    sharing::{
        history::History,
        links::{Displays, Links},
        raw_visits::RawVisits,
        state::{self, Loaded as Kept},
        token_file::Tokens,
    },
    texts::{log_in_english, say},
};

impl Porthole {
    /// Reads the config and the state, and listens. When this returns, a browser can connect.
    ///
    /// # Errors
    /// A config that is wrong, another program that serves it, or an address that cannot be listened on.
    pub async fn start(place: ConfigPlace) -> Result<Self, StartError> {
        Self::begin(ConfigSource::File(place), false).await
    }

    /// Like [`Porthole::start`], but a config that is wrong only means that there are no displays until it is mended:
    /// for shells that can show the [fault](Porthole::fault).
    ///
    /// # Errors
    /// Another program that serves the config, or an address that cannot be listened on.
    pub async fn start_despite_faults(place: ConfigPlace) -> Result<Self, StartError> {
        Self::begin(ConfigSource::File(place), true).await
    }

    /// Serves what websockify's command line says. Nothing is written but the control socket: where that cannot be, the
    /// log says so, and all else works.
    ///
    /// # Errors
    /// A token file or a certificate that is wrong, or an address that cannot be listened on.
    pub async fn start_with(arguments: Arguments) -> Result<Self, StartError> {
        Self::begin(ConfigSource::Arguments(Arc::new(arguments)), false).await
    }

    async fn begin(source: ConfigSource, despite_faults: bool) -> Result<Self, StartError> {
        log_in_english();
        let (read, files) = read_config(&source).await;
        let (loaded, fault) = good_or_empty(read.clone(), despite_faults)?;
        let (Kept { state, lost, store }, lock) = kept(&source).await?;
        let kept = state.port;
        // What runs already is found before anybody can ask for it, and nothing is started before we listen: another
        // start of the program may be at work.
        let (desktops, history) = left_behind(&source).await;
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
        let tokens = open_tokens(&config).await?;
        let own_names = Arc::new(MachineNames::new(source.interfaces()));
        let sources = Arc::new(token_sources(&config, &links, &tokens, &history));
        let index = tokens.index();
        let listening = listen(&config, kept, sources, own_names, index, source.file()).await?;
        let gateway = Arc::new(listening.gateway);
        gateway.set_limits(config.limits);
        if source.place().is_some() {
            desktops.follow(gateway.sessions().clone());
            links.follow(gateway.sessions().clone());
        }
        desktops.start_soon(to_start);
        let network = start_network(&source, &gateway, &config, &links).await;
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
            config_file: source.file().map(Path::to_owned),
            links,
            tokens: Arc::clone(&tokens),
            desktops,
            sessions: gateway.sessions().clone(),
            display_states: DisplayStates::default(),
            history,
            network: network.view().clone(),
            refusals: gateway.refusals().clone(),
        };
        #[cfg(unix)]
        let control = match lock {
            Ok(lock) => start_control(&source, gateway.addresses(), &service, lock, &mut notes).await,
            Err(_) => None,
        };
        Ok(Self {
            follower: follow(source.clone(), files, read),
            #[cfg(unix)]
            control,
            refusals: gateway.refusals().changes(),
            told_hosts: Vec::new(),
            gateway,
            network,
            status,
            said,
            source,
            config,
            fault,
            notes,
            service,
            emptied: tokens.emptied(),
        })
    }
}

/// The config as it is now, and the files that were read for it.
async fn read_config(source: &ConfigSource) -> (Result<Loaded, ConfigError>, Vec<PathBuf>) {
    let source = source.clone();
    blocking(move || {
        let mut files = Vec::new();
        (source.load(&mut files), files)
    })
    .await
}

/// The desktops that run already, and the visits that are remembered: none of either for a command line.
async fn left_behind(source: &ConfigSource) -> (Desktops, History) {
    match source.place() {
        Some(place) => (
            Desktops::adopt(place.launcher.clone(), LAST_CLOSE_GRACE).await,
            History::start(place.history()),
        ),
        None => (Desktops::none(), History::in_memory()),
    }
}

async fn start_network(
    source: &ConfigSource,
    gateway: &Arc<Gateway>,
    config: &Arc<Config>,
    links: &Links,
) -> Network {
    Network::start(Beginning {
        gateway: Arc::clone(gateway),
        config: Arc::clone(config),
        shared: links.shared_links_live(),
        interfaces: source.interfaces(),
        certificate: source.place().map(ConfigPlace::certificate).unwrap_or_default(),
        config_file: source.file().map(Path::to_owned),
    })
    .await
}

/// The config to begin with: one with a fault is as good as an empty one, for shells that can show the fault.
fn good_or_empty(
    read: Result<Loaded, ConfigError>,
    despite_faults: bool,
) -> Result<(Loaded, Option<ConfigError>), ConfigError> {
    match read {
        Err(fault) if despite_faults => {
            let empty = Loaded {
                config: Config::empty(),
                warnings: Vec::new(),
            };
            Ok((empty, Some(fault)))
        }
        read => read.map(|loaded| (loaded, None)),
    }
}

/// A lock that its program holds until it ends; none is needed for a command line, since no other program can listen at its
/// address. If the system has no locks there, why.
type Lock = Result<Option<Arc<ProgramLock>>, String>;

/// What an earlier start has left behind. What is read of it must be all that will ever have been written of it.
async fn kept(source: &ConfigSource) -> Result<(Kept, Lock), StartError> {
    let Some(place) = source.place() else {
        return Ok((Kept::nothing(), Ok(None)));
    };
    let lock = only_one::lock(&place.lock()).await?;
    let state_file = place.state.clone();
    let mut kept = blocking(move || state::load(&state_file)).await;
    kept.store = kept.store.under(lock.as_ref().ok().cloned());
    Ok((kept, lock.map(Some)))
}

/// That there is no control socket keeps nobody from serving.
#[cfg(unix)]
async fn start_control(
    source: &ConfigSource,
    listen: Vec<SocketAddr>,
    service: &Service,
    lock: Option<Arc<ProgramLock>>,
    notes: &mut Vec<Notice>,
) -> Option<Control> {
    let place = match source {
        ConfigSource::File(place) => Some(ControlPlace::OfConfig(place.clone())),
        ConfigSource::Arguments(_) => listen.first().copied().map(ControlPlace::At),
    };
    let requests = Requests {
        service: service.clone(),
        config_file: source.file().map(|file| file.display().to_string()),
        listen,
    };
    let started = Control::start(place?, requests, lock).await;
    started
        .map_err(|error| notes.push(Notice::error(format!("{error}."))))
        .ok()
}

/// Opens the token file. One that a config file names was good a moment ago, when that was checked; it is opened once it is
/// mended and the config is read again.
async fn open_tokens(config: &Arc<Config>) -> Result<Arc<Tokens>, StartError> {
    let tokens = Arc::new(Tokens::default());
    match tokens.set_config(Arc::clone(config)).await {
        Err(faults) if config.arguments.is_some() => return Err(faults.into()),
        Err(faults) => tracing::warn!("the token file cannot be served: {faults}"),
        Ok(()) => {}
    }
    Ok(tokens)
}

/// Where tokens are looked up: first among our own links.
fn token_sources(
    config: &Config,
    links: &Arc<Links>,
    tokens: &Arc<Tokens>,
    history: &History,
) -> Vec<Arc<dyn TokenSource>> {
    let raw = |source: Arc<dyn TokenSource>| -> Arc<dyn TokenSource> {
        Arc::new(RawVisits::new(source, history.clone()))
    };
    match &config.arguments {
        None => vec![links.clone(), raw(tokens.clone())],
        Some(arguments) => match &arguments.served {
            Served::TokenFile(_) => vec![raw(tokens.clone())],
            Served::Target(target) => vec![raw(Arc::new(Fixed(target.clone())))],
        },
    }
}
