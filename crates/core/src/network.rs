//! How other machines reach this one: what is listened on, with which certificate, under which addresses.

mod actor;
mod addresses;
mod certificate;
pub(crate) mod listen;
mod name;
mod own_names;
mod qr;
mod self_test;
mod tls_identity;
mod views;

use std::{path::PathBuf, sync::Arc};

use porthole_gateway::Gateway;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::{config::Config, platform::interfaces::Interfaces};

use actor::NetworkActor;
pub(crate) use addresses::{Addresses, ShareHost};
pub use listen::ListenError;
pub use own_names::MachineNames;
pub(crate) use qr::qr;
pub(crate) use self_test::{ProbeTarget, self_test};
pub use views::{NetworkView, QrView, Reachability};

/// How other machines reach this one, at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NetworkStatus {
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

impl NetworkStatus {
    /// The way by which a link by this host is tried. What a proxy makes of it cannot be seen from here: only whether
    /// we answer to the proxy.
    pub fn way(&self, host: &ShareHost) -> ProbeTarget {
        let encrypted = self.encrypted && host.public.is_none();
        ProbeTarget {
            to: host.to,
            host: host.host.clone(),
            path: self.addresses.path(host),
            // Without a certificate that should be there, nothing is right.
            fingerprint: encrypted.then(|| self.fingerprint.clone().unwrap_or_default()),
            by_proxy: host.public.is_some(),
        }
    }
}

impl From<&NetworkStatus> for NetworkView {
    fn from(status: &NetworkStatus) -> Self {
        Self {
            open: status.addresses.is_open(),
            listening: status.addresses.for_others(),
            encrypted: status.encrypted,
            fingerprint: status.fingerprint.clone().filter(|_| status.generated),
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
    questions: mpsc::Sender<oneshot::Sender<Arc<NetworkStatus>>>,
    status: watch::Receiver<Arc<NetworkStatus>>,
}

/// What a network begins with.
pub(crate) struct Beginning {
    pub gateway: Arc<Gateway>,
    pub config: Arc<Config>,
    /// Whether a link for others lives.
    pub shared: watch::Receiver<bool>,
    pub interfaces: Interfaces,
    /// Where a certificate of the program's own is kept, for configs that can ask for one.
    pub certificate: PathBuf,
    /// The config's file, if it has one, for what is said about it.
    pub config_file: Option<PathBuf>,
}

impl Network {
    /// When this returns, the gateway is reachable as it has to be.
    pub async fn start(beginning: Beginning) -> Self {
        let (questions, asked) = mpsc::channel(1);
        let (config, configs) = watch::channel(Arc::clone(&beginning.config));
        let (told, status) = watch::channel(Arc::default());
        let shared = beginning.shared.clone();
        let keeper = NetworkActor::new(beginning, told);
        let task = tokio::spawn(keeper.keep(configs, shared, asked));
        let view = NetworkWatch { questions, status };
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
    pub fn last(&self) -> Arc<NetworkStatus> {
        Arc::clone(&self.status.borrow())
    }

    /// How others reach this machine now. Links that were made before the call are reachable when it returns.
    pub async fn now(&self) -> Arc<NetworkStatus> {
        let (answer, answered) = oneshot::channel();
        // Nobody answers when the program ends.
        let _ = self.questions.send(answer).await;
        match answered.await {
            Ok(status) => status,
            Err(_) => self.last(),
        }
    }

    /// Changes whenever others reach this machine in another way.
    pub fn changes(&self) -> watch::Receiver<Arc<NetworkStatus>> {
        self.status.clone()
    }
}
