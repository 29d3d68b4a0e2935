//! What a person sees and does on a page, the viewer's above all.

mod form;
mod pictures;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use fantoccini::{
    Client, Locator,
    actions::{InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
    key::Key,
};
use serde_json::json;
use tokio::time::timeout;
use url::Url;

use crate::{deadline::eventually, vnc::Colour};

/// How far a colour may be off when it went through lossy compression.
const TOLERANCE: u8 = 6;

const WHITE: Colour = [255, 255, 255];

/// The remote screen; the last picture of a connection that was lost stands in `.still`.
const SCREEN: &str = "canvas:not(.still canvas)";

/// Marks the screen that is there.
const MARK: &str = "document.querySelector(arguments[0])?.setAttribute('data-seen', '');";

/// Whether there is one without a mark, on which something can be drawn.
const IS_NEW: &str = "return !!document.querySelector(`${arguments[0]}:not([data-seen])`)?.width;";

/// Gives the colour at a place of the remote screen as it is drawn, or null while nothing is.
const PIXEL: &str = "
    const canvas = document.querySelector('canvas:not(.still canvas)');
    if (!canvas || !canvas.width) return null;
    const [x, y] = [arguments[0] * canvas.width, arguments[1] * canvas.height];
    return Array.from(canvas.getContext('2d').getImageData(x, y, 1, 1).data);";

/// Answers once that place of the remote screen has that colour, with the time since the page's navigation began in
/// milliseconds. Colours may be off by what lossy compression does.
const FIRST_FRAME: &str = "
    const [x, y, colour, tolerance, done] = arguments;
    const look = () => {
        const canvas = document.querySelector('canvas:not(.still canvas)');
        const pixel = canvas?.width
            && canvas.getContext('2d').getImageData(x * canvas.width, y * canvas.height, 1, 1).data;
        const there = pixel && colour.every((part, at) => Math.abs(part - pixel[at]) <= tolerance);
        if (there) done(performance.now()); else setTimeout(look, 4);
    };
    look();";

/// Notes the page's own connection to its desktop as soon as something is sent there.
const SEIZE: &str = "
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        window.seized = this;
        return send.call(this, data);
    };";

/// Sends bytes on it, and waits until the server has something to say.
const SEND: &str = "
    const [bytes, done] = arguments;
    window.seized.addEventListener('message', () => done(true), { once: true });
    window.seized.send(new Uint8Array(bytes));";

/// A place on the remote screen, as parts of its width and height.
pub type Place = (f64, f64);

/// In the terminal that `VncServer` opens.
pub const IN_THE_TERMINAL: Place = (0.04, 0.04);

/// Where nothing but the session's colour is.
pub const IN_THE_OPEN: Place = (0.9, 0.9);

/// A page in a browser or a window.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    pub(crate) client: &'a Client,
}

impl<'a> Page<'a> {
    /// The page that this client has before it.
    #[must_use]
    pub fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// What its address bar says.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn url(&self) -> Result<Url> {
        Ok(self.client.current_url().await?)
    }

    /// Loads it anew.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.client.refresh().await?)
    }

    /// All text that can be read on it.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn text(&self) -> Result<String> {
        Ok(self.client.find(Locator::Css("body")).await?.text().await?)
    }

    /// Looks into its first frame from now on.
    ///
    /// # Errors
    ///
    /// When it has none.
    pub async fn enter_frame(&self) -> Result<()> {
        Ok(self.client.enter_frame(0).await?)
    }

    /// What this JavaScript returns.
    ///
    /// # Errors
    ///
    /// When it throws.
    pub async fn evaluate(&self, script: &str) -> Result<serde_json::Value> {
        Ok(self.client.execute(script, vec![]).await?)
    }

    /// Lets the page note when it says this; for benchmarks.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn watch_for(&self, words: &str) -> Result<()> {
        let watch = "
            const words = arguments[0];
            const look = () => {
                if (!window.saidAt && document.body.innerText.includes(words)) window.saidAt = Date.now();
            };
            const all = { childList: true, subtree: true, characterData: true, attributes: true };
            new MutationObserver(look).observe(document.body, all);";
        self.client.execute(watch, vec![json!(words)]).await?;
        Ok(())
    }

    /// When the page said what was [watched for](Self::watch_for), in seconds since 1970.
    ///
    /// # Errors
    ///
    /// When it does not say so.
    pub async fn said_at(&self) -> Result<f64> {
        self.wait("the words that are watched for", async || {
            let time = self.client.execute("return window.saidAt", vec![]).await?;
            Ok(time.as_f64().context("it has not said so")? / 1e3)
        })
        .await
    }

    /// How long after its opening the page first showed this colour [in the open](IN_THE_OPEN); for benchmarks.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn first_frame(&self, colour: Colour) -> Result<Duration> {
        let (x, y) = IN_THE_OPEN;
        let arguments = vec![json!(x), json!(y), json!(colour), json!(TOLERANCE)];
        let time = self.client.execute_async(FIRST_FRAME, arguments).await?;
        let milliseconds = time.as_f64().context("a time that is no number")?;
        Ok(Duration::from_secs_f64(milliseconds / 1e3))
    }

    /// Waits until the page says this.
    ///
    /// # Errors
    ///
    /// When it does not in time; with what it says.
    pub async fn says(&self, words: &str) -> Result<()> {
        self.wait(&format!("the page says “{words}”"), async || {
            ensure!(self.text().await?.contains(words), "it does not");
            Ok(())
        })
        .await
    }

    /// Waits until none of the page's text says this.
    ///
    /// # Errors
    ///
    /// When it still does at the end.
    pub async fn says_no_more(&self, words: &str) -> Result<()> {
        self.wait(&format!("the page no longer says “{words}”"), async || {
            let text = self.text().await?;
            ensure!(!text.contains(words), "it says:\n{text}");
            Ok(())
        })
        .await
    }

    /// Clicks on what has this text or label: a link or a button.
    ///
    /// # Errors
    ///
    /// When it is not there in time.
    pub async fn click(&self, label: &str) -> Result<()> {
        let path = format!("(//a|//button)[normalize-space(.)='{label}' or @aria-label='{label}']");
        self.wait(&format!("“{label}” can be clicked"), async || {
            Ok(self.client.find(Locator::XPath(&path)).await?.click().await?)
        })
        .await
    }

    /// Waits for what is called so, as those hear it who do not see.
    ///
    /// # Errors
    ///
    /// When it is not there in time.
    pub async fn has(&self, label: &str) -> Result<()> {
        let path = format!("//*[@aria-label='{label}' or @alt='{label}']");
        self.wait(&format!("“{label}” is on the page"), async || {
            let there = self.client.find(Locator::XPath(&path)).await?;
            ensure!(there.is_displayed().await?, "it is not seen");
            Ok(())
        })
        .await
    }

    /// The colour at a place of the remote screen.
    ///
    /// # Errors
    ///
    /// When nothing is drawn there yet.
    pub async fn colour(&self, place: Place) -> Result<Colour> {
        let pixel = self
            .client
            .execute(PIXEL, vec![json!(place.0), json!(place.1)])
            .await?;
        let channel = |index: usize| pixel[index].as_u64().and_then(|value| u8::try_from(value).ok());
        let colour = (|| Some([channel(0)?, channel(1)?, channel(2)?]))();
        colour.with_context(|| anyhow!("no picture yet: {pixel}"))
    }

    /// Waits until a place of the remote screen has this colour.
    ///
    /// # Errors
    ///
    /// When it does not in time; with what the page says and shows.
    pub async fn shows(&self, colour: Colour, place: Place) -> Result<()> {
        self.wait(
            &format!("the page shows the colour {colour:?} at {place:?}"),
            async || {
                let seen = self.colour(place).await?;
                let close = seen
                    .iter()
                    .zip(colour)
                    .all(|(seen, wanted)| seen.abs_diff(wanted) <= TOLERANCE);
                ensure!(close, "it shows {seen:?}");
                Ok(())
            },
        )
        .await
    }

    /// Takes the page's connection away by `cut`, and waits until the page has another one: what is typed before that is
    /// for a desktop that is gone, however alive the page still looks.
    ///
    /// # Errors
    ///
    /// When `cut` fails, or there is no other screen in time.
    pub async fn reconnects<T>(&self, cut: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        self.client.execute(MARK, vec![json!(SCREEN)]).await?;
        let done = cut().await?;
        self.wait("the page has connected again", async || {
            let is_new = self.client.execute(IS_NEW, vec![json!(SCREEN)]).await?;
            ensure!(is_new == json!(true), "it has not");
            Ok(())
        })
        .await?;
        Ok(done)
    }

    /// Waits until the remote screen looks otherwise than it does now.
    ///
    /// # Errors
    ///
    /// When it does not in time.
    pub async fn changes(&self) -> Result<()> {
        let picture = "return document.querySelector('canvas:not(.still canvas)')?.toDataURL()";
        let before = self.client.execute(picture, vec![]).await?;
        self.wait("the picture changes", async || {
            let now = self.client.execute(picture, vec![]).await?;
            ensure!(now != before, "it is the same");
            Ok(())
        })
        .await
    }

    /// Clicks into the terminal and types a line there.
    ///
    /// # Errors
    ///
    /// When there is no terminal in time.
    pub async fn types(&self, line: &str) -> Result<()> {
        self.shows(WHITE, IN_THE_TERMINAL).await?;
        let (left, top, width, height) = self.client.find(Locator::Css(SCREEN)).await?.rectangle().await?;
        let x = (left + width * IN_THE_TERMINAL.0).round();
        let y = (top + height * IN_THE_TERMINAL.1).round();
        let click = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveTo { duration: None, x, y })
            .then(PointerAction::Down {
                button: MOUSE_BUTTON_LEFT,
            })
            .then(PointerAction::Up {
                button: MOUSE_BUTTON_LEFT,
            });
        self.client.perform_actions(click).await?;
        let mut keys = KeyActions::new("keys".to_owned());
        for value in line.chars().chain([Key::Enter.into()]) {
            keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        Ok(self.client.perform_actions(keys).await?)
    }

    /// Types into the field with this label.
    ///
    /// # Errors
    ///
    /// When it is not there in time.
    pub async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let path = format!("//input[@id=//label[normalize-space(.)='{label}']/@for]");
        self.wait(&format!("“{label}” can be filled in"), async || {
            let field = self.client.find(Locator::XPath(&path)).await?;
            field.clear().await?;
            Ok(field.send_keys(text).await?)
        })
        .await
    }

    /// What its tab is called.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn title(&self) -> Result<String> {
        Ok(self.client.title().await?)
    }

    /// Whether the browser takes it for one that nobody on the way can have changed.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn is_secure_context(&self) -> Result<bool> {
        Ok(self.client.execute("return isSecureContext", vec![]).await? == json!(true))
    }

    /// Gets hold of the page's connection to its desktop, past all that the page itself holds back. `stir` makes the
    /// page send something.
    ///
    /// # Errors
    ///
    /// When the page sends nothing in time.
    pub async fn seize(&self, stir: impl Fn() -> Result<()>) -> Result<()> {
        self.client.execute(SEIZE, vec![]).await?;
        self.wait("the page sends something", async || {
            stir()?;
            let seized = self.client.execute("return !!window.seized", vec![]).await?;
            ensure!(seized == json!(true), "not yet");
            Ok(())
        })
        .await
    }

    /// Sends RFB messages on the connection that was seized. The server has attended to them when this returns: the last
    /// one has to be one that it answers.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn sends(&self, messages: &[u8]) -> Result<()> {
        self.client.execute_async(SEND, vec![json!(messages)]).await?;
        Ok(())
    }

    /// What of it is seen now, as a PNG.
    ///
    /// # Errors
    ///
    /// When the driver does not answer.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// Waits, and on failure tells what there was to be seen.
    async fn wait<T>(&self, what: &str, probe: impl AsyncFnMut() -> Result<T>) -> Result<T> {
        match eventually(what, probe).await {
            Ok(value) => Ok(value),
            Err(error) => {
                let text = self.text().await.unwrap_or_default();
                let picture = self.save_picture().await;
                Err(error.context(format!("the page says “{text}” and looks like {picture:?}")))
            }
        }
    }

    async fn save_picture(&self) -> Result<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/e2e");
        std::fs::create_dir_all(&folder)?;
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let file = folder.join(format!("{test}.png"));
        // WebKit's driver may wait for ever for a page on which nothing changes.
        let picture = timeout(Duration::from_secs(10), self.picture()).await??;
        std::fs::write(&file, picture)?;
        Ok(file)
    }
}
