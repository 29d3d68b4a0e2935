//! Where to listen, as websockify is told.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    str::FromStr,
};

use anyhow::Context;

use crate::masked::mask;

/// `[ADDRESS:]PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// A name or an address without brackets; `None` stands for all addresses.
    host: Option<String>,
    port: u16,
}

impl FromStr for Listen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
        let port = port
            .parse()
            .map_err(|_| "write a port from 0 to 65535, or address:port")?;
        let host = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(host);
        Ok(Self {
            host: Some(host.to_owned()).filter(|host| !host.is_empty()),
            port,
        })
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) if host.contains(':') => write!(f, "[{host}]:{}", self.port),
            Some(host) => write!(f, "{host}:{}", self.port),
            None => write!(f, "port {}", self.port),
        }
    }
}

impl Listen {
    /// A name or an address without brackets; `None` stands for all addresses.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The addresses meant. A name may stand for several; with `prefer_ipv6`, its IPv6 addresses are taken alone if it
    /// has any, as websockify's `-6` does.
    ///
    /// # Errors
    /// A name without addresses.
    pub async fn addresses(&self, prefer_ipv6: bool) -> anyhow::Result<Vec<SocketAddr>> {
        let Some(host) = &self.host else {
            return Ok(self.everywhere());
        };
        let found = tokio::net::lookup_host((host.as_str(), self.port)).await;
        let addresses = found.with_context(|| format!("cannot listen on `{}`", mask(host)))?;
        Ok(chosen(addresses.collect(), prefer_ipv6))
    }

    fn everywhere(&self) -> Vec<SocketAddr> {
        let mut addresses = vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, self.port))];
        // There are machines without IPv6.
        if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
            addresses.push(SocketAddr::from((Ipv6Addr::UNSPECIFIED, self.port)));
        }
        addresses
    }
}

/// Each once, and IPv6 alone if that is preferred and there.
fn chosen(mut addresses: Vec<SocketAddr>, prefer_ipv6: bool) -> Vec<SocketAddr> {
    if prefer_ipv6 && addresses.iter().any(SocketAddr::is_ipv6) {
        addresses.retain(SocketAddr::is_ipv6);
    }
    addresses.sort();
    addresses.dedup();
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_listen() {
        for (text, host, port) in [
            ("6080", None, 6080),
            (":6080", None, 6080),
            ("0", None, 0),
            ("127.0.0.1:6080", Some("127.0.0.1"), 6080),
            ("localhost:6080", Some("localhost"), 6080),
            ("::1:6080", Some("::1"), 6080),
            ("[::1]:6080", Some("::1"), 6080),
        ] {
            assert_eq!(
                text.parse(),
                Ok(Listen {
                    host: host.map(str::to_owned),
                    port
                }),
                "{text}"
            );
        }
        for text in ["", "vnc", "127.0.0.1", "127.0.0.1:", "70000", "-1", "6080 "] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
    }

    #[test]
    fn ipv6_is_preferred_where_there_is_any() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
        let both = addresses(&["127.0.0.1:1", "[::1]:1", "127.0.0.1:1"]);
        assert_eq!(chosen(both.clone(), true), addresses(&["[::1]:1"]));
        assert_eq!(chosen(both, false), addresses(&["127.0.0.1:1", "[::1]:1"]));
        let one = addresses(&["127.0.0.1:1"]);
        assert_eq!(chosen(one.clone(), true), one);
    }

    #[tokio::test]
    async fn the_addresses_that_are_meant() {
        let addresses = async |text: &str| text.parse::<Listen>().unwrap().addresses(false).await.unwrap();
        assert_eq!(
            addresses("127.0.0.1:6080").await,
            ["127.0.0.1:6080".parse().unwrap()]
        );
        assert_eq!(addresses("::1:6080").await, ["[::1]:6080".parse().unwrap()]);
        assert!(
            addresses("localhost:6080")
                .await
                .iter()
                .all(|address| address.ip().is_loopback())
        );
        assert!(addresses("6080").await.contains(&"0.0.0.0:6080".parse().unwrap()));
    }
}
