//! A phone: a small screen, fingers instead of a mouse, a keyboard that composes.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::{
    Client, Locator,
    actions::{InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, PointerAction, TouchActions},
    elements::Element,
    key::Key,
};
use serde_json::{Value, json};

use crate::{
    browser::{Browser, DevTools},
    deadline::eventually,
    page::{Page, Place},
};

/// Its screen held upright, in CSS pixels.
pub const UPRIGHT: (u16, u16) = (360, 740);

/// Its screen on its side.
pub const ON_ITS_SIDE: (u16, u16) = (740, 360);

/// What is drawn of everything that can be pressed, and whether all of it is on the screen.
const BUTTONS: &str = "
    const seen = [...document.querySelectorAll('button')].filter((button) => button.checkVisibility());
    return seen.map((button) => {
        const { left, right, top, bottom } = button.getBoundingClientRect();
        const inside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
        return [button.getAttribute('aria-label') ?? button.innerText.trim(), inside];
    });";

/// Whether something on the page is still on its way to its place.
const MOVING: &str = "return document.getAnimations().some((each) => each.playState === 'running')";

/// How much wider than the screen the page is.
const OVERFLOW: &str = "return document.documentElement.scrollWidth - innerWidth";

/// Chromium that behaves as on a phone.
pub struct Phone {
    browser: Browser,
}

impl Phone {
    /// Takes one, held upright.
    ///
    /// # Errors
    ///
    /// When Chromium or its driver does not start.
    pub async fn start() -> Result<Self> {
        let browser = Browser::start_as_phone(UPRIGHT).await?;
        Ok(Self { browser })
    }

    /// Opens a URL.
    ///
    /// # Errors
    ///
    /// When the browser cannot load it.
    pub async fn open(&self, url: &str) -> Result<Page<'_>> {
        self.browser.open(url).await
    }

    /// What it shows now.
    #[must_use]
    pub fn page(&self) -> Page<'_> {
        self.browser.page()
    }

    /// Fails when pages had errors since this was asked last.
    ///
    /// # Errors
    ///
    /// All those errors.
    pub async fn has_no_errors(&self) -> Result<()> {
        self.browser.has_no_errors().await
    }

    /// Turns it, or lets its keyboard cover a part of its screen: that is what is left, in CSS pixels.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn turn(&self, (width, height): (u16, u16)) -> Result<()> {
        let orientation = if width > height {
            json!({ "type": "landscapePrimary", "angle": 90 })
        } else {
            json!({ "type": "portraitPrimary", "angle": 0 })
        };
        let metrics = json!({
            "width": width,
            "height": height,
            "deviceScaleFactor": 2,
            "mobile": true,
            "screenOrientation": orientation,
        });
        self.tell("Emulation.setDeviceMetricsOverride", metrics).await?;
        self.tell(
            "Emulation.setTouchEmulationEnabled",
            json!({ "enabled": true, "maxTouchPoints": 5 }),
        )
        .await
    }

    /// Touches the button of that label, or whose text this is.
    ///
    /// # Errors
    ///
    /// When it is not there in time.
    pub async fn tap(&self, label: &str) -> Result<()> {
        let path = format!("//button[normalize-space(.)='{label}' or @aria-label='{label}']");
        self.tap_on(Locator::XPath(&path)).await
    }

    /// Unfolds the viewer's bar, by its handle, which is called by all that stands on it.
    ///
    /// # Errors
    ///
    /// When it is not there in time.
    pub async fn unfold(&self) -> Result<()> {
        self.tap_on(Locator::Css("button.handle")).await
    }

    /// Touches these places of the remote screen at once, and lets go.
    ///
    /// # Errors
    ///
    /// When there is no remote screen.
    pub async fn touch(&self, places: &[Place]) -> Result<()> {
        let ways: Vec<_> = places.iter().map(|&place| (place, place)).collect();
        self.drag(&ways).await
    }

    /// Touches places of the remote screen at once, one finger each, and drags each to another.
    ///
    /// # Errors
    ///
    /// When there is no remote screen.
    pub async fn drag(&self, ways: &[(Place, Place)]) -> Result<()> {
        let (left, top, width, height) = self
            .client()
            .find(Locator::Css("canvas"))
            .await?
            .rectangle()
            .await?;
        let point = |(x, y): Place| (left + width * x, top + height * y);
        let fingers = ways
            .iter()
            .enumerate()
            .map(|(number, &(from, to))| finger(number, point(from), point(to)));
        Ok(self.client().perform_actions(fingers.collect::<Vec<_>>()).await?)
    }

    /// Shows its keyboard, by the viewer's button.
    ///
    /// # Errors
    ///
    /// When the button is not there, or does not show it.
    pub async fn show_keyboard(&self) -> Result<()> {
        self.unfold().await?;
        self.tap("On-screen keyboard").await?;
        eventually("the keyboard writes into a field", async || {
            let active = "return document.activeElement instanceof HTMLTextAreaElement";
            ensure!(
                self.client().execute(active, vec![]).await? == json!(true),
                "it does not"
            );
            Ok(())
        })
        .await
    }

    /// Writes a text on its keyboard, which composes: letter by letter, with all of it each time, and then as a whole.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn write(&self, text: &str) -> Result<()> {
        let begun = text.char_indices().skip(1).map(|(end, _)| &text[..end]);
        for text in begun {
            let end = text.encode_utf16().count();
            let composed = json!({ "text": text, "selectionStart": end, "selectionEnd": end });
            self.tell("Input.imeSetComposition", composed).await?;
        }
        self.tell("Input.insertText", json!({ "text": text })).await
    }

    /// Presses Enter on its keyboard.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn enter(&self) -> Result<()> {
        let value = Key::Enter.into();
        let keys = KeyActions::new("keys".to_owned());
        let keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        Ok(self.client().perform_actions(keys).await?)
    }

    /// Presses a lock key of a keyboard that is connected to it: `CapsLock` or `NumLock`.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn press_lock(&self, key: &str) -> Result<()> {
        for kind in ["rawKeyDown", "keyUp"] {
            let event = json!({ "type": kind, "key": key, "code": key });
            self.tell("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }

    /// Sees that all of the page is on the screen, and that these can be pressed.
    ///
    /// # Errors
    ///
    /// When something is not in time; with what.
    pub async fn fits(&self, labels: &[&str]) -> Result<()> {
        eventually(&format!("{labels:?} fit on the screen"), async || {
            let overflow = self.client().execute(OVERFLOW, vec![]).await?;
            ensure!(
                overflow.as_i64().is_some_and(|more| more <= 0),
                "the page is wider by {overflow}"
            );
            let buttons: Vec<(String, bool)> =
                serde_json::from_value(self.client().execute(BUTTONS, vec![]).await?)?;
            let all_inside = buttons.iter().all(|(_, inside)| *inside);
            let all_there = labels
                .iter()
                .all(|label| buttons.iter().any(|(seen, _)| seen == label));
            ensure!(all_inside && all_there, "{buttons:?}");
            Ok(())
        })
        .await
    }

    /// The remote screen as it is drawn: its width and height in CSS pixels.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn picture_size(&self) -> Result<(f64, f64)> {
        let (_, _, width, height) = self
            .client()
            .find(Locator::Css("canvas"))
            .await?
            .rectangle()
            .await?;
        Ok((width, height))
    }

    /// Nobody touches what still moves.
    async fn tap_on(&self, what: Locator<'_>) -> Result<()> {
        eventually(&format!("{what:?} can be touched"), async || {
            let button = self.client().find(what).await?;
            let moving = self.client().execute(MOVING, vec![]).await?;
            ensure!(moving == json!(false), "the page moves");
            let place = middle(&button).await?;
            Ok(self.client().perform_actions(finger(0, place, place)).await?)
        })
        .await
    }

    async fn tell(&self, command: &'static str, parameters: Value) -> Result<()> {
        let told = DevTools { command, parameters };
        self.client()
            .issue_cmd(told)
            .await
            .with_context(|| command.to_owned())?;
        Ok(())
    }

    fn client(&self) -> &Client {
        self.browser.client()
    }
}

async fn middle(button: &Element) -> Result<(f64, f64)> {
    let (left, top, width, height) = button.rectangle().await?;
    ensure!(width > 0.0, "nothing is drawn of it");
    Ok((left + width / 2.0, top + height / 2.0))
}

/// One finger, put down at a point of the page, moved in steps as the screen would tell of them, and lifted.
fn finger(number: usize, from: (f64, f64), to: (f64, f64)) -> TouchActions {
    const STEPS: u8 = 8;
    let at = |(x, y): (f64, f64)| PointerAction::MoveTo {
        duration: Some(Duration::from_millis(16)),
        x: x.round(),
        y: y.round(),
    };
    let button = MOUSE_BUTTON_LEFT;
    let mut finger = TouchActions::new(format!("finger {number}"))
        .then(at(from))
        .then(PointerAction::Down { button });
    if from != to {
        for step in 1..=STEPS {
            let part = f64::from(step) / f64::from(STEPS);
            finger = finger.then(at((
                from.0 + (to.0 - from.0) * part,
                from.1 + (to.1 - from.1) * part,
            )));
        }
    }
    finger.then(PointerAction::Up { button })
}
