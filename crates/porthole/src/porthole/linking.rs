//! Links to the displays that are served.

use url::Url;

use super::Porthole;
use crate::{config::Display, links::NoRandom, state::Saved};

/// A link that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no link could be made: {0}")]
pub struct LinkError(String);

impl Porthole {
    /// A new link for each display, in their order, that works for [`LIFETIME`](crate::LIFETIME).
    ///
    /// # Errors
    /// When the system gives no random numbers. A link that cannot be saved works as long as the program runs; a warning
    /// in the log says so.
    pub async fn new_links(&self) -> Result<Vec<(String, Url)>, LinkError> {
        let mut links = Vec::new();
        for Display { name, .. } in &self.config.displays {
            let (link, saved) = self.copied_link(name)?;
            if let Err(error) = saved.await {
                tracing::warn!("{error}; the link to {name} works until Porthole ends");
            }
            links.push((name.clone(), link));
        }
        Ok(links)
    }

    /// A link to hand on. It works at once, also if it could not be saved.
    pub(crate) fn copied_link(&self, display: &str) -> Result<(Url, impl Saved + use<>), LinkError> {
        let (token, saved) = self.links.to_keep(display)?;
        Ok((self.address.link(&self.config.base_path, &token)?, saved))
    }

    /// A link for the browser of this machine, which may keep it among its bookmarks.
    pub(crate) fn browser_link(&self, display: &str) -> Result<(Url, impl Saved + use<>), LinkError> {
        let (token, saved) = self.links.to_keep(display)?;
        Ok((self.address.local_link(&token)?, saved))
    }

    /// A link for a window of ours, which is gone when the program ends.
    pub(crate) fn window_link(&self, display: &str) -> Result<Url, LinkError> {
        Ok(self.address.local_link(&self.links.until_the_end(display)?)?)
    }
}

impl From<NoRandom> for LinkError {
    fn from(error: NoRandom) -> Self {
        Self(error.to_string())
    }
}

impl From<url::ParseError> for LinkError {
    fn from(error: url::ParseError) -> Self {
        Self(error.to_string())
    }
}
