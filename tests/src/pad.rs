//! A window that tells what was done to it.

use std::cell::RefCell;

use anyhow::{Result, ensure};
use x11rb::{
    COPY_DEPTH_FROM_PARENT,
    connection::Connection,
    protocol::{
        Event,
        xproto::{ConnectionExt, CreateWindowAux, EventMask, KeyButMask, WindowClass},
    },
    rust_connection::RustConnection,
};

use crate::{deadline::eventually, vnc::Colour};

/// A window of one colour on an X display.
pub struct Pad {
    connection: RustConnection,
    presses: RefCell<Vec<Press>>,
}

/// A button of the pointer that was pressed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// As X counts: 1 left, 2 middle, 3 right, 4 and 5 the wheel up and down.
    pub button: u8,
    /// Where, in pixels from the upper left corner of the screen.
    pub at: (i16, i16),
    /// Whether Ctrl was held down.
    pub with_ctrl: bool,
}

impl Pad {
    /// Opens one on a display such as `:1`, with its left upper corner at a place of the screen, and of this size.
    ///
    /// # Errors
    ///
    /// When there is no such display.
    pub fn open(
        display: &str,
        [red, green, blue]: Colour,
        (x, y): (i16, i16),
        (width, height): (u16, u16),
    ) -> Result<Self> {
        let (connection, screen) = x11rb::connect(Some(display))?;
        let root = &connection.setup().roots[screen];
        let look = CreateWindowAux::new()
            .background_pixel(u32::from_be_bytes([0, red, green, blue]))
            .event_mask(EventMask::BUTTON_PRESS);
        let window = connection.generate_id()?;
        let (class, visual) = (WindowClass::INPUT_OUTPUT, root.root_visual);
        connection
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                window,
                root.root,
                x,
                y,
                width,
                height,
                0,
                class,
                visual,
                &look,
            )?
            .check()?;
        connection.map_window(window)?.check()?;
        Ok(Self {
            connection,
            presses: RefCell::default(),
        })
    }

    /// Waits for a press that `is` what was meant. Those before it are forgotten.
    ///
    /// # Errors
    ///
    /// When there is none in time; with those that there were.
    pub async fn feels(&self, what: &str, is: impl Fn(&Press) -> bool) -> Result<Press> {
        eventually(what, async || {
            let mut presses = self.presses.borrow_mut();
            while let Some(event) = self.connection.poll_for_event()? {
                if let Event::ButtonPress(press) = event {
                    presses.push(Press {
                        button: press.detail,
                        at: (press.root_x, press.root_y),
                        with_ctrl: press.state.contains(KeyButMask::CONTROL),
                    });
                }
            }
            let found = presses.iter().position(&is);
            ensure!(found.is_some(), "it felt {presses:?}");
            let felt = presses.drain(..=found.unwrap_or_default()).next_back();
            felt.ok_or_else(|| anyhow::anyhow!("nothing was felt"))
        })
        .await
    }
}
