//! Links for this machine: for its browser, for windows of the program's own, and those that a start prints.

use url::Url;

use super::Service;
use crate::{
    DisplayId,
    config::Display,
    sharing::{links::NotMade, state::Saved},
};

/// A link that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LinkError(String);

impl Service {
    /// A new link for each display, in their order, that works for [`LIFETIME`](crate::LIFETIME); they take the place of
    /// those that earlier starts have printed and nobody has used. They name this machine unless the config says where to
    /// listen, or where a proxy serves us: to make them lets nobody else in.
    ///
    /// # Errors
    /// When the system provides no random numbers. A link that cannot be saved works as long as the program runs; a warning
    /// in the log says so.
    pub async fn links_of_start(&self) -> Result<Vec<(String, Url)>, LinkError> {
        let (config, status) = (self.links.config(), self.network.last());
        let addresses = &status.addresses;
        let likeliest = addresses.share_hosts().into_iter().next();
        let host = likeliest
            .filter(|host| host.public.is_some() || config.listen.is_some())
            .unwrap_or_else(|| addresses.share_host_here());
        drop(self.links.retire_links_of_starts());
        let mut links = Vec::new();
        for Display { id, name, .. } in &config.displays {
            let (token, saved) = match self.links.of_start(id) {
                Err(error @ NotMade::TooMany(_)) => {
                    tracing::warn!("there is no link to {name}: {error}");
                    continue;
                }
                made => made?,
            };
            if let Err(error) = saved.await {
                tracing::warn!("{error}; the link to {name} works until Porthole ends");
            }
            links.push((name.clone(), addresses.link(&host, &token)?));
        }
        Ok(links)
    }

    /// A link for the browser of this machine, which may keep it among its bookmarks.
    ///
    /// # Errors
    /// See [`Service::make_link`].
    pub fn browser_link(&self, display: &DisplayId) -> Result<(Url, impl Saved + use<>), LinkError> {
        let (token, saved) = self.links.to_keep(display)?;
        Ok((self.network.last().addresses.local_link(&token)?, saved))
    }

    /// A link for a window of ours, which is gone when the program ends.
    ///
    /// # Errors
    /// See [`Service::make_link`].
    pub fn window_link(&self, display: &DisplayId) -> Result<Url, LinkError> {
        let token = self.links.until_the_end(display)?;
        Ok(self.network.last().addresses.local_link(&token)?)
    }
}

impl From<NotMade> for LinkError {
    fn from(error: NotMade) -> Self {
        Self(error.to_string())
    }
}

impl From<url::ParseError> for LinkError {
    fn from(error: url::ParseError) -> Self {
        Self(error.to_string())
    }
}
