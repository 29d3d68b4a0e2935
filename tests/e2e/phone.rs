//! A phone: a small screen, fingers, a keyboard on the screen.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use porthole_tests::{
    deadline::eventually,
    home::Home,
    pad::{Pad, Press},
    page::{IN_THE_OPEN, IN_THE_TERMINAL, Place},
    phone::{ON_ITS_SIDE, Phone, UPRIGHT},
    portholed::Portholed,
    process::run,
    programs::program,
    screen::Screen,
    vnc::Colour,
};
use serde_json::Value;

use crate::displays::{Displays, RED};

const GREEN: Colour = [30, 140, 70];

/// What Alice's desktop measures.
const DESKTOP: (f64, f64) = (800.0, 600.0);

/// Alice's desktop on a phone that came by a link.
struct Visit {
    displays: Displays,
    home: Home,
    phone: Phone,
    _portholed: Portholed,
}

impl Visit {
    async fn begin() -> Result<Self> {
        let (displays, home) = (Displays::start().await?, Home::new()?);
        displays.configure_alice(&home, "")?;
        let portholed = Portholed::start(&home, &[]).await?;
        let phone = Phone::start().await?;
        let page = phone.open(&portholed.link("Alice").await?).await?;
        page.shows(RED, IN_THE_OPEN).await?;
        Ok(Self {
            displays,
            home,
            phone,
            _portholed: portholed,
        })
    }

    /// A green window on the desktop that tells what fingers do to it.
    async fn pad(&self) -> Result<Pad> {
        let pad = Pad::open(&self.displays.alices.display, GREEN, (300, 250), (450, 300))?;
        self.phone.page().shows(GREEN, place((500, 400))).await?;
        Ok(pad)
    }

    /// Touches a place of the desktop, and sees that it was clicked there.
    async fn clicks_at(&self, pad: &Pad, at: (i16, i16)) -> Result<()> {
        self.phone.touch(&[place(at)]).await?;
        pad.feels(&format!("a click at {at:?}"), |press| {
            press.button == 1 && is_close(press, at)
        })
        .await?;
        Ok(())
    }

    /// The session that there is.
    fn session(&self) -> Result<Value> {
        let list = run(self
            .home
            .command(program("portholed")?)
            .args(["sessions", "--json"]))?;
        let list: Value = serde_json::from_str(&list)?;
        let [session] = &list.as_array().context("no list")?[..] else {
            anyhow::bail!("not one session: {list}");
        };
        Ok(session["id"].clone())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.displays.alice.home().path().join(name)
    }
}

/// A pixel of Alice's desktop as parts of its width and height.
fn place((x, y): (i16, i16)) -> Place {
    (f64::from(x) / DESKTOP.0, f64::from(y) / DESKTOP.1)
}

/// A phone's pixel is some of the desktop's.
fn is_close(press: &Press, (x, y): (i16, i16)) -> bool {
    press.at.0.abs_diff(x) <= 3 && press.at.1.abs_diff(y) <= 3
}

#[tokio::test]
async fn what_is_typed_on_a_phone_arrives_with_the_keys_that_its_keyboard_lacks() -> Result<()> {
    let visit = Visit::begin().await?;
    let phone = &visit.phone;
    phone.touch(&[IN_THE_TERMINAL]).await?;
    phone.show_keyboard().await?;
    phone.write("cat > typed").await?;
    phone.enter().await?;
    phone.write("hello ").await?;
    phone.write("phone").await?;
    for key in ["Tab", "Esc", "Up"] {
        phone.tap(key).await?;
    }
    phone.enter().await?;
    phone.tap("Ctrl").await?;
    phone.write("d").await?;
    phone.tap("Ctrl").await?;
    phone.write("mv typed proof").await?;
    phone.enter().await?;

    let proof = visit.file("proof");
    eventually("what was typed is done", async || {
        visit.displays.alice.owns(&proof)
    })
    .await?;
    let typed = fs::read_to_string(&proof)?;
    ensure!(typed == "hello phone\t\u{1b}\u{1b}[A\n", "{typed:?}");
    phone.has_no_errors().await
}

#[tokio::test]
async fn fingers_click_scroll_and_zoom_where_they_touch() -> Result<()> {
    let visit = Visit::begin().await?;
    let (pad, phone) = (visit.pad().await?, &visit.phone);
    visit.clicks_at(&pad, (400, 300)).await?;
    visit.clicks_at(&pad, (700, 500)).await?;

    let two = [place((450, 400)), place((600, 400))];
    phone.touch(&two).await?;
    pad.feels("a click with the right button", |press| press.button == 3)
        .await?;

    // Content follows the fingers, as on all phones: upwards shows what is further down.
    let upwards = two.map(|(x, y)| ((x, y), (x, y - 0.25)));
    phone.drag(&upwards).await?;
    pad.feels("the wheel turned down", |press| {
        press.button == 5 && !press.with_ctrl
    })
    .await?;
    let downwards = upwards.map(|(from, to)| (to, from));
    phone.drag(&downwards).await?;
    pad.feels("the wheel turned up", |press| {
        press.button == 4 && !press.with_ctrl
    })
    .await?;

    let [left, right] = two;
    let apart = [
        (left, (left.0 - 0.15, left.1)),
        (right, (right.0 + 0.15, right.1)),
    ];
    phone.drag(&apart).await?;
    pad.feels("the wheel turned with Ctrl", |press| {
        press.button == 4 && press.with_ctrl
    })
    .await?;
    phone.has_no_errors().await
}

/// The desktop has its keyboard as it was before, whatever fingers did.
#[tokio::test]
async fn a_pinch_leaves_locks_and_modifiers_as_they_are() -> Result<()> {
    let visit = Visit::begin().await?;
    let (pad, phone) = (visit.pad().await?, &visit.phone);
    let screen = Screen::connect(&visit.displays.alices.display)?;
    let (left, right) = (place((450, 400)), place((600, 400)));
    let apart = [
        (left, (left.0 - 0.15, left.1)),
        (right, (right.0 + 0.15, right.1)),
    ];
    for lock in [None, Some("CapsLock"), Some("NumLock")] {
        let before = screen.modifiers()?;
        if let Some(key) = lock {
            visit.clicks_at(&pad, (400, 300)).await?;
            phone.press_lock(key).await?;
            eventually(&format!("{key} is on"), async || {
                ensure!(screen.modifiers()? != before, "nothing has changed");
                Ok(())
            })
            .await?;
        }
        let locks = screen.modifiers()?;
        // At the second the page knows what the desktop's locks are.
        for _ in 0..2 {
            phone.drag(&apart).await?;
            pad.feels("the wheel turned with Ctrl", |press| press.with_ctrl)
                .await?;
            // What comes after it has seen all of it.
            visit.clicks_at(&pad, (400, 300)).await?;
        }
        let now = screen.modifiers()?;
        ensure!(now == locks, "{lock:?}: {locks:?} became {now:?}");
    }
    phone.has_no_errors().await
}

#[tokio::test]
async fn a_turned_phone_keeps_its_session_and_everything_fits() -> Result<()> {
    let visit = Visit::begin().await?;
    let (pad, phone) = (visit.pad().await?, &visit.phone);
    let session = visit.session()?;
    let bar = [
        "On-screen keyboard",
        "Keys",
        "Clipboard",
        "View",
        "Disconnect",
        "Hide controls",
    ];
    let row = ["Esc", "Tab", "Ctrl", "Alt", "Left", "Up", "Down", "Right"];
    for (screen, width) in [(UPRIGHT, 360.0), (ON_ITS_SIDE, 480.0), (UPRIGHT, 360.0)] {
        phone.turn(screen).await?;
        eventually("the picture fills the screen", async || {
            let size = phone.picture_size().await?;
            ensure!((size.0 - width).abs() < 1.0, "it measures {size:?}");
            Ok(())
        })
        .await?;
        visit.clicks_at(&pad, (400, 300)).await?;
        phone.unfold().await?;
        phone.fits(&bar).await?;
        phone.tap("Hide controls").await?;
        phone.show_keyboard().await?;
        phone.fits(&row).await?;
        // The bar takes the place of the keyboard.
        phone.unfold().await?;
        phone.tap("Hide controls").await?;
    }
    let now = visit.session()?;
    ensure!(now == session, "session {now} instead of {session}");
    phone.has_no_errors().await
}
