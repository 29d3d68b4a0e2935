//! The keys for those who put a reverse proxy in front.

use porthole_gateway::{BadProxyNetwork, ProxyNetwork};
use toml::Spanned;
use url::Url;

use super::check::{Checked, Checker};
use crate::texts::say;

impl Checker<'_> {
    /// The address under which a proxy serves us: what links to hand on begin with.
    pub(super) fn public_url(&self, text: Spanned<String>) -> Checked<Url> {
        let url = Url::parse(text.get_ref()).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        });
        url.ok_or_else(|| {
            let cause = say!("config-no-public-url", text = text.get_ref().as_str());
            self.wrong(&text.span(), cause)
        })
    }

    pub(super) fn trusted_proxies(&self, proxies: Vec<Spanned<String>>) -> Checked<Vec<ProxyNetwork>> {
        let network = |text: Spanned<String>| {
            text.get_ref().parse().map_err(|error| {
                let cause = match error {
                    BadProxyNetwork::Malformed => say!("config-no-proxy", text = text.get_ref().as_str()),
                    BadProxyNetwork::Everybody => {
                        say!("config-proxy-everybody", text = text.get_ref().as_str())
                    }
                };
                self.wrong(&text.span(), cause)
            })
        };
        proxies.into_iter().map(network).collect()
    }
}
