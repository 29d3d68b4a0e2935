//! What is on an X screen, and what a window manager would do there.

use anyhow::{Context, Result, bail};
use x11rb::{
    connection::Connection,
    protocol::xproto::{
        AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, ImageFormat, KeyButMask, MapState, Window,
    },
    rust_connection::RustConnection,
};

use crate::vnc::Colour;

/// A connection to an X screen that has no window manager.
pub struct Screen {
    connection: RustConnection,
    root: Window,
}

impl Screen {
    /// Connects to a display such as `:1`.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn connect(display: &str) -> Result<Self> {
        let (connection, number) = x11rb::connect(Some(display))?;
        let root = connection.setup().roots[number].root;
        Ok(Self { connection, root })
    }

    /// The titles of all windows that can be seen.
    ///
    /// # Errors
    ///
    /// When the X server is gone.
    pub fn titles(&self) -> Result<Vec<String>> {
        Ok(self.visible()?.into_iter().map(|(_, title)| title).collect())
    }

    /// Asks the window of that title to close, as the cross in its corner does.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn close(&self, title: &str) -> Result<()> {
        let window = self.window(title)?;
        let protocols = self.atom("WM_PROTOCOLS")?;
        let data = [self.atom("WM_DELETE_WINDOW")?, x11rb::CURRENT_TIME, 0, 0, 0];
        let message = ClientMessageEvent::new(32, window, protocols, data);
        self.connection
            .send_event(false, window, EventMask::NO_EVENT, message)?
            .check()?;
        Ok(())
    }

    /// The number of the window of that title, as other X programs want it.
    ///
    /// # Errors
    ///
    /// When there is none that can be seen.
    pub fn window(&self, title: &str) -> Result<u32> {
        let mut visible = self.visible()?.into_iter();
        let (window, _) = visible
            .find(|(_, seen)| seen == title)
            .context("no such window")?;
        Ok(window)
    }

    /// The colour at a place, in pixels from the upper left corner.
    ///
    /// # Errors
    ///
    /// When the X server is gone.
    pub fn colour(&self, (x, y): (i16, i16)) -> Result<Colour> {
        let picture = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, x, y, 1, 1, u32::MAX)?
            .reply()?;
        match picture.data[..] {
            [blue, green, red, _] => Ok([red, green, blue]),
            _ => bail!("the screen has a depth of {} bits, and not 24", picture.depth),
        }
    }

    /// How many colours are to be seen on it.
    ///
    /// # Errors
    ///
    /// When the X server is gone.
    pub fn colours(&self) -> Result<usize> {
        let (width, height) = self.size()?;
        let format = ImageFormat::Z_PIXMAP;
        let picture = self
            .connection
            .get_image(format, self.root, 0, 0, width, height, u32::MAX)?
            .reply()?;
        let mut pixels: Vec<_> = picture.data.chunks(4).collect();
        pixels.dedup();
        pixels.sort_unstable();
        pixels.dedup();
        Ok(pixels.len())
    }

    /// Where the pointer is, in pixels from the upper left corner.
    ///
    /// # Errors
    ///
    /// When the X server is gone.
    pub fn pointer(&self) -> Result<(i16, i16)> {
        let pointer = self.connection.query_pointer(self.root)?.reply()?;
        Ok((pointer.root_x, pointer.root_y))
    }

    /// Which modifiers are down, and which locks are on: Caps Lock is `LOCK`, Num Lock usually `MOD2`.
    ///
    /// # Errors
    ///
    /// When the X server is gone.
    pub fn modifiers(&self) -> Result<KeyButMask> {
        let mask = self.connection.query_pointer(self.root)?.reply()?.mask;
        // The buttons of the pointer stand above them.
        Ok((u16::from(mask) & 0xff).into())
    }

    /// Its width and height in pixels, now.
    ///
    /// # Errors
    ///
    /// When the X server is gone.
    pub fn size(&self) -> Result<(u16, u16)> {
        let geometry = self.connection.get_geometry(self.root)?.reply()?;
        Ok((geometry.width, geometry.height))
    }

    fn visible(&self) -> Result<Vec<(Window, String)>> {
        let mut visible = Vec::new();
        for window in self.connection.query_tree(self.root)?.reply()?.children {
            // A window may go while it is looked at.
            let Ok(attributes) = self.connection.get_window_attributes(window)?.reply() else {
                continue;
            };
            let Ok(title) = self
                .connection
                .get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 256)?
                .reply()
            else {
                continue;
            };
            if attributes.map_state == MapState::VIEWABLE && !title.value.is_empty() {
                visible.push((window, String::from_utf8_lossy(&title.value).into_owned()));
            }
        }
        Ok(visible)
    }

    fn atom(&self, name: &str) -> Result<u32> {
        Ok(self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }
}
