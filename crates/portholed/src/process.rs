//! This process, as its caller and its signals see it.

use std::{
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use url::Url;

use crate::{
    detach,
    log::Log,
    signals::{Request, Signals},
};

/// This process, while it serves.
pub struct Process {
    pub signals: Signals,
    pub log: Log,
    /// It runs in the background.
    pub detached: bool,
}

impl Process {
    /// Says where it listens and what there is to see, and lets the caller go.
    pub fn ready(
        &self,
        scheme: &str,
        addresses: &[SocketAddr],
        links: &[(String, Url)],
    ) -> anyhow::Result<()> {
        let mut text = format!("{}\n", announcement(scheme, addresses));
        for (name, link) in links {
            text += &format!("{name}\t{link}\n");
        }
        // The caller may not listen.
        let _ = io::stdout().write_all(text.as_bytes());
        if self.detached {
            detach::leave_the_caller(&self.log)
        } else {
            Ok(())
        }
    }

    /// Waits until it is asked to stop. A request to reload opens the log anew, and is passed on.
    pub async fn until_stopped(&mut self, reload: impl AsyncFn()) {
        while self.signals.next().await == Request::Reload {
            self.log.reopen(self.detached);
            reload().await;
        }
        tracing::info!("stopping");
    }
}

/// Scripts wait for these words. Nobody can connect to `0.0.0.0`, so where all addresses are meant it names the loopback
/// one.
fn announcement(scheme: &str, addresses: &[SocketAddr]) -> String {
    let reachable = |address: &SocketAddr| {
        let ip = match address.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        format!("{scheme}://{}", SocketAddr::new(ip, address.port()))
    };
    let urls: Vec<_> = addresses.iter().map(reachable).collect();
    let everywhere = addresses.iter().any(|address| address.ip().is_unspecified());
    let note = if everywhere {
        " (all addresses of this machine)"
    } else {
        ""
    };
    format!("Porthole listens on {}{note}", urls.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced() {
        for (addresses, text) in [
            (&["127.0.0.1:6080"][..], "http://127.0.0.1:6080"),
            (
                &["192.0.2.1:80", "[::1]:80"],
                "http://192.0.2.1:80 and http://[::1]:80",
            ),
            (
                &["0.0.0.0:6080", "[::]:6080"],
                "http://127.0.0.1:6080 and http://[::1]:6080 (all addresses of this machine)",
            ),
        ] {
            let addresses: Vec<_> = addresses.iter().map(|text| text.parse().unwrap()).collect();
            assert_eq!(
                announcement("http", &addresses),
                format!("Porthole listens on {text}")
            );
        }
    }
}
