//! The names that this machine has in its network, beside those that it gives itself.
//!
//! They are looked up once somebody asks for the gateway by a name that it does not know, and not before: nothing is
//! sent to a name server by itself. A name is never ours because it resolves to us, which DNS rebinding makes of any
//! name; it is ours because this machine's own files say so, or because its name server says so of its name or address.

use std::{
    collections::BTreeSet,
    io::Read,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::platform::interfaces::Interfaces;
use dns_lookup::{AddrInfoHints, getaddrinfo, lookup_addr};
use porthole_gateway::{OwnName, OwnNames, open_regular_file};
use tokio::{
    sync::{Mutex, oneshot},
    time::{Instant, timeout},
};

/// How long a visitor is kept waiting for the name server.
const LOOKUP_DEADLINE: Duration = Duration::from_secs(2);
/// How soon names are looked up again for one that was not found, unless the interfaces have changed.
const LOOKUP_INTERVAL: Duration = Duration::from_secs(60);
/// How soon the interfaces are listed again.
const LISTING_INTERVAL: Duration = Duration::from_secs(1);
/// So many addresses are asked for their names; an interface may have dozens of IPv6.
const MAX_ADDRESSES: usize = 16;
/// A hosts file with more names for loopback addresses is a list of blocked sites.
const MAX_LOOPBACK_ALIASES: usize = 64;
/// The largest hosts file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;
/// Ask for the canonical name: the same number on Linux, macOS and Windows.
const AI_CANONNAME: i32 = 2;

/// Looks up this machine's names when they are asked for, and keeps them.
pub struct MachineNames {
    source: Arc<Source>,
    kept: Mutex<Kept>,
}

/// Where names are looked for.
struct Source {
    interfaces: Interfaces,
    hosts: PathBuf,
    resolver: PathBuf,
}

#[derive(Default)]
struct Kept {
    names: BTreeSet<String>,
    addresses: Vec<IpAddr>,
    listed: Option<Instant>,
    looked_up: Option<Instant>,
    /// The answer that was not waited for.
    under_way: Option<oneshot::Receiver<BTreeSet<String>>>,
}

impl MachineNames {
    /// Of this machine, as its system knows it.
    pub fn of_this_machine() -> Self {
        Self::new(Interfaces::System)
    }

    pub(crate) fn new(interfaces: Interfaces) -> Self {
        Self {
            source: Arc::new(Source {
                interfaces,
                hosts: "/etc/hosts".into(),
                resolver: "/etc/resolv.conf".into(),
            }),
            kept: Mutex::default(),
        }
    }
}

impl OwnNames for MachineNames {
    fn has<'a>(&'a self, name: &'a str) -> OwnName<'a> {
        Box::pin(async move {
            let mut kept = self.kept.lock().await;
            kept.list(&self.source.interfaces);
            if !kept.names.contains(name) {
                kept.look_up(&self.source).await;
            }
            kept.names.contains(name)
        })
    }
}

impl Kept {
    /// Names of addresses that this machine no longer has are forgotten.
    fn list(&mut self, interfaces: &Interfaces) {
        if self.listed.is_some_and(|at| at.elapsed() < LISTING_INTERVAL) {
            return;
        }
        self.listed = Some(Instant::now());
        let addresses: Vec<_> = interfaces
            .list()
            .into_iter()
            .map(|interface| interface.ip)
            .collect();
        if addresses != self.addresses {
            *self = Self {
                addresses,
                listed: self.listed,
                ..Self::default()
            };
        }
    }

    /// One lookup at a time: a name server that hangs holds one thread, and visitors for two seconds from its beginning.
    async fn look_up(&mut self, source: &Arc<Source>) {
        let recently = self.looked_up.is_some_and(|at| at.elapsed() < LOOKUP_INTERVAL);
        let mut answer = match self.under_way.take() {
            Some(answer) => answer,
            None if recently => return,
            None => {
                let (tell, answer) = oneshot::channel();
                let (source, addresses) = (Arc::clone(source), self.addresses.clone());
                self.looked_up = Some(Instant::now());
                // A thread of its own: a runtime that ends waits for its own threads, and this one may hang.
                let looking = std::thread::Builder::new().name("own-names".into());
                let started = looking.spawn(move || drop(tell.send(source.names(&addresses))));
                if let Err(error) = started {
                    tracing::debug!(%error, "this machine's names cannot be looked up");
                    return;
                }
                answer
            }
        };
        let asked = self.looked_up.map_or(Duration::ZERO, |at| at.elapsed());
        match timeout(LOOKUP_DEADLINE.saturating_sub(asked), &mut answer).await {
            Ok(Ok(names)) => self.names = names,
            // The thread panicked and said so.
            Ok(Err(_)) => {}
            Err(_) => self.under_way = Some(answer),
        }
    }
}

impl Source {
    /// All names; blocks as long as the name server takes.
    fn names(&self, addresses: &[IpAddr]) -> BTreeSet<String> {
        let node = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let label = node.split('.').next().unwrap_or_default().to_owned();
        let mut names = BTreeSet::new();
        if !label.is_empty() {
            let domains = search_domains(&read(&self.resolver)).into_iter();
            names.extend(domains.map(|domain| format!("{label}.{domain}")));
        }
        names.extend(aliases(&read(&self.hosts), addresses));
        names.extend(canonical(&node));
        let reverse = addresses
            .iter()
            .take(MAX_ADDRESSES)
            .filter_map(|address| lookup_addr(address).ok());
        names.extend(reverse);
        let plain = names
            .into_iter()
            .map(|name| name.trim_end_matches('.').to_ascii_lowercase());
        plain.filter(|name| is_name(name)).collect()
    }
}

/// Whether it is a name, and no address: who has no name is called by that.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !text.is_empty() && text.bytes().all(plain) && text.parse::<IpAddr>().is_err()
}

/// What `hostname -f` says.
fn canonical(node: &str) -> Option<String> {
    let hints = AddrInfoHints {
        flags: AI_CANONNAME,
        ..AddrInfoHints::default()
    };
    let found = getaddrinfo(Some(node), None, Some(hints)).ok()?;
    found.filter_map(Result::ok).find_map(|info| info.canonname)
}

/// The search list of a resolv.conf; the last of its lines counts (resolv.conf(5)).
fn search_domains(text: &str) -> Vec<String> {
    let mut domains = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        if matches!(words.next(), Some("search" | "domain")) {
            domains = words.map(|word| word.trim_end_matches('.').to_owned()).collect();
            domains.retain(|domain| !domain.is_empty());
        }
    }
    domains
}

/// The names that a hosts file has for these addresses and for loopback.
fn aliases(text: &str, addresses: &[IpAddr]) -> Vec<String> {
    let (mut own, mut loopback) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let Some(Ok(address)) = words.next().map(str::parse::<IpAddr>) else {
            continue;
        };
        let address = address.to_canonical();
        if addresses.contains(&address) {
            own.extend(words.map(str::to_owned));
        } else if address.is_loopback() {
            loopback.extend(words.map(str::to_owned));
        }
    }
    if loopback.len() <= MAX_LOOPBACK_ALIASES {
        own.extend(loopback);
    }
    own
}

/// What a file says; nothing if it cannot be read.
fn read(path: &Path) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = open_regular_file(path) {
        // As far as it can be read.
        let _ = file.take(MAX_FILE_BYTES).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Interface;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_search_list_is_the_last_one() {
        for (text, domains) in [
            ("", &[][..]),
            ("nameserver 192.0.2.1\nsearch fritz.box\n", &["fritz.box"]),
            (
                "domain a.example\nsearch b.example c.example.\n# search d.example\n",
                &["b.example", "c.example"],
            ),
            ("search .\n", &[]),
        ] {
            assert_eq!(search_domains(text), domains, "{text}");
        }
    }

    #[test]
    fn aliases_are_those_of_our_own_addresses() {
        let text = "127.0.0.1 localhost myapp.test\n127.0.1.1\tdesk.fritz.box desk # mine\n192.0.2.5 desk.lan\n\
                    192.0.2.9 other.lan\n0.0.0.0 ads.example\n# 192.0.2.5 no.lan\nnonsense x\n";
        assert_eq!(
            aliases(text, &[ip("192.0.2.5")]),
            ["desk.lan", "localhost", "myapp.test", "desk.fritz.box", "desk"]
        );
        // A list of blocked sites makes none of them ours.
        let blocked: String = (0..100).map(|i| format!("127.0.0.1 ads{i}.example\n")).collect();
        assert_eq!(
            aliases(&(blocked + "192.0.2.5 desk.lan\n"), &[ip("192.0.2.5")]),
            ["desk.lan"]
        );
    }

    fn names(folder: &Path, addresses: &[&str]) -> MachineNames {
        let interface = |text: &&str| Interface {
            name: "wlan0".into(),
            ip: ip(text),
        };
        MachineNames {
            source: Arc::new(Source {
                interfaces: Interfaces::Listed(addresses.iter().map(interface).collect()),
                hosts: folder.join("hosts"),
                resolver: folder.join("resolv.conf"),
            }),
            kept: Mutex::default(),
        }
    }

    #[tokio::test]
    async fn names_are_those_of_the_files_and_nothing_that_only_resolves_to_us() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("hosts"),
            "127.0.1.1 desk.lan\n192.0.2.9 other.lan\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("resolv.conf"), "search fritz.box\n").unwrap();
        let names = names(folder.path(), &[]);
        let node = rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .to_lowercase();
        let label = node.split('.').next().unwrap();
        // The name server may hang, and its answer come later.
        let found = async { while !names.has("desk.lan").await {} };
        timeout(Duration::from_secs(60), found).await.unwrap();
        assert!(names.has(&format!("{label}.fritz.box")).await);
        for foreign in [
            "other.lan",
            "fritz.box",
            "evil.example",
            "localhost.evil.example",
            "",
            "127.0.0.1",
        ] {
            assert!(!names.has(foreign).await, "{foreign}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn names_are_looked_up_once_and_anew_when_the_interfaces_change() {
        let mut kept = Kept::default();
        let interfaces = |addresses: &[&str]| {
            let interface = |text: &&str| Interface {
                name: "wlan0".into(),
                ip: ip(text),
            };
            Interfaces::Listed(addresses.iter().map(interface).collect())
        };
        kept.list(&interfaces(&["192.0.2.5"]));
        kept.names.insert("desk.lan".into());
        kept.looked_up = Some(Instant::now());
        tokio::time::advance(LISTING_INTERVAL).await;
        kept.list(&interfaces(&["192.0.2.5"]));
        assert!(kept.names.contains("desk.lan") && kept.looked_up.is_some());
        tokio::time::advance(LISTING_INTERVAL).await;
        kept.list(&interfaces(&["192.0.2.6"]));
        assert!(kept.names.is_empty() && kept.looked_up.is_none());
    }
}
