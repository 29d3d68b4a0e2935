//! The one task that keeps the gateway reachable as it has to be.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use porthole_gateway::{BindError, Gateway};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::sleep,
};

use super::{
    Addresses, Beginning, NetworkStatus,
    addresses::Outside,
    name::{Known, local_name},
    tls_identity::TlsIdentities,
};
use crate::{
    config::Config,
    network::listen::{ListenError, listen_on, plain},
    platform::interfaces::{Interface, Interfaces},
    texts::say,
};

/// How often the interfaces are looked at while a link for others lives.
const POLL_INTERVAL: Duration = Duration::from_secs(10);

pub(super) struct NetworkActor {
    gateway: Arc<Gateway>,
    interfaces: Interfaces,
    config_file: Option<PathBuf>,
    papers: TlsIdentities,
    known: Option<MadeKnown>,
    told: watch::Sender<Arc<NetworkStatus>>,
}

/// What the network was told, and whether it could be.
struct MadeKnown {
    name: String,
    addresses: Vec<IpAddr>,
    outcome: Result<Known, String>,
}

impl NetworkActor {
    pub fn new(beginning: Beginning, told: watch::Sender<Arc<NetworkStatus>>) -> Self {
        Self {
            gateway: beginning.gateway,
            interfaces: beginning.interfaces,
            config_file: beginning.config_file,
            papers: TlsIdentities::new(beginning.certificate),
            known: None,
            told,
        }
    }

    /// Looks at the interfaces only while somebody may come by them: at rest it only waits.
    pub async fn keep(
        mut self,
        mut configs: watch::Receiver<Arc<Config>>,
        mut shared: watch::Receiver<bool>,
        mut asked: mpsc::Receiver<oneshot::Sender<Arc<NetworkStatus>>>,
    ) {
        let mut asking: Option<oneshot::Sender<_>> = None;
        loop {
            let config = Arc::clone(&configs.borrow_and_update());
            let is_shared = *shared.borrow_and_update();
            let status = Arc::new(self.attune(&config, is_shared).await);
            self.told.send_if_modified(|last| {
                let changed = *last != status;
                *last = Arc::clone(&status);
                changed
            });
            if let Some(asking) = asking.take() {
                // Whoever asked may have given up waiting.
                let _ = asking.send(status);
            }
            tokio::select! {
                Some(answer) = asked.recv() => asking = Some(answer),
                Ok(()) = configs.changed() => {}
                Ok(()) = shared.changed() => {}
                () = sleep(POLL_INTERVAL), if is_shared => {}
                else => return,
            }
        }
    }

    /// Makes the gateway reachable as it has to be now. Encryption comes before anybody else does.
    async fn attune(&mut self, config: &Config, is_shared: bool) -> NetworkStatus {
        let mut interfaces = self.interfaces.list();
        interfaces.retain(|interface| config.takes(&interface.name));
        let papers = self.papers.of(config, &interfaces).await;
        self.gateway.set_identity(papers.identity.clone());
        self.gateway.set_plain(plain(config));
        let mut faults = papers.faults;
        faults.extend(self.listen(config, is_shared, &interfaces).await);
        let listening = self.gateway.addresses();
        let mut outside = Outside {
            encrypted: papers.encrypted,
            base_path: config.base_path.clone(),
            name: None,
            public: config.public_url.clone(),
        };
        let mut addresses = Addresses::new(&listening, &interfaces, outside.clone());
        let ways = (config.mdns && is_shared && addresses.is_open()).then(|| addresses.direct().collect());
        match self.make_known(ways) {
            Ok(Some(name)) => {
                outside.name = Some(name);
                addresses = Addresses::new(&listening, &interfaces, outside);
            }
            Ok(None) => {}
            Err(fault) => faults.push(fault),
        }
        NetworkStatus {
            addresses,
            encrypted: papers.encrypted,
            fingerprint: papers.identity.map(|identity| identity.fingerprint().to_owned()),
            generated: papers.generated,
            faults,
        }
    }

    /// Listens where it has to, and says where it cannot.
    async fn listen(&self, config: &Config, is_shared: bool, interfaces: &[Interface]) -> Vec<String> {
        if config.arguments.is_some() {
            // A command line does not change, and may say more than an address: by which interface of several.
            return Vec::new();
        }
        let before = self.gateway.addresses();
        let wanted = with_ports(&wanted(config, is_shared, interfaces), &before);
        if wanted == before {
            return Vec::new();
        }
        let errors = self.gateway.set_listen(&wanted).await;
        if self.gateway.addresses().is_empty() {
            // Better as before than not at all.
            self.gateway.set_listen(&before).await;
        }
        // An address that has just come or gone is not there yet, or no more; it is looked for again.
        let passing = |error: &BindError| {
            config.listen.is_none() && error.source.kind() == io::ErrorKind::AddrNotAvailable
        };
        let kept = config.port.is_none();
        errors
            .into_iter()
            .filter(|error| !passing(error))
            .map(|error| ListenError::new(error, kept, self.config_file.as_deref()).told())
            .collect()
    }

    /// Tells the network this machine's name, and no longer than it has to; `None` if it has not to.
    fn make_known(&mut self, ways: Option<Vec<SocketAddr>>) -> Result<Option<String>, String> {
        let (Some(ways), Some(name)) = (ways, local_name()) else {
            self.known = None;
            return Ok(None);
        };
        let port = ways.first().map_or(0, SocketAddr::port);
        let addresses: Vec<_> = ways.iter().map(SocketAddr::ip).collect();
        let same = |known: &MadeKnown| known.name == name && known.addresses == addresses;
        if !self.known.as_ref().is_some_and(same) {
            // First an end to the old one, or it would contradict the new one.
            self.known = None;
            let outcome = Known::make(&name, &addresses, port).map_err(|error| {
                say!(
                    "network-name-untold",
                    name = name.as_str(),
                    error = error.to_string()
                )
            });
            self.known = Some(MadeKnown {
                name,
                addresses,
                outcome,
            });
        }
        match &self.known {
            Some(MadeKnown {
                outcome: Err(fault), ..
            }) => Err(fault.clone()),
            known => Ok(known.as_ref().map(|known| known.name.clone())),
        }
    }
}

/// Where to listen: as the config says; without a word from it on this machine, and to others while a link for them lives.
fn wanted(config: &Config, is_shared: bool, interfaces: &[Interface]) -> Vec<IpAddr> {
    let mut wanted = listen_on(config);
    if config.listen.is_none() && is_shared {
        wanted.extend(interfaces.iter().map(|interface| interface.ip));
    }
    wanted
}

/// Links name one port, so all addresses have that of the first; what is listened on already keeps its own.
fn with_ports(wanted: &[IpAddr], before: &[SocketAddr]) -> Vec<SocketAddr> {
    let first = before.first().map_or(0, SocketAddr::port);
    let port = |ip| {
        let at = before.iter().find(|address| address.ip() == ip);
        at.map_or(first, SocketAddr::port)
    };
    wanted.iter().map(|&ip| SocketAddr::new(ip, port(ip))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_let_in_while_a_link_for_them_lives_or_as_the_config_says() {
        let interfaces = ["192.168.7.5", "fd00::5"].map(|ip| Interface {
            name: "wlan0".into(),
            ip: ip.parse().unwrap(),
        });
        let before = ["127.0.0.1:6080".parse().unwrap()];
        let own = "127.0.0.1:6080";
        let everybody = vec![own, "192.168.7.5:6080", "[fd00::5]:6080"];
        for (listen, is_shared, addresses) in [
            (None, false, vec![own]),
            (None, true, everybody),
            (Some("0.0.0.0"), false, vec!["0.0.0.0:6080"]),
            (Some("0.0.0.0"), true, vec!["0.0.0.0:6080"]),
            (Some("127.0.0.1"), true, vec![own]),
        ] {
            let listen = listen.map(|ip| vec![ip.parse().unwrap()]);
            let config = Config {
                listen,
                ..Config::empty()
            };
            let wanted = with_ports(&wanted(&config, is_shared, &interfaces), &before);
            let addresses: Vec<SocketAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
            assert_eq!(wanted, addresses);
        }
    }

    #[test]
    fn a_port_that_is_listened_on_is_kept() {
        let before: Vec<_> = ["127.0.0.1:1", "127.0.0.2:2"]
            .map(|text| text.parse().unwrap())
            .to_vec();
        let wanted = ["127.0.0.2", "127.0.0.3"].map(|ip| ip.parse().unwrap());
        let ports: Vec<_> = with_ports(&wanted, &before)
            .iter()
            .map(SocketAddr::port)
            .collect();
        assert_eq!(ports, [2, 1]);
    }
}
