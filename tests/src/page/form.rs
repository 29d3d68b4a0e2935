//! What a person chooses on a page, and what the page looks like then.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use serde_json::json;

use super::Page;

/// Gives whether the radio button, checkbox or switch that is so called is on; null while there is none.
const IS_ON: &str = "
    const named = element => (element.getAttribute('aria-label') ?? element.textContent).trim();
    const all = [...document.querySelectorAll('label:has(input), [role=switch]')];
    const found = all.find(element => named(element).startsWith(arguments[0]));
    if (!found) return null;
    return found.querySelector('input')?.checked ?? found.getAttribute('aria-checked') === 'true';";

impl Page<'_> {
    /// Clicks on the radio button or checkbox whose words begin so.
    ///
    /// # Errors
    ///
    /// When it is not there in time.
    pub async fn choose(&self, words: &str) -> Result<()> {
        let path = format!("//label[starts-with(normalize-space(.), '{words}')][input]");
        self.wait(&format!("“{words}” can be chosen"), async || {
            let label = self.client.find(Locator::XPath(&path)).await?;
            Ok(label.click().await?)
        })
        .await
    }

    /// Waits until the radio button, checkbox or switch whose words begin so is on, or off.
    ///
    /// # Errors
    ///
    /// When it is not so in time.
    pub async fn has_on(&self, words: &str, wanted: bool) -> Result<()> {
        self.wait(&format!("“{words}” is on: {wanted}"), async || {
            let on = self.client.execute(IS_ON, vec![json!(words)]).await?;
            ensure!(on == json!(wanted), "it is {on}");
            Ok(())
        })
        .await
    }

    /// A CSS property of the page, as the browser has computed it.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn style(&self, property: &str) -> Result<String> {
        let read = "return getComputedStyle(document.body).getPropertyValue(arguments[0])";
        let value = self.client.execute(read, vec![json!(property)]).await?;
        Ok(value.as_str().context("no text")?.trim().to_owned())
    }

    /// Waits until a CSS property of the page is so.
    ///
    /// # Errors
    ///
    /// When it is not in time.
    pub async fn has_style(&self, property: &str, wanted: &str) -> Result<()> {
        self.wait(&format!("{property} is {wanted}"), async || {
            let value = self.style(property).await?;
            ensure!(value == wanted, "it is {value}");
            Ok(())
        })
        .await
    }
}
