use std::time::Duration;

use crate::{ClientError, Rights};

/// Reads what a viewer sends after ClientInit, message by message, and lets through what its rights allow.
#[derive(Debug)]
pub struct ClientReader {
    rights: Rights,
}

impl ClientReader {
    /// A reader at the first byte after ClientInit.
    pub fn new(rights: Rights) -> Self {
        Self { rights }
    }

    /// The rights last set.
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// Changes the rights, from the next message on.
    pub fn set_rights(&mut self, rights: Rights) {
        self.rights = rights;
    }

    /// Tells the reader that time has passed.
    pub fn elapse(&mut self, _time: Duration) {}

    /// Reads `input`, at any chunking, and appends to `upstream` what may go to the server.
    ///
    /// # Errors
    ///
    /// The viewer sent what cannot be understood or is not allowed.
    pub fn read(&mut self, input: &[u8], upstream: &mut Vec<u8>) -> Result<(), ClientError> {
        upstream.extend_from_slice(input);
        Ok(())
    }
}
