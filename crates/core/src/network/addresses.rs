//! Under which addresses the gateway is reached, and the links made of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use porthole_gateway::Token;
use url::{ParseError, Url};

use crate::Interface;
use crate::texts::say;

/// Under which addresses the gateway is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// From this machine; `None` before anything is listened on.
    here: Option<SocketAddr>,
    /// From others, the likeliest first.
    others: Vec<ShareHost>,
    outside: Outside,
}

/// One way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShareHost {
    /// The host as links name it: `192.168.7.5`, `[fd00::5]`, `desk.local`.
    pub host: String,
    /// Where that is, for people.
    pub label: String,
    /// Where it leads; of one through a proxy, where the proxy has to lead.
    pub to: SocketAddr,
    /// What links by it begin with, if that is not made of host and port: a proxy serves us there.
    pub public: Option<Url>,
}

/// How links to hand on look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outside {
    /// Whether they are https.
    pub encrypted: bool,
    /// What stands before their path; empty, or as `/novnc`.
    pub base_path: String,
    /// The name that the network knows this machine by, if it is to be offered.
    pub name: Option<String>,
    /// Where a proxy serves us, as the config says.
    pub public: Option<Url>,
}

impl Addresses {
    /// Of a gateway that listens on `listening`, on a machine with these interfaces, the likeliest first.
    pub fn new(listening: &[SocketAddr], interfaces: &[Interface], outside: Outside) -> Self {
        let here = listening
            .iter()
            .find(|address| is_here(address.ip()))
            .or(listening.first());
        let mut others = ways_in(listening, interfaces);
        if let (Some(name), Some(first)) = (&outside.name, others.first()) {
            others.push(ShareHost {
                host: name.clone(),
                label: say!("address-name"),
                to: first.to,
                public: None,
            });
        }
        Self {
            here: here.copied().map(specified),
            others,
            outside,
        }
    }

    /// Whether other machines can connect.
    pub fn is_open(&self) -> bool {
        !self.others.is_empty()
    }

    /// Where others can connect, each address once, as `192.168.7.5:6080`.
    pub fn for_others(&self) -> Vec<String> {
        let mut addresses: Vec<String> = Vec::new();
        for share_host in &self.others {
            let address = share_host.to.to_string();
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        addresses
    }

    /// The address of the gateway's pages, from this machine, without a path.
    pub fn origin(&self) -> String {
        format!("http://{}", self.here())
    }

    /// A link for this machine, which needs neither proxy nor encryption.
    pub fn local_link(&self, token: &Token) -> Result<Url, ParseError> {
        format!("http://{}/v#{}", self.here(), token.expose()).parse()
    }

    /// The ways in for others, the likeliest first: through the proxy, if the config names one, and then those of this
    /// machine. If there are none, the one from this machine.
    pub fn share_hosts(&self) -> Vec<ShareHost> {
        let direct = self.others.iter().cloned();
        let all: Vec<_> = self.public().into_iter().chain(direct).collect();
        match all.is_empty() {
            true => vec![self.share_host_here()],
            false => all,
        }
    }

    /// The way in through the proxy, if the config names one.
    pub fn public(&self) -> Option<ShareHost> {
        let url = self.outside.public.as_ref()?;
        Some(ShareHost {
            host: url.host_str()?.to_owned(),
            label: say!("address-public"),
            to: self.here(),
            public: Some(url.clone()),
        })
    }

    /// A way in by a name that the config has besides; it leads where the likeliest does.
    pub fn by_name(&self, name: &str) -> ShareHost {
        ShareHost {
            host: name.to_owned(),
            label: say!("address-config"),
            to: self.others.first().map_or(self.here(), |first| first.to),
            public: None,
        }
    }

    /// Where others reach this machine without a proxy.
    pub fn direct(&self) -> impl Iterator<Item = SocketAddr> {
        self.others.iter().map(|share_host| share_host.to)
    }

    /// The way in from this machine.
    pub fn share_host_here(&self) -> ShareHost {
        let here = self.here();
        ShareHost {
            host: host(here.ip()),
            label: say!("address-here"),
            to: here,
            public: None,
        }
    }

    /// A link to hand on, by one of these hosts. The token is in the fragment, which browsers send to no server.
    pub fn link(&self, share_host: &ShareHost, token: &Token) -> Result<Url, ParseError> {
        let ShareHost { host, to, public, .. } = share_host;
        let scheme = if self.outside.encrypted { "https" } else { "http" };
        let mut url = match public {
            Some(public) => public.clone(),
            None => format!("{scheme}://{host}:{}", to.port()).parse()?,
        };
        url.set_path(&self.path(share_host));
        url.set_fragment(Some(token.expose()));
        Ok(url)
    }

    /// The path of the page that links to hand on name, by one of these hosts.
    pub fn path(&self, share_host: &ShareHost) -> String {
        let base = share_host
            .public
            .as_ref()
            .map_or(&*self.outside.base_path, Url::path);
        format!("{}/v", base.trim_end_matches('/'))
    }

    fn here(&self) -> SocketAddr {
        self.here.unwrap_or((Ipv4Addr::LOCALHOST, 0).into())
    }
}

/// The order is that of the interfaces; behind them comes what is listened on and on none of them.
fn ways_in(listening: &[SocketAddr], interfaces: &[Interface]) -> Vec<ShareHost> {
    let leads_to = |address: &&SocketAddr, ip: IpAddr| {
        address.ip() == ip || (address.ip().is_unspecified() && address.is_ipv4() == ip.is_ipv4())
    };
    let share_host = |ip: IpAddr, port: u16, label: &str| ShareHost {
        host: host(ip),
        label: label.into(),
        to: (ip, port).into(),
        public: None,
    };
    let of_interfaces = interfaces.iter().filter_map(|Interface { name, ip }| {
        let address = listening.iter().find(|address| leads_to(address, *ip))?;
        Some(share_host(*ip, address.port(), name))
    });
    let known = |ip| interfaces.iter().any(|interface| interface.ip == ip);
    let of_none = listening
        .iter()
        .filter(|address| !is_here(address.ip()) && !known(address.ip()));
    of_interfaces
        .chain(of_none.map(|address| share_host(address.ip(), address.port(), &say!("address-network"))))
        .collect()
}

fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

fn is_here(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified()
}

/// An address that can be connected to: nobody can connect to `0.0.0.0`.
fn specified(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(listening: &[&str], outside: Outside) -> Addresses {
        let interfaces = [
            ("wlan0", "192.168.7.5"),
            ("wlan0", "fd00::5"),
            ("tun0", "10.8.0.2"),
        ];
        let interfaces = interfaces.map(|(name, ip)| Interface {
            name: name.into(),
            ip: ip.parse().unwrap(),
        });
        let listening: Vec<_> = listening.iter().map(|text| text.parse().unwrap()).collect();
        Addresses::new(&listening, &interfaces, outside)
    }

    fn links(addresses: &Addresses) -> Vec<String> {
        let share_hosts = addresses.share_hosts().into_iter();
        let link = |share_host| addresses.link(&share_host, &Token::from("abc")).unwrap().into();
        share_hosts.map(link).collect()
    }

    #[test]
    fn links_name_the_addresses_that_are_listened_on_the_likeliest_first() {
        let cases: [(&[&str], &str, &[&str]); 8] = [
            (&["127.0.0.1:6080"], "127.0.0.1:6080", &[]),
            (&["[::1]:6080"], "[::1]:6080", &[]),
            (
                &["0.0.0.0:6080"],
                "127.0.0.1:6080",
                &["192.168.7.5:6080", "10.8.0.2:6080"],
            ),
            (&["[::]:6080"], "[::1]:6080", &["[fd00::5]:6080"]),
            (
                &["127.0.0.1:6080", "10.8.0.2:6080", "[fd00::5]:6080"],
                "127.0.0.1:6080",
                &["[fd00::5]:6080", "10.8.0.2:6080"],
            ),
            (&["10.8.0.2:6080"], "10.8.0.2:6080", &["10.8.0.2:6080"]),
            (&["10.9.9.9:6080"], "10.9.9.9:6080", &["10.9.9.9:6080"]),
            (
                &["0.0.0.0:6080", "192.168.7.5:6080"],
                "127.0.0.1:6080",
                &["192.168.7.5:6080", "10.8.0.2:6080"],
            ),
        ];
        for (listening, here, others) in cases {
            let addresses = addresses(listening, Outside::default());
            assert_eq!(addresses.origin(), format!("http://{here}"));
            let local = addresses.local_link(&Token::from("abc")).unwrap();
            assert_eq!(local.as_str(), format!("http://{here}/v#abc"));
            assert_eq!(addresses.is_open(), !others.is_empty(), "{listening:?}");
            let named = if others.is_empty() { &[here] } else { others };
            let wanted: Vec<_> = named.iter().map(|name| format!("http://{name}/v#abc")).collect();
            assert_eq!(links(&addresses), wanted, "{listening:?}");
        }
    }

    #[test]
    fn links_to_hand_on_name_what_is_outside_and_those_for_here_do_not() {
        let outside = || Outside {
            encrypted: true,
            base_path: "/novnc".into(),
            name: Some("desk.local".into()),
            public: None,
        };
        let open = addresses(&["127.0.0.1:6080", "192.168.7.5:6080"], outside());
        assert_eq!(
            links(&open),
            [
                "https://192.168.7.5:6080/novnc/v#abc",
                "https://desk.local:6080/novnc/v#abc"
            ]
        );
        let labels = open.share_hosts().into_iter().map(|share_host| share_host.label);
        assert_eq!(labels.collect::<Vec<_>>(), ["wlan0", "name on the network"]);
        let local = open.local_link(&Token::from("abc")).unwrap();
        assert_eq!(local.as_str(), "http://127.0.0.1:6080/v#abc");
        let closed = addresses(&["127.0.0.1:6080"], outside());
        assert_eq!(links(&closed), ["https://127.0.0.1:6080/novnc/v#abc"]);
        assert_eq!(closed.share_hosts()[0].label, "this computer only");
    }

    #[test]
    fn behind_a_proxy_the_first_link_is_the_public_one() {
        for (public, link) in [
            ("https://desk.example.org", "https://desk.example.org/v#abc"),
            (
                "https://desk.example.org/novnc",
                "https://desk.example.org/novnc/v#abc",
            ),
            (
                "https://desk.example.org:8443/a/b/",
                "https://desk.example.org:8443/a/b/v#abc",
            ),
            ("http://[2001:db8::1]/", "http://[2001:db8::1]/v#abc"),
        ] {
            let outside = Outside {
                base_path: "/other".into(),
                public: Some(public.parse().unwrap()),
                ..Outside::default()
            };
            let open = addresses(&["127.0.0.1:6080", "192.168.7.5:6080"], outside.clone());
            assert_eq!(links(&open), [link, "http://192.168.7.5:6080/other/v#abc"]);
            let closed = addresses(&["127.0.0.1:6080"], outside);
            assert_eq!((links(&closed), closed.is_open()), (vec![link.to_owned()], false));
            let local = closed.local_link(&Token::from("abc")).unwrap();
            assert_eq!(local.as_str(), "http://127.0.0.1:6080/v#abc");
        }
    }

    #[test]
    fn a_name_of_the_config_leads_where_the_likeliest_address_does() {
        let open = addresses(&["127.0.0.1:6080", "192.168.7.5:6080"], Outside::default());
        let link = open
            .link(&open.by_name("desk.example"), &Token::from("abc"))
            .unwrap();
        assert_eq!(link.as_str(), "http://desk.example:6080/v#abc");
    }
}
