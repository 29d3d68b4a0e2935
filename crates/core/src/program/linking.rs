//! Links to the displays that are served.

use url::Url;

use super::Porthole;
use crate::{
    DisplayId,
    config::Display,
    sharing::{links::NotMade, state::Saved},
};

/// A link that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LinkError(String);

impl Porthole {
    /// A new link for each display, in their order, that works for [`LIFETIME`](crate::LIFETIME). They name this machine
    /// unless the config says where to listen, or where a proxy serves us: to make them lets nobody else in.
    ///
    /// # Errors
    /// When the system provides no random numbers. A link that cannot be saved works as long as the program runs; a warning
    /// in the log says so.
    pub async fn new_links(&self) -> Result<Vec<(String, Url)>, LinkError> {
        let addresses = &self.service.network.last().addresses;
        let likeliest = addresses.share_hosts().into_iter().next();
        let host = likeliest
            .filter(|host| host.public.is_some() || self.config.listen.is_some())
            .unwrap_or_else(|| addresses.share_host_here());
        drop(self.service.links.retire_links_of_starts());
        let mut links = Vec::new();
        for Display { id, name, .. } in &self.config.displays {
            let (token, saved) = match self.service.links.of_start(id) {
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
    pub(crate) fn browser_link(&self, display: &DisplayId) -> Result<(Url, impl Saved + use<>), LinkError> {
        let (token, saved) = self.service.links.to_keep(display)?;
        Ok((self.service.network.last().addresses.local_link(&token)?, saved))
    }

    /// A link for a window of ours, which is gone when the program ends.
    pub(crate) fn window_link(&self, display: &DisplayId) -> Result<Url, LinkError> {
        let token = self.service.links.until_the_end(display)?;
        Ok(self.service.network.last().addresses.local_link(&token)?)
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
