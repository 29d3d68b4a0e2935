//! What a person at noVNC sees, by the clock: how often the picture changes, and how soon after a key.
//!
//! noVNC draws into a canvas that is not on the page, and copies what has changed to the one that is: once for each
//! update that the server sent.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::page::Page;

/// Calls `seen` with each copy, until it is told that this is enough.
const WATCH: &str = "
    const copy = CanvasRenderingContext2D.prototype.drawImage;
    const watch = (seen) => {
        CanvasRenderingContext2D.prototype.drawImage = function (...args) {
            copy.apply(this, args);
            if (this.canvas.isConnected) seen(this);
        };
    };
    const enough = () => { CanvasRenderingContext2D.prototype.drawImage = copy; };";

/// Counts updates, and the browser's own frames that differ from the one before.
const COUNT: &str = "
    const [idle, spell, done] = arguments;
    let updates = 0, frames = 0, framed = 0, began;
    const frame = () => {
        if (updates !== framed) frames++;
        framed = updates;
        const passed = performance.now() - began;
        if (passed < spell) { requestAnimationFrame(frame); return; }
        enough();
        done([updates, frames].map((count) => (count * 1000) / passed));
    };
    setTimeout(() => {
        watch(() => updates++);
        began = performance.now();
        requestAnimationFrame(frame);
    }, idle);";

/// Presses a key, notes when a pixel in the corner has changed, and does so again after a while.
const PRESS: &str = "
    const [presses, pause, done] = arguments;
    const canvas = document.querySelector('canvas');
    const corner = (context) => context.getImageData(8, 8, 1, 1).data.join();
    const times = [];
    let before = corner(canvas.getContext('2d')), pressed;
    watch((context) => {
        const now = corner(context);
        if (pressed === undefined || now === before) return;
        times.push(performance.now() - pressed);
        pressed = undefined;
        before = now;
        if (times.length < presses) { setTimeout(press, pause); return; }
        enough();
        done(times);
    });
    const press = () => {
        const key = { key: 'a', code: 'KeyA', bubbles: true, cancelable: true };
        pressed = performance.now();
        canvas.dispatchEvent(new KeyboardEvent('keydown', key));
        canvas.dispatchEvent(new KeyboardEvent('keyup', key));
    };
    setTimeout(press, pause);";

/// How long a page warms up before anything is counted.
const WARMING_UP: Duration = Duration::from_millis(500);
/// Between two keys, so that each finds everything at rest.
const BETWEEN_KEYS: Duration = Duration::from_millis(7);

/// How often a picture changes.
pub struct Rate {
    /// Updates of the server that were drawn, in a second.
    pub updates: f64,
    /// Frames of the browser that brought something new, in a second: at most as many as its screen has.
    pub frames: f64,
}

impl Page<'_> {
    /// Counts what is drawn for so long.
    ///
    /// # Errors
    ///
    /// When the page does not answer.
    pub async fn rate(&self, spell: Duration) -> Result<Rate> {
        let arguments = vec![json!(WARMING_UP.as_millis()), json!(spell.as_millis())];
        let script = format!("{WATCH}{COUNT}");
        let counted = self.client.execute_async(&script, arguments).await?;
        let number = |at: usize| counted[at].as_f64().context("a rate that is no number");
        Ok(Rate {
            updates: number(0)?,
            frames: number(1)?,
        })
    }

    /// How many milliseconds after a key the [still scene](crate::pictures::Scene::Still) changed, each of so many times.
    ///
    /// # Errors
    ///
    /// When it does not change.
    pub async fn key_to_picture(&self, presses: usize) -> Result<Vec<f64>> {
        let arguments = vec![json!(presses), json!(BETWEEN_KEYS.as_millis())];
        let script = format!("{WATCH}{PRESS}");
        let times = self.client.execute_async(&script, arguments).await;
        let times = times.context("the picture does not change with each key")?;
        let times = times.as_array().context("times that are no list")?;
        times
            .iter()
            .map(|time| time.as_f64().context("a time that is no number"))
            .collect()
    }
}
