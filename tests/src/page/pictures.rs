//! The small pictures of displays in the window's list.

use anyhow::{Context, Result, ensure};
use fantoccini::{Locator, elements::Element};

use super::{Page, Place};
use crate::{screen::Screen, vnc::Colour};

/// How far a colour may be off: pictures are of sixteen bits.
const TOLERANCE: u8 = 8;

impl Page<'_> {
    /// Waits until the picture with this description has this colour at a place, on the screen that the window is on: a
    /// page may not read the pixels of such a picture.
    ///
    /// # Errors
    ///
    /// When it does not in time.
    pub async fn pictures(
        &self,
        screen: &Screen,
        description: &str,
        colour: Colour,
        place: Place,
    ) -> Result<()> {
        self.wait(&format!("“{description}” shows {colour:?}"), async || {
            let (left, top, width, height) = self.image(description).await?.rectangle().await?;
            let origin = self.client.execute("return [screenX, screenY]", vec![]).await?;
            let origin = |at: usize| origin[at].as_f64().context("the window is nowhere");
            let (x, y) = (
                origin(0)? + left + place.0 * width,
                origin(1)? + top + place.1 * height,
            );
            let seen = screen.colour((x as i16, y as i16))?;
            let mut parts = seen.iter().zip(colour);
            let close = parts.all(|(seen, wanted)| seen.abs_diff(wanted) <= TOLERANCE);
            ensure!(close, "it shows {seen:?}");
            Ok(())
        })
        .await
    }

    /// Clicks on the picture with this description.
    ///
    /// # Errors
    ///
    /// When it is not there in time.
    pub async fn click_picture(&self, description: &str) -> Result<()> {
        self.wait(&format!("“{description}” can be clicked"), async || {
            Ok(self.image(description).await?.click().await?)
        })
        .await
    }

    async fn image(&self, description: &str) -> Result<Element> {
        let path = format!("//img[@alt='{description}']");
        Ok(self.client.find(Locator::XPath(&path)).await?)
    }
}
