use crate::gather::Gather;
use crate::printable::printable;
use porthole_phrase::phrase;

use crate::{MAX_TEXT, ServerError};

/// Width, height, pixel format and the length of the name.
const FIXED_BYTES: usize = 24;

/// Reads ServerInit, the VNC server's description of its screen (RFC 6143 §7.3.2).
///
/// It only looks: the same bytes are to be passed on to the viewer unchanged.
#[derive(Debug, Default)]
pub struct ServerInit {
    gather: Gather,
}

/// What a VNC server says about its screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInitInfo {
    /// Pixels from left to right.
    pub width: u16,
    /// Pixels from top to bottom.
    pub height: u16,
    /// The desktop's name, made fit to be shown: on one line, without control characters.
    pub name: String,
}

impl ServerInit {
    /// A reader at the first byte after ClientInit was sent.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes more bytes of the server. `None`: all of `input` was used and more is needed. `Some`: how many
    /// bytes of `input` belong to ServerInit, and what it says.
    ///
    /// # Errors
    ///
    /// [`ServerError::NameTooLong`] when the name is longer than 4 KiB.
    pub fn advance(&mut self, input: &[u8]) -> Result<Option<(usize, ServerInitInfo)>, ServerError> {
        let mut rest = input;
        if !self.gather.fill(FIXED_BYTES, &mut rest) {
            return Ok(None);
        }
        let length = self.name_length()?;
        if !self.gather.fill(FIXED_BYTES + length, &mut rest) {
            return Ok(None);
        }
        let held = self.gather.take();
        let info = ServerInitInfo {
            width: u16::from_be_bytes([held[0], held[1]]),
            height: u16::from_be_bytes([held[2], held[3]]),
            name: printable(&held[FIXED_BYTES..]),
        };
        Ok(Some((input.len() - rest.len(), info)))
    }

    /// The error to report when the server closes the connection or falls silent before ServerInit is whole.
    pub fn cut_short(&self) -> ServerError {
        ServerError::CutShort {
            during: phrase!("server-before-screen"),
        }
    }

    fn name_length(&self) -> Result<usize, ServerError> {
        let held = self.gather.held();
        let length = u32::from_be_bytes([held[20], held[21], held[22], held[23]]);
        match usize::try_from(length) {
            Ok(fits) if fits <= MAX_TEXT => Ok(fits),
            _ => Err(ServerError::NameTooLong { length }),
        }
    }
}
