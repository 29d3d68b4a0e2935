//! How other machines reach this one: what is listened on, with which certificate, under which addresses.

mod addresses;
mod certificate;
mod keeper;
pub(crate) mod listen;
mod name;
mod opens;
mod own_names;
mod papers;
mod qr;
mod views;

use std::{path::PathBuf, sync::Arc};

use porthole_gateway::Gateway;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::{config::Config, platform::interfaces::Interfaces};

pub(crate) use addresses::{Addresses, Entrance};
use keeper::Keeper;
pub use listen::ListenError;
pub(crate) use opens::{Way, opens};
pub use own_names::MachineNames;
pub(crate) use qr::qr;
pub use views::{NetworkView, Opens, QrView};

/// How other machines reach this one, at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outlook {
    /// Under which addresses the gateway is reached.
    pub addresses: Addresses,
    /// Whether links to hand on are https.
    pub encrypted: bool,
    /// The SHA-256 fingerprint of the certificate in use, as browsers show it.
    pub fingerprint: Option<String>,
    /// Whether the program made that certificate itself.
    pub generated: bool,
    /// What is not as it should be, as sentences.
    pub faults: Vec<String>,
}

impl Outlook {
    /// The way by which a link by this entrance is tried. What a proxy makes of it cannot be seen from here: only whether
    /// we answer to the proxy.
    pub fn way(&self, entrance: &Entrance) -> Way {
        let encrypted = self.encrypted && entrance.public.is_none();
        Way {
            to: entrance.to,
            host: entrance.host.clone(),
            path: self.addresses.path(entrance),
            // Without a certificate that should be there, nothing is right.
            fingerprint: encrypted.then(|| self.fingerprint.clone().unwrap_or_default()),
            by_proxy: entrance.public.is_some(),
        }
    }
}

impl From<&Outlook> for NetworkView {
    fn from(outlook: &Outlook) -> Self {
        Self {
            open: outlook.addresses.is_open(),
            listening: outlook.addresses.for_others(),
            encrypted: outlook.encrypted,
            fingerprint: outlook.fingerprint.clone().filter(|_| outlook.generated),
        }
    }
}

/// What keeps the gateway reachable as it has to be: this machine always, others while a link for them lives or as the
/// config says. One task does it, so that nothing is done twice at once. The task ends with this.
pub(crate) struct Network {
    config: watch::Sender<Arc<Config>>,
    view: NetworkWatch,
    task: JoinHandle<()>,
}

/// Asks how other machines reach this one.
#[derive(Clone)]
pub(crate) struct NetworkWatch {
    questions: mpsc::Sender<oneshot::Sender<Arc<Outlook>>>,
    outlook: watch::Receiver<Arc<Outlook>>,
}

/// What a network begins with.
pub(crate) struct Beginning {
    pub gateway: Arc<Gateway>,
    pub config: Arc<Config>,
    /// Whether a link for others lives.
    pub shared: watch::Receiver<bool>,
    pub interfaces: Interfaces,
    /// Where a certificate of the program's own is kept.
    pub certificate: PathBuf,
    /// The config's file, for what is said about it.
    pub config_file: PathBuf,
}

impl Network {
    /// When this returns, the gateway is reachable as it has to be.
    pub async fn start(beginning: Beginning) -> Self {
        let (questions, asked) = mpsc::channel(1);
        let (config, configs) = watch::channel(Arc::clone(&beginning.config));
        let (told, outlook) = watch::channel(Arc::default());
        let shared = beginning.shared.clone();
        let keeper = Keeper::new(beginning, told);
        let task = tokio::spawn(keeper.keep(configs, shared, asked));
        let view = NetworkWatch { questions, outlook };
        view.now().await;
        Self { config, view, task }
    }

    /// What the config is from now on.
    pub fn set_config(&self, config: Arc<Config>) {
        self.config.send_replace(config);
    }

    /// For whoever asks.
    pub fn view(&self) -> &NetworkWatch {
        &self.view
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl NetworkWatch {
    /// How others reach this machine, as it was last seen.
    pub fn last(&self) -> Arc<Outlook> {
        Arc::clone(&self.outlook.borrow())
    }

    /// How others reach this machine now. Links that were made before the call are reachable when it returns.
    pub async fn now(&self) -> Arc<Outlook> {
        let (answer, answered) = oneshot::channel();
        // Nobody answers when the program ends.
        let _ = self.questions.send(answer).await;
        match answered.await {
            Ok(outlook) => outlook,
            Err(_) => self.last(),
        }
    }

    /// Changes whenever others reach this machine in another way.
    pub fn changes(&self) -> watch::Receiver<Arc<Outlook>> {
        self.outlook.clone()
    }
}
